//! What is asked: a request is a text with places for ids, so that a script is the same in both houses and can be kept.

use sayso_fhir::profile;
use sayso_plan::{OrganizationId, Section};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::difference::{Side, What};
use super::event::Event;
use super::layout::{Adversary, Layout, harbour, lantern, riverside};
use super::push::Push;
use crate::generate::Choices;

/// Under which name the one who looks proposes.
pub(super) const HELPER: &str = "Dr Helper";

/// One step of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The one who looks asks.
    Ask(Request),
    /// The app writes.
    Push(Push),
    /// Something happens in both houses.
    Event(Event),
    /// Something happens in one house alone.
    Hidden(Side, What),
}

/// A request. In path, headers and body stand places: `{person:0}`, `{plan:1}`, `{item:4}` for what both houses have,
/// `{hidden:2}` for what one house alone has, `{number:3}` for a person's number, `{seen:5}` for an address that was
/// seen in an answer, `{etag}`, `{made}` and `{next}` for what the last answers held, `{since:1}` for when a page was made, and
/// `{named:1}`, `{leave:1}` and `{sharing:1}` for the hidden field of a supporter's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Asked without a token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
}

const TYPES: [&str; 11] = [
    "CarePlan",
    "Patient",
    "Goal",
    "CareTeam",
    "Observation",
    "RelatedPerson",
    "Consent",
    "DocumentReference",
    "Composition",
    "Task",
    "Provenance",
];
const KINDS: [&str; 5] = ["joint-crisis-plan", "advance-directive", "safety-plan", "wellness-plan", "contingency-plan"];
const FILTERS: [&str; 27] = [
    "&status=active",
    "&status=final,current",
    "&status=completed",
    "&lifecycle-status=active",
    "&category=assess-plan",
    "&code=http://loinc.org%7C95541-9",
    "&type=advance-directive",
    "&_lastUpdated=ge2026-05-29",
    "&_lastUpdated=lt2026-05-29T12:00:00Z",
    "&_lastUpdated=gt2027-01-01",
    "&_lastUpdated=le2026-06-30",
    "&_lastUpdated=eq2026-05-29",
    "&_lastUpdated=2026-05-28,2026-05-29",
    "&status=draft,requested,preliminary",
    "&category=http://hl7.org/fhir/us/core/CodeSystem/careplan-category%7Cassess-plan",
    "&category=%7C59284-0",
    "&code=75773-2,words",
    "&code=http://loinc.org%7C",
    "&type=http://loinc.org%7C75320-2",
    "&_total=accurate",
    "&_total=none",
    "&_total=estimate",
    "&_id={item:3}",
    "&_id={hidden:1}",
    "&_summary=count",
    "&_summary=false",
    "&_count=0",
];
const ODD: [&str; 12] = [
    "&_has:Observation:patient:code=x",
    "&_include=CarePlan:goal",
    "&_revinclude=Provenance:target",
    "&_sort=-_lastUpdated",
    "&_elements=id",
    "&_filter=x%20eq%201",
    "&_summary=text",
    "&_page=2-00000000000000000000000000000000",
    "&patient={person:2}",
    "&_format=json&_pretty=true",
    "&_content=quiet",
    "&subject:Patient.name=x",
];

/// How many steps a script has.
const STEPS: std::ops::Range<u64> = 20..60;

/// The steps of one script.
#[must_use]
pub fn script(layout: &Layout, choices: &mut Choices) -> Vec<Step> {
    let steps = STEPS.start + choices.below(STEPS.end - STEPS.start);
    let first = if layout.adversary.is_supporter() { page(choices) } else { search(layout, choices) };
    let mut script = vec![Step::Ask(first)];
    while (script.len() as u64) < steps {
        let step = match choices.below(100) {
            0..=5 => Step::Event(Event::any(layout, choices)),
            6..=11 => {
                let side = if choices.once_in(2) { Side::A } else { Side::B };
                Step::Hidden(side, What::any(layout, choices, true))
            }
            12..=19 if layout.adversary.is_app() => Step::Push(Push::any(layout, choices)),
            _ if layout.adversary.is_supporter() => Step::Ask(page(choices)),
            _ => Step::Ask(request(layout, choices)),
        };
        let next = what_comes_of(layout, &step, choices);
        script.push(step);
        script.extend(next);
    }
    script
}

