//! The story of Ama: refused, asked, said so, released, in a crisis, taken back, known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::browser::{Browser, Page};
use crate::house::{Ground, House, run, run_with};
use crate::systems::{App, System};
use crate::web::{Answer, FORM, form};

/// What Ama opens to Riverside: what helps in a crisis, and not her history.
const OPENED: [&str; 4] = ["access-needs", "crisis-signs", "helps", "approach-me"];
const POLLS: usize = 4;

struct Story {
    house: House,
    ground: Ground,
    described: Value,
    riverside: System,
}

struct Person {
    id: String,
    number: String,
    system: String,
    plans: Vec<(String, String)>,
}

impl Story {
    fn begin() -> Self {
        let ground = Ground::new();
        let (house, described) = ground.demo();
        let riverside = System { door: house.doors, token: token(&ground, "ehr") };
        Self { house, ground, described, riverside }
    }

    fn ama(&self) -> Person {
        let ama = &self.described["persons"][0];
        assert_eq!(ama["login"], "ama");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let plans = ama["plans"].as_array().unwrap().iter();
        Person {
            id: text(&ama["id"]),
            number: text(&ama["identifier"]["value"]),
            system: text(&ama["identifier"]["system"]),
            plans: plans.map(|plan| (text(&plan["kind"]), text(&plan["id"]))).collect(),
        }
    }

    fn client(&self, kind: &str) -> &Value {
        let mut clients = self.described["clients"].as_array().unwrap().iter();
        clients.find(|client| client["kind"] == kind).unwrap()
    }

    fn riverside_id(&self) -> String {
        self.client("ehr")["organization"].as_str().unwrap().to_owned()
    }
}

fn token(ground: &Ground, kind: &str) -> String {
    run(&["token", "--describe", &ground.text("demo.json"), "--kind", kind])
}

impl Person {
    /// Somebody who does not exist, and is asked for in words of the same length.
    fn nobody(&self) -> Self {
        let plan = |(n, (kind, _)): (usize, &(String, String))| {
            (kind.clone(), format!("{n}b9a7d9e-6a55-4f57-9d2e-0f8f4a9b7c11"))
        };
        Self {
            id: "4b9a7d9e-6a55-4f57-9d2e-0f8f4a9b7c10".into(),
            number: "9990472158".into(),
            system: self.system.clone(),
            plans: self.plans.iter().enumerate().map(plan).collect(),
        }
    }

    /// Every word by which a question can name this person.
    fn names(&self) -> Vec<&str> {
        let plans = self.plans.iter().map(|(_, id)| id.as_str());
        [self.id.as_str(), &self.number].into_iter().chain(plans).collect()
    }

    fn plan(&self, kind: &str) -> &str {
        &self.plans.iter().find(|(known, _)| known == kind).unwrap().1
    }

    /// Every way in which a record system can ask for this person.
    fn questions(&self) -> Vec<String> {
        let (id, by_number) = (&self.id, format!("identifier={}%7C{}", self.system, self.number));
        let mut all = vec![
            format!("/fhir/Patient?{by_number}"),
            format!("/fhir/Patient?_id={id}"),
            format!("/fhir/Patient/{id}"),
            format!("/fhir/Patient/{id}/_history"),
            format!("/fhir/CarePlan?patient=Patient/{id}"),
            format!("/fhir/CarePlan?patient={id}&_count=1"),
            format!("/fhir/CarePlan?patient={id}&_summary=count"),
            format!("/fhir/Patient/$current-plan?{by_number}"),
            format!("/fhir/Patient/$current-plan?{by_number}&kind=joint-crisis-plan"),
            format!("/fhir/Patient/$current-plan?{by_number}&kind=safety-plan"),
        ];
        let kinds = ["CarePlan", "Goal", "CareTeam", "Observation", "DocumentReference"];
        all.extend(kinds.iter().map(|kind| format!("/fhir/{kind}?patient={id}")));
        for (_, plan) in &self.plans {
            let kinds = ["CarePlan", "Goal", "CareTeam", "DocumentReference", "Bundle"];
            all.extend(kinds.iter().map(|kind| format!("/fhir/{kind}/{plan}")));
            all.push(format!("/fhir/CarePlan/{plan}/_history"));
            all.push(format!("/fhir/CarePlan/{plan}/_history/{id}"));
            all.push(format!("/plans/{plan}"));
        }
        all
    }

