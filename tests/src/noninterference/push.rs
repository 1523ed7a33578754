//! An app writes into what it can see: it reads, changes what it read, and sends it back.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::layout::Layout;
use super::plans;
use crate::generate::Choices;
use crate::world::{Asked, Observed};

/// One write of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// The plan it changes, as a place of a request; a new one when it is none.
    pub plan: Option<String>,
    /// How it is sent.
    pub form: Form,
    /// What is changed.
    pub edit: Edit,
    /// What is said of the version.
    pub base: Base,
}

/// How a push is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Native JSON.
    Native,
    /// A FHIR transaction.
    Fhir,
    /// The whole document, as a new plan.
    Document,
    /// The CarePlan by itself.
    CarePlan,
}

/// What is said of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// The one that was read.
    Read,
    /// One that was read before.
    Older,
    /// None.
    None,
}

/// What an app changes. Which: `n`, begun anew beyond the last; with which words: `seed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are told above")]
pub enum Edit {
    /// Nothing.
    Same,
    /// The words of an item.
    Words { n: usize, seed: u64 },
    /// An item less.
    Drop { n: usize },
    /// All items less.
    DropAll,
    /// An item more, in some section.
    Add { section: String, seed: u64 },
    /// Another title.
    Title { seed: u64 },
    /// A section is said to be empty, or not any more.
    Absence { section: String },
    /// An item with the id of another, which may be hidden.
    ForeignId { n: usize, id: String },
    /// Somebody more.
    NewParty { seed: u64 },
    /// Somebody less.
    DropParty { n: usize },
    /// Another status.
    Status { to: String },
}

impl Push {
    /// One that fits the layout.
    pub fn any(layout: &Layout, choices: &mut Choices) -> Self {
        let (n, seed) = (choices.below(12) as usize, choices.below(1 << 32));
        let open = &layout.subjects[0].open;
        let section = match choices.below(4) {
            0 => plans::any_section(choices),
            _ => choices.of(open).unwrap_or(sayso_plan::Section::Helps),
        };
        let section = section.code().to_owned();
        let edit = match choices.below(16) {
            0 | 1 => Edit::Same,
            2..=4 => Edit::Words { n, seed },
            5 | 6 => Edit::Drop { n },
            7 => Edit::DropAll,
            8 | 9 => Edit::Add { section, seed },
            10 => Edit::Title { seed },
            11 => Edit::Absence { section },
            12 => Edit::ForeignId { n, id: format!("{{hidden:{n}}}") },
            13 => Edit::NewParty { seed },
            14 => Edit::DropParty { n },
            _ => Edit::Status { to: if choices.once_in(2) { "active".into() } else { "draft".into() } },
        };
        let base = match choices.below(10) {
            0 => Base::Older,
            1 => Base::None,
            _ => Base::Read,
        };
        let plan = if choices.once_in(12) { None } else { Some(format!("{{plan:{}}}", choices.below(4))) };
        let form = match choices.below(12) {
            0..=3 => Form::Fhir,
            4 => Form::Document,
            5 => Form::CarePlan,
            _ => Form::Native,
        };
        Self { plan, form, edit, base }
    }

    /// What is read first, of the plan with this id.
    #[must_use]
    pub fn reads(&self, plan: &str) -> Asked {
        match self.form {
            Form::Native => Asked::new("GET", &format!("/plans/{plan}")),
            Form::CarePlan => Asked::new("GET", &format!("/fhir/CarePlan/{plan}")),
            Form::Fhir | Form::Document => Asked::new("GET", &format!("/fhir/Bundle/{plan}")),
        }
    }

    /// What is sent, from what was read; `foreign` is the id for [`Edit::ForeignId`].
    #[must_use]
    pub fn sends(&self, plan: &str, read: &Observed, older: &str, foreign: &str) -> Option<Asked> {
        let tag = match self.base {
            Base::Read => read.etag().map(str::to_owned),
            Base::Older => Some(older.to_owned()),
            Base::None => None,
        };
        match self.form {
            Form::Native => self.native(plan, read.json(), tag, foreign),
            Form::Fhir => self.fhir(read.json(), tag),
            Form::Document => self.document(read.json()),
            Form::CarePlan => self.care_plan(plan, read.json(), tag),
        }
    }

    /// A new plan, made of nothing that was read.
    #[must_use]
    pub fn creates(&self, layout: &Layout) -> Asked {
        let mut choices = Choices::new(match self.edit {
            Edit::Words { seed, .. } | Edit::Add { seed, .. } | Edit::Title { seed } | Edit::NewParty { seed } => seed,
            _ => 7,
        });
        let section = choices.of(&layout.subjects[0].open).unwrap_or(sayso_plan::Section::Helps);
        let kinds = ["contingency-plan", "joint-crisis-plan", "recovery-plan"];
        let plan = json!({
            "kind": choices.of(&kinds).unwrap_or_default(), "status": "draft", "language": "en",
            "title": {"text": plans::text(&mut choices), "lang": "en"},
            "parties": [{"id": "self", "name": "Somebody 0", "role": "person"}],
            "items": [plans::more(&mut choices, section, None, "self")],
        });
        Asked::new("POST", "/plans").body("application/json", plan.to_string())
    }

    fn native(&self, plan: &str, mut json: Value, tag: Option<String>, foreign: &str) -> Option<Asked> {
        self.change(&mut json, foreign)?;
        let put = Asked::new("PUT", &format!("/plans/{plan}")).body("application/json", json.to_string());
        Some(tagged(put, tag))
    }

