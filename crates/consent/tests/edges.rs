//! The edges of a release: what is news to whom, what of a head is shown, in which order and language, and against which
//! version a grant opens. Named examples beside the properties in `releases.rs`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is not as expected is to fail it")]

use std::collections::BTreeSet;

use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Grant, Provision, Recipient, Sealed, Themselves, What, Withheld, judge,
    own,
};
use sayso_plan::draft::NotTaken;
use sayso_plan::{
    Absence, Item, ItemVersion, Lang, Opened, Plan, PlanVersionId, Purpose, Removal, Section, Share, State,
    StoredDocument, WholeDocument, Words,
};
use time::OffsetDateTime;

mod world;
use world::plans::{a_plan, counter, item, key, party, signed_by};
use world::{ask, at, consent, id, organization, period, provision};

fn sealed(plan: &Plan) -> Sealed<Plan> {
    Sealed::<Plan>::new(plan.clone())
}

fn hospital() -> Ask {
    ask(organization(1), Purpose::Treat)
}

fn her_app() -> Ask {
    ask(Audience::App { client: id(1) }, Purpose::Patrqt)
}

/// What the hospital is permitted, since then.
fn to_hospital(what: What, since: i64) -> Consent {
    let permit = provision(Effect::Permit, Recipient::Organization(id(1)), Purpose::Treat, what);
    Consent { given_at: at(since), ..consent(vec![Provision { period: period(since, 100), ..permit }]) }
}

/// What her app is permitted, since the plan began.
fn to_app(whats: &[What]) -> Vec<Consent> {
    let permit = |what| provision(Effect::Permit, Recipient::App(id(1)), Purpose::Patrqt, what);
    vec![consent(whats.iter().copied().map(permit).collect())]
}

fn grant(plan: &Plan, given: &[Consent], ask: &Ask) -> Result<Grant, Withheld> {
    judge(&sealed(plan), &Compiled::of(given), ask, &key())
}

fn updated(plan: &Plan, given: &[Consent], ask: &Ask) -> OffsetDateTime {
    grant(plan, given, ask).unwrap().last_updated()
}

/// A plan of these items with nothing else to say.
fn bare(items: Vec<Item>) -> Plan {
    let mut plan = a_plan(items);
    plan.absences.clear();
    plan.absences_changed_at.clear();
    plan
}

fn helps(text: &str) -> Item {
    item(Section::Helps, text, None, 1, None)
}

#[test]
fn of_a_cancelled_plan_others_learn_that_it_is_cancelled_and_her_app_reads_on() {
    let plan = Plan { state: State::Cancelled, terms_changed_at: at(-3), ..bare(vec![helps("tea")]) };
    let told = grant(&plan, &[to_hospital(What::Section(Section::Helps), -30)], &hospital()).unwrap();
    let released = told.open(&sealed(&plan)).unwrap();
    assert!(told.shown().is_empty() && released.get().items.is_empty() && released.get().sections.is_empty());
    assert_eq!((told.last_updated(), released.get().state), (at(-3), State::Cancelled));
    assert!(grant(&plan, &[], &hospital()).is_err(), "and only those to whom something was open");
    let read = grant(&plan, &to_app(&[What::Section(Section::Helps)]), &her_app()).unwrap();
    assert_eq!(read.shown(), [(id(1), Section::Helps)]);
}

#[test]
fn that_an_item_became_more_open_is_news_to_who_could_not_see_it_before_and_to_her_app() {
    let mut plan = bare(vec![item(Section::Helps, "tea", Some(Share::Open), 1, None)]);
    plan.items[0].opened = vec![Opened { from: Share::Care, at: at(-5) }];
    let open_alone = [to_hospital(What::Level(Share::Open), -30)];
    assert_eq!(updated(&plan, &open_alone, &hospital()), at(-5), "at the level it had they could not see it");
    let section = [to_hospital(What::Section(Section::Helps), -30)];
    assert_eq!(updated(&plan, &section, &hospital()), at(-30), "they saw it all the time");
    assert_eq!(updated(&plan, &to_app(&[What::Section(Section::Helps)]), &her_app()), at(-5), "her app sees levels");
    plan.items[0].moved_at = Some(at(-2));
    assert_eq!(updated(&plan, &section, &hospital()), at(-2), "a place that moved is news to all");
}

#[test]
fn an_absence_is_news_where_it_is_shown_and_not_beside_items() {
    let mut plan = bare(vec![helps("tea")]);
    let given = [to_hospital(What::Section(Section::Helps), -30), to_hospital(What::Section(Section::Hopes), -30)];
    plan.absences_changed_at = [(Section::Helps, at(-3)), (Section::Hopes, at(-5))].into();
    assert_eq!(updated(&plan, &given, &hospital()), at(-5), "one was taken back");
    plan.absences = [(Section::Helps, Absence::NotAsked), (Section::Hopes, Absence::AskedDeclined)].into();
    let told = grant(&plan, &given, &hospital()).unwrap();
    assert_eq!(told.last_updated(), at(-5), "one was said");
    let shown = told.open(&sealed(&plan)).unwrap();
    assert_eq!(shown.get().absences, [(Section::Hopes, Absence::AskedDeclined)].into());
    let one = [to_hospital(What::Section(Section::Helps), -30)];
    let closed = grant(&plan, &one, &hospital()).unwrap().open(&sealed(&plan)).unwrap();
    assert!(closed.get().absences.is_empty(), "of a section that is not open nothing is told");
}