/// What often follows when something was proposed or a consent sent, and alone would be seldom: the person answers it, or
/// who sent it makes it narrower, takes it back, or says the same again.
fn what_comes_of(layout: &Layout, step: &Step, choices: &mut Choices) -> Option<Step> {
    let Step::Ask(asked) = step else { return None };
    let proposed = asked.path == "/fhir/Task" || asked.path.ends_with("/proposals");
    let sent = asked.path == "/fhir/Consent";
    if asked.method != "POST" || !(proposed || sent) {
        return None;
    }
    let (subject, n) = (choices.below(layout.adversary.subjects() as u64) as usize, choices.below(64));
    match choices.below(4) {
        0 | 1 if proposed => Some(Step::Event(Event::Answer { subject, n })),
        0 | 1 => Some(Step::Event(Event::AnswerConsent { subject, n })),
        2 if sent && layout.adversary.is_app() => {
            let status = choices.of(&["active", "proposed", "inactive"]).unwrap_or("inactive");
            let body = asked.body.replace("\"status\":\"active\"", &format!("\"status\":\"{status}\""));
            let mut again = fhir("{made}", body);
            again.method = "PUT".into();
            again.headers.push(("if-match".into(), "W/\"{etag}\"".into()));
            Some(Step::Ask(again))
        }
        _ => None,
    }
}

fn get(path: String) -> Request {
    Request { method: "GET".into(), path, headers: Vec::new(), body: String::new(), anonymous: false }
}

/// What somebody looks at who supports both persons: their own pages, mostly, and those of persons.
fn page(choices: &mut Choices) -> Request {
    let n = choices.below(60);
    let tie = if choices.once_in(8) { n } else { choices.below(3) };
    let path = match choices.below(20) {
        0..=4 => "/with".into(),
        5..=12 => format!("/with/{{tie:{tie}}}"),
        13 => return taking(choices, tie),
        14 | 15 => return named(choices, tie),
        16 => format!("/with/{{tie:{tie}}}/document/{{plan:{n}}}"),
        17 => format!("/with/{{tie:{tie}}}/document/{{hidden:{n}}}"),
        18 => choices
            .of(&["/me", "/me/plans", "/me/sharing", "/me/receipts", "/with/invited?once=x", "/with/account"])
            .unwrap_or("/me")
            .into(),
        _ => format!("/me/plans/{{plan:{n}}}"),
    };
    let mut request = get(path);
    match choices.below(20) {
        0 => request.method = "HEAD".into(),
        1 if choices.once_in(4) => request.anonymous = true,
        _ => {}
    }
    request
}

/// To whom something is open that they may take away; and taking it, also what does not stand there.
fn taking(choices: &mut Choices, tie: u64) -> Request {
    let mut request = get(format!("/with/{{tie:{tie}}}/sharing"));
    if choices.once_in(3) {
        // Of what is open to the other hospital a part is hidden by the differences: taking all of it would show that.
        let lantern = format!("organization:{}", lantern());
        let from = choices.of(&[lantern.as_str(), lantern.as_str(), lantern.as_str(), "crisis-services"]);
        let what = choices.of(&["all", "section:helps", "things", "documents"]).unwrap_or("all");
        posts(&mut request, format!("form={{sharing:{tie}}}&from={}&what={what}", from.unwrap_or_default()));
    }
    request
}

fn posts(request: &mut Request, form: String) {
    request.method = "POST".into();
    request.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
    request.body = form;
}

/// As what they are named, and that they would rather not be; seldom, that they leave.
fn named(choices: &mut Choices, tie: u64) -> Request {
    let mut request = get(format!("/with/{{tie:{tie}}}/named"));
    if choices.once_in(3) {
        let named_as = choices.of(&["contact", "agreement", "task", "voice", "agent"]).unwrap_or("contact");
        let say = choices.of(&["rather-not", "rather-not", "fine"]).unwrap_or("fine");
        posts(&mut request, format!("form={{named:{tie}}}&as={named_as}&say={say}"));
    } else if choices.once_in(24) {
        request.path = format!("/with/{{tie:{tie}}}/leave");
        posts(&mut request, format!("form={{leave:{tie}}}"));
    }
    request
}

