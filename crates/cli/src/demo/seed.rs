//! Seeding: the synthetic persons of `fixtures/persons`, two hospitals, a crisis service, an app.

use std::collections::BTreeMap;

use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use include_dir::{Dir, File, include_dir};
use sayso_auth::client::{Client, ClientAuth, ClientState, Jwks};
use sayso_auth::redirect::RedirectUri;
use sayso_auth::{ClientKind, KeySet, Scopes};
use sayso_consent::Themselves;
use sayso_exchange::Exchange;
use sayso_exchange::administer::Organization;
use sayso_exchange::sharing::{Choice, Party};
use sayso_plan::item::PlanDate;
use sayso_plan::{
    ClientId, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, PlanId, PlanKind, Purpose, Section,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::supporters;

/// The synthetic persons travel with the binary.
static PERSONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../fixtures/persons");

/// The password of every person of the demo. They are invented, and it works on loopback only.
pub(crate) const PASSWORD: &str = "a-lamp-in-the-harbour";

/// What was seeded.
#[derive(Clone)]
pub(crate) struct Seeded {
    pub(crate) organizations: Vec<Organization>,
    pub(crate) persons: Vec<SeededPerson>,
    pub(crate) clients: Vec<SeededClient>,
}

#[derive(Clone)]
pub(crate) struct SeededPerson {
    pub(crate) folder: String,
    pub(crate) id: PersonId,
    pub(crate) name: String,
    pub(crate) login: String,
    pub(crate) identifier: (String, String),
    pub(crate) shares_with: Vec<OrganizationId>,
    pub(crate) plans: Vec<(PlanId, PlanKind)>,
}

#[derive(Clone)]
pub(crate) struct SeededClient {
    pub(crate) client: Client,
    /// The private key as a JWK, for backend clients.
    pub(crate) key: Option<Value>,
}

impl Seeded {
    pub(crate) fn organization(&self, name: &str) -> Option<&Organization> {
        self.organizations.iter().find(|o| o.name == name)
    }

    pub(crate) fn client(&self, kind: ClientKind) -> Option<&SeededClient> {
        self.clients.iter().find(|c| c.client.kind == kind)
    }

    pub(crate) fn person(&self, folder: &str) -> Option<&SeededPerson> {
        self.persons.iter().find(|p| p.folder == folder)
    }
}

/// Who is meant by the names in `sharing.json`.
const ORGANIZATIONS: [(&str, &str); 3] =
    [("riverside", "Riverside Hospital"), ("northside", "Northside Clinic"), ("lantern", "Lantern Crisis Line")];

const EHR_SCOPES: &str = "system/Patient.rs system/CarePlan.rs system/Goal.rs system/CareTeam.rs \
                          system/Observation.rs system/DocumentReference.rs system/Task.crs";
const CRISIS_SCOPES: &str = "system/Patient.rs system/CarePlan.rs system/DocumentReference.rs";
const APP_SCOPES: &str = "launch/patient offline_access patient/*.cruds";

/// Seeds an empty house; a kept one is read as it is, with new keys for its clients.
pub(crate) async fn seed(exchange: &Exchange, app_port: u16) -> Result<Seeded, String> {
    let organizations = organizations(exchange).await?;
    let clients = clients(exchange, &organizations, app_port).await?;
    let mut persons = Vec::new();
    let mut folders: Vec<&Dir<'_>> = PERSONS.dirs().collect();
    folders.sort_by_key(|folder| folder.path());
    for folder in folders {
        persons.push(person(exchange, folder, &organizations).await?);
    }
    // Ama is the one we follow: she stands first.
    persons.sort_by_key(|p| p.folder != "ama");
    Ok(Seeded { organizations, persons, clients })
}

async fn organizations(exchange: &Exchange) -> Result<Vec<Organization>, String> {
    let known = exchange.organizations().await.map_err(|why| why.to_string())?;
    let mut all = Vec::new();
    for (_, name) in ORGANIZATIONS {
        let organization = match known.iter().find(|o| o.name == name) {
            Some(known) => known.clone(),
            None => {
                let new = Organization { id: OrganizationId::from_random(exchange.fresh()), name: name.into() };
                let _receipt = exchange.put_organization(new.clone()).await.map_err(|why| why.to_string())?;
                new
            }
        };
        all.push(organization);
    }
    Ok(all)
}

async fn clients(
    exchange: &Exchange,
    organizations: &[Organization],
    app_port: u16,
) -> Result<Vec<SeededClient>, String> {
    let id_of = |name: &str| organizations.iter().find(|o| o.name == name).map(|o| o.id);
    let plans = [
        ("Riverside Record System", ClientKind::Ehr, id_of("Riverside Hospital"), EHR_SCOPES, vec![Purpose::Treat]),
        (
            "Lantern Night Desk",
            ClientKind::CrisisService,
            id_of("Lantern Crisis Line"),
            CRISIS_SCOPES,
            vec![Purpose::Etreat],
        ),
        ("Harbour Notes", ClientKind::PatientApp, None, APP_SCOPES, vec![Purpose::Patrqt]),
    ];
    let mut all = Vec::new();
    for (name, kind, organization, scopes, purposes) in plans {
        let backend = kind != ClientKind::PatientApp;
        let key = if backend { Some(new_key()?) } else { None };
        let auth = match &key {
            Some(key) => {
                let set = json!({"keys": [public(key)]}).to_string();
                let keys = KeySet::registered(set.as_bytes()).map_err(|fault| fault.to_string())?;
                ClientAuth::PrivateKeyJwt { jwks: Jwks::Inline(keys) }
            }
            None => ClientAuth::Public,
        };
        let redirect = format!("http://127.0.0.1:{app_port}/");
        let redirect_uris = if backend {
            Vec::new()
        } else {
            vec![RedirectUri::register(&redirect).map_err(|fault| fault.to_string())?]
        };
        let client = Client {
            id: ClientId::from_random(exchange.fresh()),
            name: name.into(),
            organization,
            kind,
            auth,
            redirect_uris,
            scopes: Scopes::parse_whole(scopes).map_err(|fault| fault.to_string())?,
            default_purpose: *purposes.first().ok_or("no purpose")?,
            purposes,
            state: ClientState::Active,
        };
        let client = client.checked().map_err(|fault| fault.to_string())?;
        let _receipt = exchange.put_client(&client).await.map_err(|why| why.to_string())?;
        all.push(SeededClient { client, key });
    }
    Ok(all)
}

/// A new ES384 key as a private JWK (RFC 7518 §6.2.2).
fn new_key() -> Result<Value, String> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map_err(|_| "no key could be made")?;
    let secret = pair.private_key().as_be_bytes().map_err(|_| "no key could be made")?;
    let public = pair.public_key().as_ref().to_vec();
    // SEC 1 §2.3.3: 0x04, then x and y of 48 bytes each.
    let (x, y) = (public.get(1..49).ok_or("no key could be made")?, public.get(49..97).ok_or("no key could be made")?);
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    Ok(json!({
        "kty": "EC", "crv": "P-384", "alg": "ES384", "use": "sig", "kid": text(public.get(1..13).unwrap_or_default()),
        "x": text(x), "y": text(y), "d": text(secret.as_ref()),
    }))
}