    /// Asks everything; the answers by what was asked, with the person's own names blanked.
    fn asked_for(&self, who: &System) -> BTreeMap<String, String> {
        let names = self.names();
        let blank = |text: &str| names.iter().fold(text.to_owned(), |so, name| so.replace(name, "ASKED"));
        let ask = |method: &str, path: &str, body: &[u8]| {
            let headers = if body.is_empty() { vec![] } else { vec![FORM] };
            (blank(&format!("{method} {path}")), who.call(method, path, &headers, body).blanked(&names))
        };
        let mut answers = BTreeMap::new();
        for path in self.questions() {
            answers.extend(["GET", "HEAD"].map(|method| ask(method, &path, b"")));
        }
        let number = format!("{}|{}", self.system, self.number);
        answers.extend([
            ask("POST", "/fhir/Patient/_search", &form(&[("identifier", &number)])),
            ask("POST", "/fhir/CarePlan/_search", &form(&[("patient", &self.id)])),
        ]);
        answers
    }
}

/// All words of Ama's plans of 12 letters and more: those in the opened parts, and those that are nowhere in them.
fn words(opened: &[&str]) -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/persons/ama");
    let (mut shown, mut hidden) = (BTreeSet::new(), BTreeSet::new());
    for name in ["joint-crisis", "advance-directive"] {
        let file = std::fs::read(folder.join(format!("{name}.plan.json"))).unwrap();
        let plan: Value = serde_json::from_slice(&file).unwrap();
        for item in plan["items"].as_array().unwrap() {
            let is_open = opened.contains(&item["section"].as_str().unwrap()) && item["share"] != "close";
            gather(item, if is_open { &mut shown } else { &mut hidden });
        }
        gather(&plan["title"]["text"], &mut hidden);
        gather(&plan["if_not_followed"], &mut hidden);
        gather(&plan["formalities"], &mut hidden);
    }
    let all = shown.iter().cloned().collect::<Vec<_>>().join("\n");
    hidden.retain(|word| !all.contains(word.as_str()));
    (shown, hidden)
}

