//! `seen.md`: who sees what of somebody's plans, in their own words.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sayso_consent::{Compiled, Projection, Released, Verdict, Why, explain, judge};
use sayso_plan::law::InForce;
use sayso_plan::{Purpose, Section};

use super::sharing::{self, Asker};
use super::{Somebody, TOUR, Written, everybody, expected, line, supporters, written};
use crate::world::key;

/// The purposes that occur among the persons, as the page calls them.
const PURPOSES: [(Purpose, &str); 2] = [(Purpose::Treat, "For treatment"), (Purpose::Etreat, "In an emergency")];

fn released(plan: &Written, rules: &Compiled, asker: Asker, purpose: Purpose) -> Option<Released<Projection>> {
    let grant = judge(&plan.plan, rules, &sharing::ask(asker, purpose, TOUR), &key()).ok()?;
    Some(grant.open(&plan.plan).unwrap())
}

/// Why nothing leaves, for the person's eyes: never asked, refused, or open for something else.
fn why(of: &Somebody, rules: &Compiled, asker: Asker, purpose: Purpose) -> String {
    let ask = sharing::ask(asker, purpose, TOUR);
    let mut refused = false;
    let mut otherwise = false;
    for plan in &of.plans {
        for part in explain(&plan.plan, &of.themselves(), rules, &ask) {
            refused |= part.verdict.is_refused();
            otherwise |= matches!(part.verdict, Verdict::Withheld(Why::OtherPurpose(_)));
        }
    }
    let called = of.called();
    match (refused, otherwise) {
        (true, _) => format!("{called} has said no"),
        (false, true) => format!("{called} has opened something to it, for another purpose"),
        (false, false) => format!("{called} has opened nothing to it"),
    }
}

/// What a reader gets of one plan.
fn plan(out: &mut String, of: &Somebody, plan: &Written, shown: &Released<Projection>) {
    let own = sayso_consent::own(&plan.plan, &of.themselves(), &key()).unwrap();
    let (own, sentences, shown) = (own.get(), line::sentences(shown), shown.get());
    let (some, all) = (shown.items.len(), own.items.len());
    let title = match shown.head_visible {
        true => "its title with it",
        false => "without its title",
    };
    writeln!(out, "\n**{}** (`{}.plan.json`), {some} of {all} items, {title}:\n", shown.head.title.text(), plan.name)
        .unwrap();
    let sections: BTreeSet<Section> = shown.items.iter().map(|item| item.item.section).collect();
    for section in Section::all().filter(|section| sections.contains(section)) {
        writeln!(out, "- {}", section.title()).unwrap();
        for item in shown.items.iter().filter(|item| item.item.section == section) {
            let line = line::of(item, shown, &sentences).replace('\n', "\n  ");
            writeln!(out, "  - {line}").unwrap();
        }
    }
    let visible = |item: &sayso_plan::ItemId| shown.items.iter().any(|one| one.id == *item);
    let hidden: BTreeSet<Section> =
        own.items.iter().filter(|item| !visible(&item.id)).map(|item| item.item.section).collect();
    let titles: Vec<&str> = Section::all().filter(|one| hidden.contains(one)).map(Section::title).collect();
    if !titles.is_empty() {
        writeln!(out, "\nWhat stays with {} of it: {}.", of.called(), titles.join("; ")).unwrap();
    }
}

fn recipient(out: &mut String, of: &Somebody, rules: &Compiled, name: &str, asker: Asker) {
    writeln!(out, "\n## {name}").unwrap();
    let mut nothing: Vec<(&str, String)> = Vec::new();
    for (purpose, asked) in PURPOSES {
        let got: Vec<_> = of.plans.iter().map(|plan| (plan, released(plan, rules, asker, purpose))).collect();
        if got.iter().all(|(_, shown)| shown.is_none()) {
            nothing.push((asked, why(of, rules, asker, purpose)));
            continue;
        }
        writeln!(out, "\n{asked}:").unwrap();
        for (written, shown) in &got {
            match shown {
                Some(shown) => plan(out, of, written, shown),
                None => writeln!(out, "\nOf `{}.plan.json`: **nothing**.", written.name).unwrap(),
            }
        }
    }
    match nothing.as_slice() {
        [(first, why), (second, same)] if why == same => {
            writeln!(out, "\n{first}, and {}: **nothing**. ({why}.)", second.to_lowercase()).unwrap();
        }
        each => each.iter().for_each(|(asked, why)| writeln!(out, "\n{asked}: **nothing**. ({why}.)").unwrap()),
    }
}

/// The person's plans, each with where it is in its life on the day of the tour.
fn plans(out: &mut String, of: &Somebody) {
    let day = sayso_plan::item::PlanDate(TOUR.date());
    for one in &of.plans {
        let own = sayso_consent::own(&one.plan, &of.themselves(), &key()).unwrap();
        let own = own.get();
        let said = one.plan.in_force_on(day);
        let in_time = own.state.is_in_force() && !matches!(said, InForce::Yes { .. });
        let note = if in_time { format!(" {}", said.sentence()) } else { String::new() };
        let state = line::plainly(&own.state);
        let (title, kind) = (own.head.title.text(), line::plainly(&own.kind));
        writeln!(out, "- “{title}”, {kind}, {state}: [what leaves of it](expected/{}).{note}", expected::file(of, one))
            .unwrap();
    }
}

fn page(of: &Somebody) -> String {
    let rules = sharing::at_the_start(&of.folder, of.person.id, TOUR);
    let called = of.called();
    let mut out = format!(
        "# Who sees what of {called}\n\nOn the day of the tour, 25 November 2026, before anybody asks for more. \
         Whoever gets nothing cannot tell why: not asked, refused and no such person are one answer. A test writes this \
         page out of the plans and `sharing.json` (`SAYSO_BLESS=1`).\n\n"
    );
    plans(&mut out, of);
    for (name, asker) in sharing::RECIPIENTS {
        recipient(&mut out, of, &rules, name, asker);
    }
    writeln!(out, "\n## Who stands by me\n\nFrom the whole, which only {called} and {called}’s own app see.").unwrap();
    out.push_str(&supporters::page(of));
    out
}

#[test]
fn who_sees_what_is_what_stands_beside_the_plans() {
    for one in everybody() {
        written(&one.folder.join("seen.md"), &page(&one));
    }
}
