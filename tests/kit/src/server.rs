//! The description of a server: where it is, who asks, whose things lie there, what it can do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A description, as its file says it.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// What it is, for the report.
    pub(crate) name: String,
    /// Its FHIR base, without a slash at its end.
    pub(crate) base: String,
    /// How it names itself in links, where that is another address.
    pub(crate) public: Option<String>,
    /// What it can do. A case that needs more is not applicable.
    pub(crate) can: BTreeSet<String>,
    /// What differs from answer to answer by itself, and is left out of comparisons; the report says so.
    #[serde(default)]
    pub(crate) varies: Varies,
    /// The server keeps to FHIR Consent: situations that are described nowhere are sent by the kit itself, as `manager`.
    #[serde(default)]
    pub(crate) sends_consents: bool,
    /// How Consents alone are sent, to a server that has the person and the plan already. It comes before
    /// `sends_consents`, and after what the hook knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) consents: Option<Consents>,
    /// What the resources of the kit need: `recipient` is who `hospital` is there, `other_recipient` who `other` is; a
    /// reference, or for `[consents]` a number: `system|value`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) given: BTreeMap<String, Var>,
    /// Who asks.
    #[serde(default)]
    pub(crate) reader: BTreeMap<String, Reader>,
    /// How situations are set up and acts are done that have no entry of their own.
    pub(crate) hook: Option<Hook>,
    /// The situations of persons.
    #[serde(default)]
    pub(crate) situation: BTreeMap<String, Situation>,
    /// What persons do.
    #[serde(default)]
    pub(crate) act: BTreeMap<String, Act>,
    /// Where the file lies; paths in it begin there.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// How a Consent is sent about somebody who is there.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Consents {
    /// Who sends it, with POST: a reader, or `owner`, an app of the person's own (`owner_token` of the situation).
    #[serde(rename = "as")]
    pub(crate) reader: String,
    /// The situation in which the person is before: a hook makes it anew for each case.
    pub(crate) of: String,
    /// The act by which the person says yes to what was sent, where that is how permits begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirm: Option<String>,
    /// The labels that the words of the plan have there, each `system|code`; none where a Consent need not name parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) labels: Vec<String>,
}

/// What differs by itself.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Varies {
    /// Headers beside `Date`.
    #[serde(default)]
    pub(crate) headers: Vec<String>,
    /// Members of the body, as JSON pointers.
    #[serde(default)]
    pub(crate) json: Vec<String>,
}

/// Somebody who asks.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reader {
    /// An access token.
    pub(crate) token: Option<String>,
    /// The name of an environment variable that holds one.
    pub(crate) token_env: Option<String>,
    /// How to get one by SMART Backend Services.
    pub(crate) smart: Option<Smart>,
    /// Headers of each of its requests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
}

/// A client of SMART Backend Services. <https://hl7.org/fhir/smart-app-launch/backend-services.html>
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Smart {
    pub(crate) token_endpoint: String,
    pub(crate) client_id: String,
    pub(crate) scopes: String,
    /// The private key as a JWK (EC P-384), or …
    pub(crate) jwk: Option<Value>,
    /// … a file with it as PEM, for ES384 or RS384, with …
    pub(crate) pem_file: Option<PathBuf>,
    /// … its id.
    pub(crate) kid: Option<String>,
    /// More parameters of the token request, such as a purpose of use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) more: BTreeMap<String, String>,
}

/// A program or an address that sets up what it is told. It is given JSON and answers with JSON.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hook {
    /// A program with its arguments; the JSON is on its standard input.
    pub(crate) command: Option<Vec<String>>,
    /// An address to which the JSON is POSTed.
    pub(crate) url: Option<String>,
    /// The situations that it knows.
    #[serde(default)]
    pub(crate) situations: BTreeSet<String>,
    /// The acts that it knows.
    #[serde(default)]
    pub(crate) acts: BTreeSet<String>,
}

/// How a situation comes about.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Situation {
    /// What it is called there: `patient`, `plan`, `number`, words. They may be preset, or be filled by the other ways.
    #[serde(default)]
    pub(crate) vars: BTreeMap<String, Var>,
    /// FHIR resources that are sent first, as the reader `manager`: files, or the names of those in the kit (`kit:whole`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<String>,
    /// Acts that are done after that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acts: Vec<String>,
}

/// One word, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Var {
    One(String),
    Many(Vec<String>),
}

impl Var {
    pub(crate) fn all(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.clone()],
            Self::Many(many) => many.clone(),
        }
    }
}

/// How an act is done.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    /// The Consent resources that were sent for this situation are sent again with this status.
    pub(crate) consents: Option<String>,
    /// A program with its arguments; the JSON is on its standard input.
    pub(crate) command: Option<Vec<String>>,
    /// An address that is POSTed to.
    pub(crate) url: Option<String>,
    /// What is POSTed there, as a form.
    pub(crate) form: Option<String>,
}

impl Server {
    /// Reads a description.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()))?;
        let mut server: Self = toml::from_str(&text).map_err(|why| format!("{}: {why}", file.display()))?;
        server.base = server.base.trim_end_matches('/').to_owned();
        server.folder = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok(server)
    }

    /// A path below the base of an address that the server gave.
    pub(crate) fn below<'a>(&self, address: &'a str) -> &'a str {
        let bases = [Some(self.base.as_str()), self.public.as_deref()];
        let found = bases.into_iter().flatten().find_map(|base| address.strip_prefix(base.trim_end_matches('/')));
        found.unwrap_or(address).trim_start_matches('/')
    }
}
