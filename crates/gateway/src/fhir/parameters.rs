//! Parameters resources of our operations: `identifier` (valueIdentifier), `kind` and `purpose` (valueCode), `date`
//! (valueDate); `organization`, `client` and `plan` (valueId); and `resource` with `mode` of `$validate`.

use sayso_wire::{Tree, strict};

use crate::fault::{Fault, Issue};

/// Name and value of each parameter, an identifier as `system|value`.
pub(super) fn read(body: &[u8]) -> Result<Vec<(String, String)>, Fault> {
    let tree = strict::read(body)
        .map_err(|fault| issue("structure", &fault.path.expression("Parameters"), &fault.reason.to_string()))?;
    if tree.text("resourceType") != Some("Parameters") {
        return Err(issue("structure", "Parameters.resourceType", "send a Parameters resource"));
    }
    known(&tree, &["resourceType", "parameter"], "Parameters")?;
    let parameters = tree.get("parameter").map(Tree::elements).unwrap_or_default();
    parameters
        .iter()
        .enumerate()
        .map(|(place, one)| parameter(one, &format!("Parameters.parameter[{place}]")))
        .collect()
}

fn parameter(one: &Tree, path: &str) -> Result<(String, String), Fault> {
    known(one, &["name", "valueIdentifier", "valueCode", "valueDate", "valueId", "valueString"], path)?;
    let name = one.text("name").ok_or_else(|| issue("required", path, "name is missing"))?;
    let mut values = Vec::new();
    if let Some(identifier) = one.get("valueIdentifier") {
        known(identifier, &["system", "value"], &format!("{path}.valueIdentifier"))?;
        let part = |key| identifier.text(key).unwrap_or_default();
        values.push(format!("{}|{}", part("system"), part("value")));
    }
    let simple = ["valueCode", "valueDate", "valueId", "valueString"];
    values.extend(simple.iter().filter_map(|key| one.text(key)).map(str::to_owned));
    match (values.pop(), values.is_empty()) {
        (Some(value), true) => Ok((name.to_owned(), value)),
        _ => Err(issue("value", path, "give exactly one value")),
    }
}

/// The resource in the Parameters of `$validate`. Its mode can only be `create`: what is there already is not looked
/// at.
pub(super) fn resource(tree: &Tree) -> Result<Tree, Fault> {
    known(tree, &["resourceType", "parameter"], "Parameters")?;
    let mut resources = Vec::new();
    for (place, one) in tree.get("parameter").map(Tree::elements).unwrap_or_default().iter().enumerate() {
        let path = format!("Parameters.parameter[{place}]");
        match (one.text("name"), one.get("resource"), one.text("valueCode")) {
            (Some("resource"), Some(resource), None) => resources.push(resource),
            (Some("mode"), None, Some("create")) => {}
            _ => {
                return Err(issue("not-supported", &path, "give one resource, and no mode but create; leave this out"));
            }
        }
        known(one, &["name", "resource", "valueCode"], &path)?;
    }
    match resources.as_slice() {
        [resource] => Ok((*resource).clone()),
        _ => Err(issue("required", "Parameters.parameter", "give exactly one parameter resource")),
    }
}

fn known(tree: &Tree, names: &[&str], path: &str) -> Result<(), Fault> {
    match tree.members().iter().all(|(name, _)| names.contains(&name.as_str())) {
        true => Ok(()),
        false => Err(issue("not-supported", path, "an element here is not known; leave it out")),
    }
}

fn issue(code: &'static str, path: &str, text: &str) -> Fault {
    Fault::Body(vec![Issue { code, path: path.to_owned(), text: text.to_owned() }])
}