    fn change(&self, json: &mut Value, foreign: &str) -> Option<()> {
        let object = json.as_object_mut()?;
        if let Edit::Title { seed } = &self.edit {
            object.insert("title".into(), json!({"text": plans::text(&mut Choices::new(*seed)), "lang": "en"}));
        }
        if let Edit::Status { to } = &self.edit {
            object.insert("status".into(), to.as_str().into());
        }
        if let Edit::Absence { section } = &self.edit {
            let absences = object.entry("absences").or_insert_with(|| json!({})).as_object_mut()?;
            if absences.remove(section).is_none() {
                absences.insert(section.clone(), "not-asked".into());
            }
        }
        let parties = object.get_mut("parties")?.as_array_mut()?;
        match &self.edit {
            Edit::NewParty { seed } => parties
                .push(json!({"id": "newcomer", "name": plans::text(&mut Choices::new(*seed)), "role": "supporter"})),
            Edit::DropParty { n } if !parties.is_empty() => drop(parties.remove(n % parties.len())),
            _ => {}
        }
        let items = object.get_mut("items")?.as_array_mut()?;
        let count = items.len();
        match &self.edit {
            Edit::DropAll => items.clear(),
            Edit::Drop { n } if count > 0 => drop(items.remove(n % count)),
            Edit::Words { n, seed } if count > 0 => {
                let item = items.get_mut(n % count)?.as_object_mut()?;
                item.insert("words".into(), json!({"text": plans::text(&mut Choices::new(*seed)), "lang": "en"}));
            }
            Edit::ForeignId { n, .. } if count > 0 => {
                items.get_mut(n % count)?.as_object_mut()?.insert("id".into(), foreign.into());
            }
            Edit::Add { section, seed } => {
                let section = section.parse().ok()?;
                let more = plans::more(&mut Choices::new(*seed), section, None, "self");
                items.push(serde_json::to_value(more).ok()?);
            }
            _ => {}
        }
        Some(())
    }

    /// What was read as a CarePlan goes back as it is, or with another title, or with something less.
    fn care_plan(&self, plan: &str, mut json: Value, tag: Option<String>) -> Option<Asked> {
        let members = json.as_object_mut()?;
        if let Edit::Title { seed } = &self.edit {
            members.remove("text");
            members.insert("title".into(), plans::text(&mut Choices::new(*seed)).into());
        }
        if let Edit::Drop { n } | Edit::Words { n, .. } = &self.edit
            && let Some(list) = members.get_mut("extension").and_then(Value::as_array_mut)
            && !list.is_empty()
        {
            list.remove(n % list.len());
        }
        let put = Asked::new("PUT", &format!("/fhir/CarePlan/{plan}")).body("application/fhir+json", json.to_string());
        Some(tagged(put, tag))
    }

    /// What was read as a document goes back as one; of an extract that is a new plan of what was shown.
    fn document(&self, mut document: Value) -> Option<Asked> {
        let entries = document.get_mut("entry")?.as_array_mut()?;
        if let Edit::Title { seed } = &self.edit {
            let title: Value = plans::text(&mut Choices::new(*seed)).into();
            for entry in entries.iter_mut().filter(|entry| entry["resource"].get("title").is_some()) {
                entry["resource"]["title"] = title.clone();
            }
        }
        if let Edit::Drop { n } = &self.edit
            && !entries.is_empty()
        {
            entries.remove(n % entries.len());
        }
        if !matches!(self.edit, Edit::Status { .. }) {
            // As a draft: another in force would often be refused, whatever else is said.
            let made = ["DocumentReference", "Provenance", "Consent"];
            entries.retain(|entry| !made.iter().any(|kind| entry["resource"]["resourceType"] == *kind));
            for resource in entries.iter_mut().filter_map(|entry| entry["resource"].as_object_mut()) {
                resource.remove("text");
                match resource.get("resourceType").and_then(Value::as_str) {
                    Some("CarePlan") => drop(resource.insert("status".into(), "draft".into())),
                    Some("Composition") => drop(resource.insert("status".into(), "preliminary".into())),
                    _ => {}
                }
            }
        }
        Some(Asked::new("POST", "/fhir/Bundle").body("application/fhir+json", document.to_string()))
    }

    /// What was read as a document goes back as a transaction.
    fn fhir(&self, document: Value, tag: Option<String>) -> Option<Asked> {
        let mut entries = Vec::new();
        for entry in document.get("entry")?.as_array()? {
            let mut resource = entry.get("resource")?.clone();
            let (kind, id) = (resource["resourceType"].as_str()?.to_owned(), resource["id"].as_str()?.to_owned());
            if !matches!(kind.as_str(), "CarePlan" | "Observation" | "Goal" | "RelatedPerson" | "CareTeam" | "Consent")
            {
                continue;
            }
            let mut request = json!({"method": "PUT", "url": format!("{kind}/{id}")});
            if kind == "CarePlan" {
                if let Some(tag) = &tag {
                    request["ifMatch"] = format!("W/\"{tag}\"").into();
                }
                if let Edit::Title { seed } = &self.edit {
                    resource["title"] = plans::text(&mut Choices::new(*seed)).into();
                }
            }
            entries.push(json!({"fullUrl": entry["fullUrl"], "resource": resource, "request": request}));
        }
        if let Edit::Drop { n } = &self.edit
            && entries.len() > 1
        {
            entries.remove(1 + n % (entries.len() - 1));
        }
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        // Some clients put a slash behind the base.
        let base = if matches!(self.edit, Edit::Words { .. }) { "/fhir/" } else { "/fhir" };
        Some(Asked::new("POST", base).body("application/fhir+json", bundle.to_string()))
    }
}

/// With the version that was read, where one is named.
fn tagged(put: Asked, tag: Option<String>) -> Asked {
    match tag {
        Some(tag) => put.header("if-match", &format!("W/\"{tag}\"")),
        None => put,
    }
}