/// Mostly the persons that are looked at.
fn whom(layout: &Layout, choices: &mut Choices) -> u64 {
    if choices.once_in(14) { choices.below(6) } else { choices.below(layout.adversary.subjects() as u64) }
}

fn search(layout: &Layout, choices: &mut Choices) -> Request {
    let kind = if choices.once_in(2) { "CarePlan" } else { choices.of(&TYPES).unwrap_or("CarePlan") };
    let n = whom(layout, choices);
    let person = match (kind, choices.below(9)) {
        ("Patient", 0..=2) => format!("_id={{person:{n}}}"),
        ("Patient", _) => format!("identifier={{number:{n}}}"),
        (_, 0 | 1) => format!("patient.identifier={{number:{n}}}"),
        (_, 2) => format!("patient:identifier={{number:{n}}}"),
        (_, 3) => format!("subject.identifier={{number:{n}}}"),
        (_, 4) => format!("subject:identifier={{number:{n}}}"),
        (_, 5) => format!("subject=Patient/{{person:{n}}}"),
        (_, _) => format!("patient={{person:{n}}}"),
    };
    let mut parameters = person;
    if choices.once_in(3) {
        parameters.push_str(choices.of(&FILTERS).unwrap_or_default());
    }
    if choices.once_in(6) {
        parameters.push_str(&format!("&_count={}", 1 + choices.below(4)));
    }
    if choices.once_in(24) {
        parameters.push_str(choices.of(&ODD).unwrap_or_default());
    }
    let mut request = if choices.once_in(4) {
        let mut post = get(format!("/fhir/{kind}/_search"));
        post.method = "POST".into();
        post.headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
        post.body = parameters;
        post
    } else {
        get(format!("/fhir/{kind}?{parameters}"))
    };
    if choices.once_in(12) {
        request.headers.push(("prefer".into(), "handling=lenient".into()));
    }
    request
}

/// Of all who share, and what became different of it.
fn follow(choices: &mut Choices) -> Request {
    let kind = if choices.once_in(3) { "Patient" } else { choices.of(&TYPES).unwrap_or("CarePlan") };
    let kind = if choices.once_in(2) { "CarePlan" } else { kind };
    let n = choices.below(4);
    let mut path = match choices.below(8) {
        0..=2 => format!("/fhir/{kind}?_count={}", 1 + choices.below(3)),
        3 => format!("/fhir/{kind}?_lastUpdated=ge2026-05-28&_lastUpdated=lt2027-01-01"),
        4 => format!("/fhir/{kind}?category=assess-plan"),
        5 => format!("/fhir/{kind}/_history?_since={{since:{n}}}&_count={}", 1 + choices.below(3)),
        6 => format!("/fhir/{kind}/_history?_since={{since:{n}}}"),
        _ => format!("/fhir/{kind}/_history?_count=100"),
    };
    if choices.once_in(24) {
        path.push_str(choices.of(&ODD).unwrap_or_default());
    }
    get(path)
}

fn read(choices: &mut Choices) -> Request {
    let n = choices.below(60);
    let address = match choices.below(28) {
        0 => format!("{}/{{hidden:{n}}}", choices.of(&TYPES).unwrap_or("CarePlan")),
        1 => format!("{}/{{item:{n}}}", choices.of(&TYPES).unwrap_or("CarePlan")),
        2 => format!("{}/{{plan:{n}}}", choices.of(&TYPES).unwrap_or("CarePlan")),
        3 => format!("Patient/{{person:{}}}", n % 5),
        4 => choices
            .of(&["CarePlan/x", "Goal/00000000-0000-4000-8000-000000000000", "Observation/..%2f", "Nothing/1"])
            .unwrap_or("CarePlan/x")
            .into(),
        _ => format!("{{seen:{n}}}"),
    };
    match choices.below(12) {
        0 | 1 => get(format!("/fhir/{address}/_history")),
        2 => get(format!("/fhir/{address}/_history/{{etag}}")),
        3 => get(format!("/fhir/{address}/_history/{{hidden:{n}}}")),
        _ => get(format!("/fhir/{address}")),
    }
}

/// Days around those on which the houses were furnished.
const DAYS: [&str; 5] = ["2026-05-27", "2026-05-28", "2026-05-28", "2026-05-29", "2026-06-30"];