#[test]
fn what_changed_in_a_head_or_went_from_it_is_news_to_who_sees_it() {
    let mut plan = bare(vec![helps("tea")]);
    plan.head_changed_at = at(-2);
    let section = to_hospital(What::Section(Section::Helps), -30);
    assert_eq!(updated(&plan, std::slice::from_ref(&section), &hospital()), at(-30), "the title is not theirs");
    assert_eq!(updated(&plan, &[section, to_hospital(What::Plan(plan.id), -30)], &hospital()), at(-2));
    assert_eq!(updated(&plan, &to_app(&[What::Section(Section::Helps)]), &her_app()), at(-2));
    let only_the_item = grant(&plan, &to_app(&[What::Item(id(1))]), &her_app()).unwrap();
    assert_eq!(only_the_item.last_updated(), at(-40).max(at(-50)), "an app without a section sees no head");
    assert!(!only_the_item.open(&sealed(&plan)).unwrap().get().head_visible);
}

#[test]
fn a_removal_is_news_to_who_was_permitted_this_very_item() {
    let mut plan = bare(vec![helps("tea")]);
    let gone = |at| Removal { id: id(50), section: Section::Harms, share: Share::Close, about: Vec::new(), at };
    plan.removals = vec![gone(at(-6))];
    let given = |item| [to_hospital(What::Section(Section::Helps), -30), to_hospital(What::Item(id(item)), -30)];
    assert_eq!(updated(&plan, &given(50), &hospital()), at(-6));
    assert_eq!(updated(&plan, &given(51), &hospital()), at(-30));
    // What went as they were let in was never there for them.
    let as_it_went = [to_hospital(What::Section(Section::Helps), -30), to_hospital(What::Item(id(50)), -6)];
    assert_eq!(updated(&plan, &as_it_went, &hospital()), at(-30));
}

#[test]
fn a_title_alone_is_nothing_to_others_and_an_empty_plan_is_something_to_her_app() {
    let empty = bare(vec![]);
    assert!(grant(&empty, &[to_hospital(What::Plan(empty.id), -30)], &hospital()).is_err());
    assert!(grant(&empty, &to_app(&[What::Section(Section::Helps)]), &her_app()).is_ok());
    assert!(grant(&empty, &to_app(&[What::Item(id(9))]), &her_app()).is_err());
    let draft = Plan { state: State::Draft, ..bare(vec![helps("tea")]) };
    assert!(grant(&draft, &to_app(&[What::Section(Section::Helps)]), &her_app()).is_ok());
    assert!(grant(&draft, &[to_hospital(What::Section(Section::Helps), -30)], &hospital()).is_err());
    let mut document = bare(vec![]);
    document.document = Some(a_letter());
    assert!(grant(&document, &to_app(&[What::Section(Section::Helps)]), &her_app()).is_err(), "nor its title");
    let with_it = grant(&document, &to_app(&[What::Documents]), &her_app()).unwrap();
    assert!(with_it.open(&sealed(&document)).unwrap().get().head_visible, "its title goes with it");
}

fn a_letter() -> StoredDocument {
    let document = WholeDocument {
        content_type: "application/pdf".into(),
        types: vec![],
        data: "JVBERg==".into(),
        title: None,
        creation: None,
    };
    StoredDocument { id: id(8), version: ItemVersion::from_random([9; 16]), document }
}

#[test]
fn the_people_are_those_that_what_is_shown_names_and_the_whole_names_all() {
    let mut plan = bare(vec![item(Section::Helps, "tea", None, 2, Some(3))]);
    plan.head.formalities = vec![signed_by(4)];
    plan.head.review = None;
    let names = |given: &[Consent], ask: &Ask| {
        let shown = grant(&plan, given, ask).unwrap().open(&sealed(&plan)).unwrap();
        shown.get().parties.iter().map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&[to_hospital(What::Section(Section::Helps), -30)], &hospital()), [party(2)]);
    assert_eq!(
        names(&to_app(&[What::Section(Section::Helps)]), &her_app()),
        [party(2), party(3)],
        "an app sees about whom"
    );
    let everything: Vec<What> = Section::all().map(What::Section).chain([What::Documents]).collect();
    assert_eq!(names(&to_app(&everything), &her_app()), [1, 2, 3, 4].map(party));
}