fn public(key: &Value) -> Value {
    let mut key = key.clone();
    if let Some(object) = key.as_object_mut() {
        object.remove("d");
    }
    key
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonFile {
    name: String,
    login: String,
    language: Lang,
    #[serde(default)]
    zone_minutes: i16,
    #[serde(default)]
    birth_date: Option<PlanDate>,
    identifiers: Vec<IdentifierFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentifierFile {
    system: String,
    value: String,
    verified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    effect: String,
    recipient: RecipientFile,
    purpose: Purpose,
    /// What a permit covers; a refusal here covers everything.
    what: Option<WhatFile>,
    #[serde(default)]
    even_in_emergency: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecipientFile {
    Organization(String),
    Class(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WhatFile {
    Section(Section),
    Kind(PlanKind),
}

async fn person(exchange: &Exchange, folder: &Dir<'_>, known: &[Organization]) -> Result<SeededPerson, String> {
    let name = folder.path().display().to_string();
    let file: PersonFile = read(folder, "person.json")?;
    let found =
        file.identifiers.iter().find(|i| i.verified).ok_or_else(|| format!("{name}: no verified identifier"))?;
    let identifier = (found.system.clone(), found.value.clone());
    let kept =
        exchange.store().person_by_identifier(&identifier.0, &identifier.1).await.map_err(|why| why.to_string())?;
    let id = match kept {
        Some(id) => id,
        None => create(exchange, folder, &file, known).await?,
    };
    let themselves = Themselves::signed_in(id);
    let plans = exchange.own_plans(themselves).await.map_err(|why| why.to_string())?;
    let (_, standing) = exchange.standing(themselves).await.map_err(|why| why.to_string())?;
    let mut shares_with: Vec<OrganizationId> = standing
        .iter()
        .filter(|s| !s.open.is_empty())
        .filter_map(|s| if let Party::Organization(id) = s.party { Some(id) } else { None })
        .collect();
    shares_with.dedup();
    Ok(SeededPerson {
        folder: name,
        id,
        name: file.name,
        login: file.login,
        identifier,
        shares_with,
        plans: plans.iter().map(|p| (p.get().id, p.get().kind)).collect(),
    })
}

async fn create(
    exchange: &Exchange,
    folder: &Dir<'_>,
    file: &PersonFile,
    known: &[Organization],
) -> Result<PersonId, String> {
    let id = PersonId::from_random(exchange.fresh());
    let identifiers = file.identifiers.iter().map(|i| Identifier {
        system: i.system.clone(),
        value: i.value.clone(),
        state: if i.verified {
            IdentifierState::Verified { by: "Riverside Hospital".into(), at: exchange.now() }
        } else {
            IdentifierState::Claimed
        },
    });
    let person = Person {
        id,
        name: file.name.clone(),
        language: file.language.clone(),
        zone_minutes: file.zone_minutes,
        birth_date: file.birth_date,
        identifiers: identifiers.collect(),
    };
    let _receipt = exchange.create_person(person).await.map_err(|why| why.to_string())?;
    let _receipt =
        exchange.put_account(id, &file.login, PASSWORD).await.map_err(|why| format!("{}: {why}", file.login))?;
    let themselves = Themselves::signed_in(id);
    let is_plan = |f: &&File<'_>| f.path().to_string_lossy().ends_with(".plan.json");
    let mut plans: Vec<&File<'_>> = folder.files().filter(is_plan).collect();
    // A later plan of the same kind and law takes the place of an earlier one.
    plans.sort_by_key(|plan| plan.path());
    for plan in plans {
        let content = sayso_fhir::native::read(plan.contents()).map_err(|faults| told(plan, &faults))?;
        exchange.write_own_plan(themselves, None, content).await.map_err(|why| format!("{:?}: {why}", plan.path()))?;
    }
    share(exchange, themselves, read(folder, "sharing.json")?, known).await?;
    if folder.get_file(folder.path().join("supporters.json")).is_some() {
        supporters::seed(exchange, themselves, read(folder, "supporters.json")?).await?;
    }
    Ok(id)
}

fn told(file: &File<'_>, faults: &[sayso_fhir::Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    format!("{}: {}", file.path().display(), lines.join("; "))
}

async fn share(
    exchange: &Exchange,
    person: Themselves,
    shared: Vec<Shared>,
    known: &[Organization],
) -> Result<(), String> {
    let mut choices: BTreeMap<(Party, Purpose), Choice> = BTreeMap::new();
    for one in shared {
        let party = match &one.recipient {
            RecipientFile::Organization(short) => {
                let name = ORGANIZATIONS.iter().find(|(s, _)| s == short).map(|(_, name)| *name);
                let organization = known.iter().find(|o| Some(o.name.as_str()) == name);
                Party::Organization(organization.ok_or_else(|| format!("no organization {short}"))?.id)
            }
            RecipientFile::Class(class) if class == "crisis-services" => Party::CrisisServices,
            RecipientFile::Class(class) => return Err(format!("no class {class}")),
        };
        if one.effect != "permit" {
            let _receipt =
                exchange.refuse(person, party, one.even_in_emergency).await.map_err(|why| why.to_string())?;
            continue;
        }
        let choice = choices.entry((party, one.purpose)).or_default();
        match one.what.ok_or("a permit says what it covers")? {
            WhatFile::Section(section) => drop(choice.sections.insert(section)),
            WhatFile::Kind(kind) => drop(choice.kinds.insert(kind)),
        }
    }
    for ((party, purpose), choice) in choices {
        let shared = exchange.share(person, party, purpose, &choice, None).await;
        let _receipt = shared.map_err(|why| why.to_string())?;
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(folder: &Dir<'_>, name: &str) -> Result<T, String> {
    let path = folder.path().join(name);
    let file = folder.get_file(&path).ok_or_else(|| format!("{} is missing", path.display()))?;
    serde_json::from_slice(file.contents()).map_err(|error| format!("{}: {error}", path.display()))
}