fn current(layout: &Layout, choices: &mut Choices) -> Request {
    let n = whom(layout, choices);
    let kind = choices.once_in(2).then(|| choices.of(&KINDS).unwrap_or("joint-crisis-plan"));
    let purpose = choices.once_in(8).then(|| choices.of(&["TREAT", "ETREAT", "COC", "BTG"]).unwrap_or("TREAT"));
    let mut path = format!("/fhir/Patient/$current-plan?identifier={{number:{n}}}");
    path.extend(kind.map(|kind| format!("&kind={kind}")));
    path.extend(purpose.map(|purpose| format!("&purpose={purpose}")));
    let day = (kind.is_some() && choices.once_in(2)).then(|| choices.of(&DAYS).unwrap_or("2026-05-28"));
    if choices.once_in(5) {
        let whom = json!({"system": super::house::NUMBERS, "value": format!("{{value:{n}}}")});
        let mut parameters = vec![json!({"name": "identifier", "valueIdentifier": whom})];
        parameters.extend(kind.map(|kind| json!({"name": "kind", "valueCode": kind})));
        parameters.extend(purpose.map(|purpose| json!({"name": "purpose", "valueCode": purpose})));
        parameters.extend(day.map(|day| json!({"name": "date", "valueDate": day})));
        let body = json!({"resourceType": "Parameters", "parameter": parameters});
        return fhir("/fhir/Patient/$current-plan", body.to_string());
    }
    path.extend(day.map(|day| format!("&date={day}")));
    get(path)
}

fn ask_to_share(choices: &mut Choices) -> Request {
    if choices.once_in(2) {
        let body = r#"{"resourceType":"Parameters","parameter":[{"name":"code","valueString":"{code}"}]}"#;
        return fhir("/fhir/Patient/$ask-to-share", body.to_owned());
    }
    let n = choices.below(6);
    let whom = json!({"system": super::house::NUMBERS, "value": format!("{{value:{n}}}")});
    let mut parameters = vec![json!({"name": "identifier", "valueIdentifier": whom})];
    if choices.once_in(2) {
        parameters.push(json!({"name": "purpose", "valueCode": choices.of(&["TREAT", "COC", "BTG"])}));
        parameters.push(json!({"name": "reason", "valueString": "You are at our desk."}));
    }
    let body = json!({"resourceType": "Parameters", "parameter": parameters});
    fhir("/fhir/Patient/$ask-to-share", body.to_string())
}

fn fhir(path: &str, body: String) -> Request {
    let mut request = get(path.into());
    request.method = "POST".into();
    request.headers.push(("content-type".into(), "application/fhir+json".into()));
    request.body = body;
    request
}

/// Answers to a questionnaire, in one section.
fn answers(layout: &Layout, choices: &mut Choices) -> String {
    let section = match choices.of(&layout.subjects[0].open) {
        Some(open) if !choices.once_in(4) => open,
        _ => super::plans::any_section(choices),
    };
    let (section, kind) = (section.code(), choices.of(&KINDS).unwrap_or("safety-plan"));
    let (person, n) = (if choices.once_in(8) { 1 } else { 0 }, choices.below(1 << 16));
    format!(
        "{{\"resourceType\":\"QuestionnaireResponse\",\"status\":\"completed\",\
         \"questionnaire\":\"https://sayso.example/fhir/Questionnaire/{kind}\",\
         \"subject\":{{\"reference\":\"Patient/{{person:{person}}}\"}},\"item\":[{{\"linkId\":\"{section}\",\
         \"item\":[{{\"linkId\":\"{section}.words\",\"answer\":[{{\"valueString\":\"Words {n}\"}}]}}]}}]}}"
    )
}

/// A plan, which may name what is there and what is not.
fn care_plan(choices: &mut Choices) -> String {
    let (kind, n) = (choices.of(&KINDS).unwrap_or("safety-plan"), choices.below(60));
    let named = match choices.below(4) {
        0 => format!("Observation/{{hidden:{n}}}"),
        1 => format!("Observation/{{item:{n}}}"),
        _ => String::new(),
    };
    let named = if named.is_empty() { named } else { format!(",\"supportingInfo\":[{{\"reference\":\"{named}\"}}]") };
    format!(
        "{{\"resourceType\":\"CarePlan\",\"status\":\"{}\",\"intent\":\"plan\",\"title\":\"A start\",\
         \"subject\":{{\"reference\":\"Patient/{{person:0}}\"}},\"category\":[{{\"coding\":[{{\
         \"system\":\"https://sayso.example/fhir/CodeSystem/plan-kind\",\"code\":\"{kind}\"}}]}}]{named}}}",
        if choices.once_in(3) { "active" } else { "draft" }
    )
}

