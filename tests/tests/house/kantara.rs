//! The members of a consent receipt as the Kantara Initiative's own schema has them (Consent Receipt Specification 1.1.0,
//! KantaraInitiative/consent-receipt-v-next, `CR_v1_1/kantara-consent-receipt-v1_1-schema.json`): which there are, of what
//! type, and which must be there. Our own schema is stricter and written by us, so that it alone would prove little.

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Place, type, and whether it must be there. `[]` is each element of a list.
const MEMBERS: [(&str, &str, bool); 32] = [
    ("version", "string", true),
    ("jurisdiction", "string", true),
    ("consentTimestamp", "integer", true),
    ("collectionMethod", "string", true),
    ("consentReceiptID", "string", true),
    ("publicKey", "string", false),
    ("language", "string", false),
    ("piiPrincipalId", "string", true),
    ("piiControllers", "array", true),
    ("piiControllers[]", "object", true),
    ("piiControllers[]piiController", "string", true),
    ("piiControllers[]onBehalf", "boolean", false),
    ("piiControllers[]contact", "string", true),
    ("piiControllers[]address", "object", true),
    ("piiControllers[]email", "string", true),
    ("piiControllers[]phone", "string", true),
    ("piiControllers[]piiControllerUrl", "string", false),
    ("policyUrl", "string", true),
    ("services", "array", true),
    ("services[]", "object", true),
    ("services[]service", "string", true),
    ("services[]purposes", "array", true),
    ("services[]purposes[]", "object", true),
    ("services[]purposes[]purpose", "string", false),
    ("services[]purposes[]consentType", "string", true),
    ("services[]purposes[]purposeCategory", "strings", true),
    ("services[]purposes[]piiCategory", "strings", true),
    ("services[]purposes[]primaryPurpose", "boolean", false),
    ("services[]purposes[]termination", "string", true),
    ("services[]purposes[]thirdPartyDisclosure", "boolean", true),
    ("sensitive", "boolean", true),
    ("spiCat", "strings", true),
];

/// What lies directly under a place: the name and the row of each.
fn under(place: &str) -> impl Iterator<Item = (&'static str, &'static (&'static str, &'static str, bool))> {
    MEMBERS.iter().filter_map(move |row| {
        let name = row.0.strip_prefix(place)?;
        (!name.is_empty() && !name.contains("[]")).then_some((name, row))
    })
}

fn at(place: &str, kind: &str) -> Value {
    match kind {
        "object" if place.ends_with("address") => json!({"type": "object"}),
        "object" => {
            let properties: serde_json::Map<String, Value> =
                under(place).map(|(name, row)| (name.to_owned(), at(row.0, row.1))).collect();
            let required: Vec<&str> = under(place).filter(|(_, row)| row.2).map(|(name, _)| name).collect();
            let mut schema = json!({"type": "object", "properties": properties, "required": required});
            if place.ends_with("purposes[]") {
                // Who is told must be named.
                schema["if"] = json!({"properties": {"thirdPartyDisclosure": {"const": true}}});
                let named = json!({"thirdPartyName": {"type": "string"}});
                schema["then"] = json!({"properties": named, "required": ["thirdPartyName"]});
            }
            schema
        }
        "array" => {
            let each = format!("{place}[]");
            json!({"type": "array", "items": at(&each, "object")})
        }
        "strings" => json!({"type": "array", "items": {"type": "string"}}),
        "integer" => json!({"type": "integer", "minimum": 0}),
        plain => json!({"type": plain}),
    }
}

/// The schema.
pub(crate) fn schema() -> Validator {
    jsonschema::options().with_draft(Draft::Draft202012).build(&at("", "object")).unwrap()
}

#[test]
fn what_kantara_asks_for_is_asked_for() {
    let (schema, whole) = (schema(), at("", "object"));
    assert_eq!(whole["required"].as_array().unwrap().len(), 11);
    let purposes = &whole["properties"]["services"]["items"]["properties"]["purposes"]["items"];
    assert_eq!(purposes["required"].as_array().unwrap().len(), 5);
    assert!(!schema.is_valid(&json!({})));
}