fn gather(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.len() >= 12 && text.contains(' ') => drop(into.insert(text.clone())),
        Value::Array(all) => all.iter().for_each(|one| gather(one, into)),
        Value::Object(all) => all.values().for_each(|one| gather(one, into)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text as it may stand in JSON or in a narrative.
fn stands_in(text: &str, word: &str) -> bool {
    let escaped = word.replace('&', "&amp;").replace('\'', "&#39;");
    [word, &escaped, &word.replace('"', "\\\"")].iter().any(|form| text.contains(*form))
}

fn entries(bundle: &Value) -> Vec<&Value> {
    bundle["entry"].as_array().map(|all| all.iter().map(|entry| &entry["resource"]).collect()).unwrap_or_default()
}

fn narratives(answer: &Answer) -> BTreeSet<String> {
    let bundle = answer.json();
    // A page is HTML, where the namespace of a narrative is not written.
    let div =
        |plan: &&Value| plan["text"]["div"].as_str().unwrap().replace(" xmlns=\"http://www.w3.org/1999/xhtml\"", "");
    entries(&bundle).iter().map(div).collect()
}

#[test]
fn ama_decides_and_the_next_request_knows_it() {
    let story = Story::begin();
    let ama = story.ama();
    let mut page = Browser::new(story.house.doors);
    page.open(story.described["persons"][0]["sign_in"].as_str().unwrap()).ok();

    let before = is_refused_like_nobody(&story, &ama);
    may_ask_and_learns_nothing(&story, &ama);
    let preview = says_so(&story, &mut page);
    sees_just_that(&story, &ama, &preview);
    a_change_of_what_is_hidden_shows_nowhere(&story, &ama, &mut page);
    crisis_service_is_served_for_that_purpose_only(&story, &ama);
    takes_back_in_two_clicks(&story, &mut page);
    assert_eq!(ama.asked_for(&story.riverside), before, "the very next requests, with the token issued before");
    polls(&story, &ama);
    knows_all_of_it(&story, &mut page);

    let Story { house, ground, .. } = story;
    house.stop();
    let key = ground.text("data.key");
    let verified = run_with(&["audit", "verify", "--data", &ground.text("data")], &[("SAYSO_KEY_FILE", &key)]);
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(verified.status.success() && said.starts_with("The log is whole"), "{said}");
}

fn is_refused_like_nobody(story: &Story, ama: &Person) -> BTreeMap<String, String> {
    let real = ama.asked_for(&story.riverside);
    let nobody = ama.nobody().asked_for(&story.riverside);
    assert_eq!(real.len(), nobody.len());
    for (question, answer) in &real {
        assert_eq!(Some(answer), nobody.get(question), "{question}");
        assert!(answer.starts_with("404") || answer.starts_with("200") || answer.starts_with("40"), "{answer}");
    }
    let (_, hidden) = words(&[]);
    let all = real.values().cloned().collect::<String>();
    assert!(!hidden.iter().any(|word| stands_in(&all, word)));
    real
}

fn may_ask_and_learns_nothing(story: &Story, ama: &Person) {
    let nobody = ama.nobody();
    let ask = |person: &Person| story.riverside.ask_to_share(&person.system, &person.number, "Ama is on ward 3 now.");
    let real = ask(ama).is(202);
    let answers = [ask(&nobody), ask(ama), ask(&nobody)];
    for again in answers {
        assert_eq!(real.whole(), again.whole(), "always the same 202");
    }
}

fn says_so(story: &Story, page: &mut Browser) -> BTreeSet<String> {
    let start = page.open("/me").ok();
    assert!(start.words().contains("Riverside Hospital"), "who has asked: {}", start.words());
    let asked = page.open("/me/sharing").ok();
    assert!(asked.words().contains("Ama is on ward 3 now."), "{}", asked.words());
    let choose = page.open(&start.link("Riverside Hospital")).ok();
    let form = OPENED.iter().fold(choose.form("/preview"), |form, section| form.tick("section", section));
    assert!(!form.choices("section").contains(&"past-to-know"), "what is close is opened one by one");
    let preview = page.press(&form, None).ok();
    assert!(preview.words().contains("Nothing is shared yet"));
    let unchanged = story.riverside.get(&format!("/fhir/CarePlan?patient={}", story.ama().id)).json();
    assert_eq!(unchanged["total"], 0, "a preview opens nothing");
    let shown: BTreeSet<String> = preview.between("<article class=\"shown\">", "</article>").into_iter().collect();
    assert_eq!(shown.len(), 2, "both plans have such parts: {}", preview.text);
    let done = page.press(&preview.form("/share"), None).ok();
    assert!(done.words().contains("Saved"), "{}", done.words());
    shown
}

fn sees_just_that(story: &Story, ama: &Person, preview: &BTreeSet<String>) {
    let riverside = &story.riverside;
    let found = riverside.get(&format!("/fhir/Patient?identifier={}%7C{}", ama.system, ama.number)).is(200);
    assert_eq!(found.json()["entry"][0]["resource"]["id"], ama.id.as_str());
    let other = riverside.get(&format!("/fhir/Patient?identifier=urn:other%7C{}", ama.number)).is(200);
    assert_eq!(other.json()["total"], 0, "found by the verified identifier only");

    let search = riverside.get(&format!("/fhir/CarePlan?patient={}", ama.id)).is(200);
    assert_eq!(&narratives(&search), preview, "the preview was what they see now");
    let (mut seen, bundle) = (vec![search.whole()], search.json());
    assert_eq!((bundle["total"].as_u64(), entries(&bundle).len()), (Some(2), 2));
    for plan in entries(&bundle) {
        let read = riverside.get(&format!("/fhir/CarePlan/{}", plan["id"].as_str().unwrap())).is(200);
        assert_eq!(&read.json(), plan, "read and search say the same");
        seen.push(read.whole());
        for to in references(plan) {
            seen.push(riverside.get(&format!("/fhir/{to}")).is(200).whole());
        }
    }
    for kind in ["joint-crisis-plan", "advance-directive"] {
        let path = "/fhir/Patient/$current-plan";
        let document = riverside.get(&format!("{path}?identifier={}%7C{}&kind={kind}", ama.system, ama.number)).is(200);
        assert_eq!(document.json()["type"], "document");
        seen.push(document.whole());
    }
    for path in ama.questions() {
        seen.push(riverside.get(&path).whole());
    }
    assert_shown(&seen.join("\n"), &preview.iter().cloned().collect::<String>());
}

/// Every word of the opened parts is there, and none of the others.
fn assert_shown(everything: &str, narrative: &str) {
    let (shown, hidden) = words(&OPENED);
    assert!(shown.len() >= 8 && hidden.len() >= 40, "{} {}", shown.len(), hidden.len());
    for word in &hidden {
        assert!(!stands_in(everything, word), "what is hidden was told: {word}");
    }
    for word in ["Let me hold the red scarf and hum. It looks odd. It works.", "Dark, quiet, a person who stays."] {
        assert!(stands_in(narrative, word), "the narrative alone can be read as a whole: {word}");
    }
    assert!(!everything.contains("past-to-know"), "not even the name of a hidden section");
}

/// The addresses that a resource refers to, outside itself.
fn references(resource: &Value) -> BTreeSet<String> {
    let text = resource.to_string();
    let all = text.split("\"reference\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    all.filter(|to| !to.starts_with('#')).collect()
}

fn a_change_of_what_is_hidden_shows_nowhere(story: &Story, ama: &Person, page: &mut Browser) {
    let client = story.client("patient-app");
    let app = App {
        id: client["client_id"].as_str().unwrap().to_owned(),
        redirect: client["redirect_uris"][0].as_str().unwrap().to_owned(),
        aud: story.described["fhir"].as_str().unwrap().to_owned(),
    };
    let app = app.let_in(story.house.doors, page).system;
    let before = ama.asked_for(&story.riverside);
    let path = format!("/plans/{}", ama.plan("joint-crisis-plan"));
    let own = app.get(&path).is(200);
    let (etag, mut plan) = (own.header("etag").unwrap().to_owned(), own.json());
    let items = plan["items"].as_array_mut().unwrap();
    let hidden = items.iter_mut().find(|item| item["section"] == "agreements" && item["words"].is_object()).unwrap();
    hidden["words"]["text"] = "Nobody but me reads this new line.".into();
    let written = app.put_plan(&path, &etag, &plan);
    assert!([200, 204].contains(&written.status), "{}", written.whole());
    assert!(app.get(&path).is(200).text().contains("Nobody but me reads this new line."));
    assert_eq!(app.put_plan(&path, &etag, &plan).status, 412, "the version is another one");
    let after = ama.asked_for(&story.riverside);
    for (question, answer) in &before {
        assert_eq!(Some(answer), after.get(question), "neither ETag, lastUpdated nor body: {question}");
    }
    let read = story.riverside.get(&format!("/fhir/CarePlan/{}", ama.plan("joint-crisis-plan"))).is(200);
    assert!(read.header("etag").is_some() && read.header("last-modified").is_some());
}

fn crisis_service_is_served_for_that_purpose_only(story: &Story, ama: &Person) {
    let desk = System { door: story.house.doors, token: token(&story.ground, "crisis-service") };
    let path = format!("/fhir/Patient/$current-plan?identifier={}%7C{}", ama.system, ama.number);
    let directive = desk.get(&format!("{path}&kind=advance-directive")).is(200);
    let extract = desk.get(&path).is(200);
    for document in [&directive, &extract] {
        let json = document.json();
        assert_eq!((&json["resourceType"], &json["type"]), (&"Bundle".into(), &"document".into()));
        assert_eq!(entries(&json)[0]["resourceType"], "Composition");
        assert!(readable(entries(&json)[0]).contains("person who stays"), "readable as it is");
        assert!(!document.text().contains("injections against my will"), "what is close stays close");
    }
    assert!(directive.text().contains("I refuse electroconvulsive therapy."));
    assert!(extract.text().contains("red scarf"), "the extract is of all plans");
    for path in [format!("{path}&purpose=TREAT"), format!("{path}&kind=advance-directive&purpose=TREAT")] {
        let other = desk.get(&path);
        assert!(other.status >= 400 && !other.text().contains("Ama"), "{}", other.whole());
    }
    let other = story.riverside.get(&format!("{path}&purpose=ETREAT"));
    assert!(other.status >= 400 && !other.text().contains("Ama"), "{}", other.whole());
}

/// What somebody reads who shows a document as FHIR says: the narrative of the composition, then of its sections.
fn readable(composition: &Value) -> String {
    let sections = composition["section"].as_array().unwrap().iter();
    let all = [composition].into_iter().chain(sections).filter_map(|part| part["text"]["div"].as_str());
    all.collect()
}

fn takes_back_in_two_clicks(story: &Story, page: &mut Browser) {
    let home = page.open("/me").ok();
    let sharing = page.open(&home.link("See or change who sees what")).ok();
    let stopped = page.press(&sharing.form(&format!("/{}/stop", story.riverside_id())), None).ok();
    assert!(stopped.words().contains("You stopped sharing with Riverside Hospital"), "{}", stopped.words());
}

/// A system that looks again and again.
fn polls(story: &Story, ama: &Person) {
    for _ in 0..POLLS {
        story.riverside.get(&format!("/fhir/CarePlan?patient={}", ama.id)).is(200);
    }
}

fn knows_all_of_it(story: &Story, page: &mut Browser) {
    let receipts = page.open("/me/receipts").ok();
    counts_each_poll(story, &receipts);
    let mut said = receipts.words();
    let mut last = receipts;
    while last.text.contains("Show older ones") {
        last = page.open(&last.link("Show older ones")).ok();
        said.push_str(&last.words());
    }
    for sentence in [
        "You signed in with a link on",
        "Riverside Hospital asked to be let in for treatment",
        "You let Riverside Hospital see something for treatment on",
        "You stopped sharing with Riverside Hospital on",
        "They saw nothing: this is not open to them.",
        "Lantern Crisis Line asked to see your plans in an emergency",
        "Harbour Notes changed “Our crisis plan”",
    ] {
        assert!(said.contains(sentence), "nothing of {sentence:?} in {said}");
    }
    let shown = said.find("They saw from “").map(|at| &said[at..]).unwrap_or_else(|| panic!("what was shown: {said}"));
    assert!(shown.contains("What helps"), "{shown}");
}

/// The polls are one line with a count, and each of them keeps its own record.
fn counts_each_poll(story: &Story, receipts: &Page) {
    let lines = receipts.between("<li", "</li>");
    let polled = lines.iter().find(|line| line.contains("saw nothing") && line.contains("Riverside")).unwrap();
    let (_, after) = polled.split_once("asked to see your plans for treatment ").unwrap();
    let count: usize = after.split(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("a count: {polled}"));
    assert!(after.contains(" times on "), "{polled}");
    let records = polled.matches("(Record ").count();
    assert!(count == records && count > POLLS, "{count} looks and {records} records: {polled}");
    let one_more = story.riverside.get(&format!("/fhir/CarePlan?patient={}", story.ama().id)).is(200);
    assert_eq!(one_more.json()["total"], 0);
}