/// Something is proposed to a plan, which may be hidden; it may be about an item, which may be hidden too.
fn propose(layout: &Layout, choices: &mut Choices) -> Request {
    let subject = &layout.subjects[choices.below(layout.adversary.subjects() as u64) as usize];
    let open = choices.of(&subject.open).filter(|_| !choices.once_in(4));
    let section = open.unwrap_or_else(|| super::plans::any_section(choices)).code();
    let n = choices.below(60);
    let plan = if choices.once_in(6) { format!("{{hidden:{n}}}") } else { format!("{{plan:{n}}}") };
    let about = match choices.below(4) {
        0 => Some(format!("{{item:{n}}}")),
        1 => Some(format!("{{hidden:{n}}}")),
        _ => None,
    };
    if choices.once_in(3) {
        let about = about.map(|item| format!(",\"about\":\"{item}\"")).unwrap_or_default();
        let mut request = fhir(
            &format!("/plans/{plan}/proposals"),
            format!(
                "{{\"by\":{{\"name\":\"{HELPER}\",\"role\":\"clinician\"}},\"proposes\":\"words\",\
                 \"section\":\"{section}\",\"words\":{{\"text\":\"Try {n}\",\"lang\":\"en\"}}{about}}}"
            ),
        );
        request.headers = vec![("content-type".into(), "application/json".into())];
        return request;
    }
    let part = |name: &str, value: String| {
        format!(
            "{{\"type\":{{\"coding\":[{{\"system\":\"https://sayso.example/fhir/CodeSystem/proposal-part\",\
             \"code\":\"{name}\"}}]}},{value}}}"
        )
    };
    let stance = about.is_some() && choices.once_in(2);
    let mut parts = vec![part("role", "\"valueCode\":\"clinician\"".into())];
    parts.extend(about.map(|item| part("about", format!("\"valueId\":\"{item}\""))));
    parts.push(match stance {
        true => part("position", "\"valueCode\":\"disagreed\"".into()),
        false => part("section", format!("\"valueCode\":\"{section}\"")),
    });
    let code = if stance { "stance" } else { "words" };
    fhir(
        "/fhir/Task",
        format!(
            "{{\"resourceType\":\"Task\",\"status\":\"requested\",\"intent\":\"proposal\",\"language\":\"en\",\
             \"code\":{{\"coding\":[{{\"system\":\"https://sayso.example/fhir/CodeSystem/proposal\",\"code\":\"{code}\"}}]}},\
             \"description\":\"Try {n}\",\"focus\":{{\"reference\":\"CarePlan/{plan}\"}},\
             \"requester\":{{\"display\":\"{HELPER}\"}},\"input\":[{}]}}",
            parts.join(",")
        ),
    )
}

/// What somebody would get, or why, asked by whoever has a token.
fn about_consent(choices: &mut Choices) -> Request {
    let name = if choices.once_in(2) { "preview" } else { "explain" };
    // The other hospital, to which almost all is open, or the one where the looker may work itself.
    let organization = if choices.once_in(4) { super::layout::riverside() } else { super::layout::harbour() };
    let purpose = choices.of(&["TREAT", "TREAT", "ETREAT", "PATRQT", "COC"]).unwrap_or("TREAT");
    let n = choices.below(60);
    let plan = match choices.below(4) {
        0 => format!(",{{\"name\":\"plan\",\"valueId\":\"{{plan:{n}}}\"}}"),
        1 => format!(",{{\"name\":\"plan\",\"valueId\":\"{{hidden:{n}}}\"}}"),
        _ => String::new(),
    };
    fhir(
        &format!("/fhir/Consent/${name}"),
        format!(
            "{{\"resourceType\":\"Parameters\",\"parameter\":[{{\"name\":\"organization\",\"valueId\":\"{organization}\"}},\
             {{\"name\":\"purpose\",\"valueCode\":\"{purpose}\"}}{plan}]}}"
        ),
    )
}