#[test]
fn a_grant_opens_the_version_it_was_decided_on_and_no_other() {
    let plan = bare(vec![helps("tea")]);
    let given = [to_hospital(What::Section(Section::Helps), -30)];
    let granted = grant(&plan, &given, &hospital()).unwrap();
    let later = Plan { version: PlanVersionId::from_random([5; 16]), ..plan.clone() };
    let another = Plan { id: id(77), ..plan.clone() };
    for other in [&later, &another] {
        assert!(granted.open(&sealed(other)).is_err());
    }
    assert!(granted.clone().for_crisis(&sealed(&later), &key()).is_err());
    assert!(granted.open(&sealed(&plan)).is_ok() && granted.for_crisis(&sealed(&plan), &key()).is_ok());
}

#[test]
fn an_extract_is_in_the_language_of_most_of_its_words_and_counts_places_by_section() {
    let said = |section, text: &str, lang: &str, order| Item {
        words: Some(Words::new(text.into(), Lang::try_from(lang).unwrap()).unwrap()),
        order: Some(order),
        ..item(section, text, Some(Share::Open), 1, None)
    };
    let plan = bare(vec![
        said(Section::Helps, "a", "cy", 4),
        said(Section::Helps, "b", "cy", 2),
        said(Section::Harms, "c", "en", 9),
    ]);
    let given = [to_hospital(What::Section(Section::Helps), -30), to_hospital(What::Section(Section::Harms), -30)];
    let shown = grant(&plan, &given, &hospital()).unwrap().open(&sealed(&plan)).unwrap();
    assert_eq!(shown.get().head.language.as_str(), "cy", "two of three");
    assert_eq!(shown.get().items.iter().map(|one| one.item.order).collect::<Vec<_>>(), [Some(2), Some(1), Some(1)]);
}

#[test]
fn a_fingerprint_is_written_as_32_digits_and_says_nothing_else() {
    let plan = bare(vec![helps("tea")]);
    let granted = grant(&plan, &[to_hospital(What::Section(Section::Helps), -30)], &hospital()).unwrap();
    let text = granted.fingerprint().to_string();
    assert!(text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    assert_eq!((granted.plan(), granted.kind()), (plan.id, plan.kind));
}

/// A document beside items is nobody's to add or change but theirs to whom the whole, or the document, is shown.
#[test]
fn who_sees_the_whole_or_the_document_may_change_it_and_nobody_else() {
    let mut plan = Plan { state: State::Draft, ..bare(vec![]) };
    plan.document = Some(a_letter());
    let other = |content: &mut sayso_plan::Content| content.document.as_mut().unwrap().data = "JVBERi0=".into();
    let changed = |base: &sayso_consent::Released<sayso_consent::Projection>| {
        let mut wanted = plan.as_content();
        wanted.absences.clear();
        other(&mut wanted);
        let next = sealed(&plan).revise(wanted, base, at(1), &mut counter(5)).unwrap();
        let next: Plan = serde_json::from_slice(&next.to_storage().unwrap()).unwrap();
        next.document.unwrap().document.data == "JVBERi0="
    };
    assert!(changed(&own(&sealed(&plan), &Themselves::signed_in(plan.person), &key()).unwrap()));
    let with_documents = to_app(&[What::Documents]);
    let seen = grant(&plan, &with_documents, &her_app()).unwrap().open(&sealed(&plan)).unwrap();
    assert!(!seen.get().whole && changed(&seen));
}

/// A no that is waiting for its form is taken back by who said it, and by no app, however much it sees.
#[test]
fn only_the_person_takes_their_no_back() {
    let plan = Plan { state: State::RevokeRequested, ..bare(vec![helps("tea")]) };
    let back = |base: &sayso_consent::Released<sayso_consent::Projection>| {
        let wanted = sayso_plan::Content { status: State::Active, ..plan.as_content() };
        sealed(&plan).revise(wanted, base, at(1), &mut counter(5)).err()
    };
    let no_such_move = |why: &Option<NotTaken>| matches!(why, Some(NotTaken::NoSuchMove { .. }));
    assert!(!no_such_move(&back(&own(&sealed(&plan), &Themselves::signed_in(plan.person), &key()).unwrap())));
    let everything: Vec<What> = Section::all().map(What::Section).chain([What::Documents]).collect();
    let seen = grant(&plan, &to_app(&everything), &her_app()).unwrap().open(&sealed(&plan)).unwrap();
    assert!(seen.get().whole && no_such_move(&back(&seen)));
}

/// Who sees levels must be told when one changes, though no word does; and nobody else may notice it.
#[test]
fn how_close_an_item_is_and_about_whom_is_in_the_fingerprint_of_her_app_and_of_nobody_else() {
    let said = |share, about| bare(vec![item(Section::Helps, "tea", share, 1, about)]);
    let plans = [said(None, None), said(Some(Share::Open), None), said(Some(Share::Care), None), said(None, Some(1))];
    let prints = |given: &[Consent], ask: &Ask| {
        let prints = plans.iter().map(|plan| grant(plan, given, ask).unwrap().fingerprint());
        prints.collect::<BTreeSet<_>>().len()
    };
    assert_eq!(prints(&to_app(&[What::Section(Section::Helps)]), &her_app()), plans.len());
    assert_eq!(prints(&[to_hospital(What::Section(Section::Helps), -30)], &hospital()), 1);
}