/// A consent: of an app about its person, of a record system about anybody, there or not. It permits, refuses, or does
/// both, to itself or to another hospital.
fn consent(layout: &Layout, choices: &mut Choices) -> Request {
    let about = if layout.adversary.is_app() { 0 } else { choices.below(6) };
    let numbers = super::house::NUMBERS;
    let patient = match choices.below(2) {
        0 if !layout.adversary.is_app() => {
            format!("{{\"identifier\":{{\"system\":\"{numbers}\",\"value\":\"{{value:{about}}}\"}}}}")
        }
        _ => format!("{{\"reference\":\"Patient/{{person:{about}}}\"}}"),
    };
    let who = if choices.once_in(3) { harbour() } else { riverside() };
    // Mostly of what is not open in any case, so that there is something left to look at.
    let any = super::plans::any_section(choices);
    let open = choices.of(&layout.subjects[0].open).unwrap_or(Section::Helps);
    let refused = section_label(if choices.once_in(4) { open } else { any });
    let permitted = if choices.once_in(3) { one_part(choices) } else { section_label(open) };
    let refused = if choices.once_in(6) { one_part(choices) } else { refused };
    let body = consent_of(&patient, who, &refused, &permitted, choices.below(4));
    let mut request = fhir("/fhir/Consent", body);
    if layout.adversary.is_app() && choices.once_in(4) {
        request.method = "PUT".into();
        request.path = format!("/fhir/Consent/{{hidden:{}}}", choices.below(60));
        request.headers.push(("if-match".into(), "W/\"{etag}\"".into()));
    }
    request
}

/// System and code of one part of a plan.
pub(super) type Label = (&'static str, String);

/// The label of a section.
pub(super) fn section_label(section: Section) -> Label {
    (profile::SECTIONS, section.code().to_owned())
}

/// The label of a single item or of a plan, which both houses have or one alone.
fn one_part(choices: &mut Choices) -> Label {
    let n = choices.below(60);
    match choices.below(6) {
        0 => (profile::PLANS, format!("{{plan:{n}}}")),
        1 => (profile::PLANS, format!("{{hidden:{n}}}")),
        2 | 3 => (profile::ITEMS, format!("{{item:{n}}}")),
        _ => (profile::ITEMS, format!("{{hidden:{n}}}")),
    }
}

/// A consent about somebody: refuses a part to an organization, permits it another one, does both, or is not understood.
pub(super) fn consent_of(patient: &str, who: OrganizationId, refused: &Label, permitted: &Label, form: u64) -> String {
    let hl7 = "http://terminology.hl7.org/CodeSystem";
    let conditions = |(system, code): &Label| {
        json!({
            "actor": [{
                "role": {"coding": [{"system": format!("{hl7}/v3-ParticipationType"), "code": "IRCP"}]},
                "reference": {"type": "Organization", "identifier": {
                    "system": "https://sayso.example/fhir/NamingSystem/organization", "value": who,
                }},
            }],
            "purpose": [{"system": format!("{hl7}/v3-ActReason"), "code": "TREAT"}],
            "securityLabel": [{"system": system, "code": code}],
            "period": {"start": "2026-05-28T00:00:00Z", "end": "2030-01-01T00:00:00Z"},
        })
    };
    let typed = |effect: &str, mut provision: Value| {
        provision["type"] = effect.into();
        provision
    };
    let (mut deny, permit) = (typed("deny", conditions(refused)), typed("permit", conditions(permitted)));
    let provision = match form {
        0 => deny,
        1 => json!({"type": "deny", "provision": [permit, deny]}),
        2 => {
            deny["class"] = json!([{"code": "x"}]);
            deny
        }
        _ => json!({"type": "deny", "provision": [permit]}),
    };
    let consent = json!({
        "resourceType": "Consent", "status": "active", "patient": "PATIENT", "provision": provision,
        "scope": {"coding": [{"system": format!("{hl7}/consentscope"), "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
    });
    consent.to_string().replace("\"PATIENT\"", patient)
}

/// A whole document of the person's, or of somebody else's.
fn document(choices: &mut Choices) -> String {
    let person = if choices.once_in(6) { 1 } else { 0 };
    let document = json!({
        "resourceType": "DocumentReference", "status": "current",
        "subject": {"reference": format!("Patient/{{person:{person}}}")},
        "type": {"coding": [{"system": "http://loinc.org", "code": "75320-2"}]},
        "content": [{"attachment": {"contentType": "text/plain", "data": "UGxlYXNlIGxpc3Rlbi4=", "title": "Note"}}],
    });
    document.to_string()
}

/// An app has something checked, or sends answers, a document or a consent.
fn sent(layout: &Layout, choices: &mut Choices) -> Request {
    match choices.below(15) {
        0..=1 => fhir("/fhir/QuestionnaireResponse", answers(layout, choices)),
        2..=3 => fhir("/fhir/QuestionnaireResponse/$validate", answers(layout, choices)),
        4 => about_consent(choices),
        5..=7 => consent(layout, choices),
        8 => fhir("/fhir/Consent/$validate", consent(layout, choices).body),
        9 => fhir("/fhir/DocumentReference/$validate", document(choices)),
        10 if choices.once_in(3) => fhir("/fhir/DocumentReference", document(choices)),
        10 => {
            let plan = care_plan(choices);
            let entry = format!("{{\"resource\":{plan},\"request\":{{\"method\":\"POST\",\"url\":\"CarePlan\"}}}}");
            let body = format!("{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{entry}]}}");
            fhir("/fhir/Bundle/$validate", body)
        }
        // A draft: whether one of its kind is in force is told, and may be.
        11 => fhir("/fhir/CarePlan", care_plan(choices).replace("\"active\"", "\"draft\"")),
        _ => fhir("/fhir/CarePlan/$validate", care_plan(choices)),
    }
}

fn request(layout: &Layout, choices: &mut Choices) -> Request {
    let n = choices.below(60);
    if choices.once_in(if layout.adversary.is_app() { 60 } else { 6 }) {
        return follow(choices);
    }
    let mut request = match choices.below(100) {
        0..=27 => search(layout, choices),
        28 => get(format!("/fhir/{}?_id={{hidden:{n}}}", choices.of(&TYPES).unwrap_or("CarePlan"))),
        29..=64 => read(choices),
        65..=74 => current(layout, choices),
        75..=79 => get("{next}".into()),
        80..=84 => get(format!("/fhir/Bundle/{{plan:{n}}}")),
        85..=87 => get(format!("/plans/{{plan:{n}}}")),
        88 => get(format!("/plans/{{plan:{n}}}/proposals")),
        89 => propose(layout, choices),
        90 => consent(layout, choices),
        91..=93 if layout.adversary.is_app() => get("/plans".into()),
        91 => ask_to_share(choices),
        92 => get(format!("/fhir/Patient?identifier={{number:{n}}}")),
        93 => get(format!("/plans/{{hidden:{n}}}")),
        94 => get(format!("/fhir/Bundle/{{hidden:{n}}}")),
        95 if choices.once_in(3) => get("/fhir/metadata".into()),
        95 => about_consent(choices),
        96..=99 if layout.adversary.is_app() => sent(layout, choices),
        _ => get(format!("/fhir/DocumentReference/{{plan:{n}}}")),
    };
    if request.method == "GET" {
        match choices.below(20) {
            0 | 1 => request.method = "HEAD".into(),
            2 => request.headers.push(("if-none-match".into(), "W/\"{etag}\"".into())),
            3 => request.headers.push(("if-none-match".into(), "*".into())),
            4 => request.headers.push(("x-organization".into(), "{person:1}".into())),
            5 if choices.once_in(4) => request.anonymous = true,
            _ => {}
        }
    }
    request
}

/// Who looks in the case of this number: mostly those to whom something is open.
#[must_use]
pub const fn adversary(case: u64) -> Adversary {
    match case % 20 {
        0 | 3 | 6 | 10 | 13 | 16 => Adversary::Partly,
        1 | 4 => Adversary::App,
        11 => Adversary::Overseer,
        14 => Adversary::WholeApp,
        2 | 7 | 12 | 17 => Adversary::Crisis,
        8 | 9 | 18 | 19 => Adversary::Supporter,
        _ => Adversary::Nothing,
    }
}
