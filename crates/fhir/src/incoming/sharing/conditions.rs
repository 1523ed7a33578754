//! The conditions of one provision: who, for what, which part, when. Each list is an "or", and is split.

use sayso_consent::{Class, Effect, Known, Purposes, Recipient, What};
use sayso_plan::{PlanId, Share};
use sayso_wire::Tree;

use super::lasts::{Edge, Lasts, edge};
use super::{Rule, not_a_rule};
use crate::aliases;
use crate::fault::{Fault, Why};
use crate::incoming::strange;
use crate::profile;

const KNOWN: [&str; 8] = ["type", "period", "actor", "purpose", "securityLabel", "data", "extension", "provision"];

/// The conditions, each with what was not understood of it.
pub(super) struct Conditions {
    recipients: Vec<Known<Recipient>>,
    purposes: Vec<Known<Purposes>>,
    whats: Vec<Known<What>>,
    lasts: Known<Lasts>,
    even_in_emergency: bool,
    after_death: bool,
}

impl Conditions {
    pub(super) fn read(provision: &Tree, effect: Effect, place: &str, faults: &mut Vec<Fault>) -> Self {
        faults.extend(strange(provision, place, &KNOWN).map(not_a_rule));
        let mut each = Each { provision, effect, place, faults };
        let recipients = each.of("actor", "to whom: the actor", Recipient::Everyone, recipient);
        let purposes = each.of("purpose", "for what: the purpose", Purposes::Any, purpose);
        let whats = each.whats();
        let lasts = each.lasts();
        let [even_in_emergency, after_death] = each.marks();
        Self { recipients, purposes, whats, lasts, even_in_emergency, after_death }
    }

    pub(super) fn count(&self) -> usize {
        self.recipients.len().saturating_mul(self.purposes.len()).saturating_mul(self.whats.len())
    }

    pub(super) fn rules(&self, effect: Effect) -> Vec<Rule> {
        let mut rules = Vec::new();
        for recipient in self.recipients.iter().copied() {
            for purposes in self.purposes.iter().copied() {
                rules.extend(self.whats.iter().copied().map(|what| Rule {
                    effect,
                    recipient,
                    purposes,
                    what,
                    lasts: self.lasts,
                    even_in_emergency: self.even_in_emergency,
                    after_death: self.after_death,
                }));
            }
        }
        rules
    }
}

/// One provision, while its conditions are read.
struct Each<'a> {
    provision: &'a Tree,
    effect: Effect,
    place: &'a str,
    faults: &'a mut Vec<Fault>,
}

type Understood<T> = Result<T, &'static str>;

impl Each<'_> {
    fn list(&self, element: &str) -> &[Tree] {
        self.provision.get(element).map(Tree::elements).unwrap_or_default()
    }

    fn wrong(&mut self, at: &str, why: Why) {
        self.faults.push(Fault::new(format!("{}.{at}", self.place), why));
    }

    /// Each element of a list; where there is none, a refusal means all, and a permit must say.
    fn of<T>(
        &mut self,
        element: &str,
        missing: &'static str,
        all: T,
        read: fn(&Tree) -> Understood<T>,
    ) -> Vec<Known<T>> {
        let read: Vec<Understood<T>> = self.list(element).iter().map(read).collect();
        if read.is_empty() {
            if self.effect == Effect::Permit {
                self.wrong(element, Why::Missing(missing));
            }
            return vec![Known::Is(all)];
        }
        let mut known = Vec::with_capacity(read.len());
        for (n, one) in read.into_iter().enumerate() {
            known.push(one.map_or(Known::Unknown, Known::Is));
            if let Some(why) = self.refusal_of(element, n) {
                self.wrong(&format!("{element}[{n}]"), Why::Value(why));
            }
        }
        known
    }

    /// Why one element of a list was not understood.
    fn refusal_of(&self, element: &str, n: usize) -> Option<&'static str> {
        let one = self.list(element).get(n)?;
        match element {
            "actor" => recipient(one).err(),
            "purpose" => purpose(one).err(),
            _ => None,
        }
    }

    /// What it covers: by labels, or by the plans it names.
    fn whats(&mut self) -> Vec<Known<What>> {
        let labels: Vec<Understood<What>> = self.list("securityLabel").iter().map(label).collect();
        let plans: Vec<Understood<PlanId>> = self.list("data").iter().map(plan).collect();
        let faulty = |element: &'static str, n: usize, why: &'static str| (format!("{element}[{n}]"), why);
        let of_labels =
            labels.iter().enumerate().filter_map(|(n, one)| one.err().map(|why| faulty("securityLabel", n, why)));
        let of_plans = plans.iter().enumerate().filter_map(|(n, one)| one.err().map(|why| faulty("data", n, why)));
        for (at, why) in of_labels.chain(of_plans).collect::<Vec<_>>() {
            self.wrong(&at, Why::Value(why));
        }
        if self.effect == Effect::Permit {
            let close = labels.iter().position(|one| *one == Ok(What::Level(Share::Close)));
            if let Some(n) = close {
                let why = "what is close is permitted item by item only";
                self.wrong(&format!("securityLabel[{n}]"), Why::Value(why));
            }
        }
        let known = |one: Understood<What>| one.map_or(Known::Unknown, Known::Is);
        match (labels.as_slice(), plans.as_slice()) {
            ([], []) => {
                if self.effect == Effect::Permit {
                    self.wrong("securityLabel", Why::Missing("what: the securityLabel"));
                }
                vec![Known::Is(What::Everything)]
            }
            ([], plans) => plans.iter().map(|one| known(one.map(What::Plan))).collect(),
            ([Ok(What::Plan(label))], [Ok(plan)]) if label == plan => vec![Known::Is(What::Plan(*plan))],
            (labels, plans) => {
                if !plans.is_empty() {
                    let why = "beside a label, data can only name the plan that the label is of";
                    self.wrong("data", Why::Value(why));
                }
                labels.iter().map(|one| known(*one)).collect()
            }
        }
    }

    fn lasts(&mut self) -> Known<Lasts> {
        let Some(period) = self.provision.get("period") else {
            if self.effect == Effect::Permit {
                self.wrong("period", Why::Missing("until when: a permit always has an end, its period"));
            }
            return Known::Is(Lasts { from: None, until: None });
        };
        let strange = strange(period, "period", &["start", "end"]).next().is_some();
        let read = |name| period.text(name).map(edge);
        let (from, until): (Option<Option<Edge>>, _) = (read("start"), read("end"));
        let lasts = Lasts { from: from.flatten(), until: until.flatten() };
        let why = match (from, until) {
            _ if strange => "send start and end, and nothing else",
            (Some(None), _) | (_, Some(None)) => "write a whole day as 2026-12-31, or an instant with its zone",
            _ if lasts.is_backwards() => "it ends before it begins",
            (_, None) if self.effect == Effect::Permit => "a permit always has an end",
            _ => return Known::Is(lasts),
        };
        self.wrong("period", Why::Value(why));
        Known::Unknown
    }

    /// Even in an emergency, and after death.
    fn marks(&mut self) -> [bool; 2] {
        let (mut even, mut after) = (false, false);
        let marks: Vec<Option<&str>> = self.list("extension").iter().map(mark).collect();
        let effect = self.effect;
        let odd = marks.iter().position(|mark| match (mark, effect) {
            (Some(profile::EXT_EVEN_IN_EMERGENCY), Effect::Deny) => {
                even = true;
                false
            }
            (Some(profile::EXT_AFTER_DEATH), Effect::Permit) => {
                after = true;
                false
            }
            _ => true,
        });
        if let Some(n) = odd {
            self.wrong(&format!("extension[{n}]"), Why::NotARule);
        }
        [even, after]
    }
}

/// A mark that is set.
fn mark(extension: &Tree) -> Option<&str> {
    let set = extension.members().len() == 2 && extension.get("valueBoolean") == Some(&Tree::Bool(true));
    extension.text("url").filter(|_| set)
}

fn only(tree: &Tree, known: &[&str]) -> bool {
    tree.members().iter().all(|(key, _)| known.contains(&key.as_str()))
}

/// System and code of a coding that says nothing else.
pub(super) fn coding(coding: &Tree) -> Option<(&str, &str)> {
    let plain = only(coding, &["system", "code", "display"]);
    let system = coding.text("system").and_then(aliases::system)?;
    Some((system, coding.text("code")?)).filter(|_| plain)
}

/// System and code of a concept that is one coding.
pub(super) fn coded(concept: &Tree) -> Option<(&str, &str)> {
    let [one] = concept.get("coding").map(Tree::elements)? else { return None };
    coding(one).filter(|_| only(concept, &["coding", "text"]))
}

fn purpose(tree: &Tree) -> Understood<Purposes> {
    let known = coding(tree).filter(|(system, _)| *system == aliases::PURPOSES);
    let purpose = known.and_then(|(_, code)| code.parse().ok());
    purpose.map(Purposes::Only).ok_or("a code of v3-ActReason that can be permitted here: TREAT, ETREAT, BTG, COC, CAREMGT, PATRQT, FAMRQT, PWATRNY or SUPNWK")
}

fn recipient(actor: &Tree) -> Understood<Recipient> {
    let why = "an actor in the role IRCP, with a reference of type and identifier: an organization, an app, a practitioner at an organization, somebody who supports the person, or a class of services, by our naming systems";
    let role = actor.get("role").and_then(coded) == Some((aliases::PARTICIPATIONS, "IRCP"));
    let reference = actor.get("reference").filter(|_| role && only(actor, &["role", "reference"])).ok_or(why)?;
    let identifier =
        reference.get("identifier").filter(|_| only(reference, &["type", "identifier", "display"])).ok_or(why)?;
    if !only(identifier, &["system", "value"]) {
        return Err(why);
    }
    let value = identifier.text("value").unwrap_or_default();
    let found = match (identifier.text("system"), reference.text("type")) {
        (Some(profile::ORGANIZATION_IDS), None | Some("Organization")) => {
            value.parse().ok().map(Recipient::Organization)
        }
        (Some(profile::APP_IDS), None | Some("Device")) => value.parse().ok().map(Recipient::App),
        (Some(profile::SUPPORTER_IDS), None | Some("RelatedPerson")) => value.parse().ok().map(Recipient::Supporter),
        (Some(profile::PRACTITIONER_IDS), None | Some("PractitionerRole")) => value
            .split_once('.')
            .and_then(|(at, who)| Some(Recipient::Practitioner(at.parse().ok()?, who.parse().ok()?))),
        (Some(profile::RECIPIENT_CLASSES), None | Some("Group")) => {
            (value == profile::CRISIS_SERVICES).then_some(Recipient::Class(Class::CrisisServices))
        }
        _ => None,
    };
    found.ok_or(why)
}

fn label(tree: &Tree) -> Understood<What> {
    let why =
        "one of our labels: a section, an item, a kind of plan, a plan, documents, or N, R, V of v3-Confidentiality";
    let (system, code) = coding(tree).ok_or(why)?;
    let what = match (system, code) {
        (profile::SECTIONS, code) => code.parse().ok().map(What::Section),
        (profile::ITEMS, code) => code.parse().ok().map(What::Item),
        (profile::KINDS, code) => code.parse().ok().map(What::Kind),
        (profile::PLANS, code) => code.parse().ok().map(What::Plan),
        (profile::CONSENT_PARTS, profile::DOCUMENTS) => Some(What::Documents),
        (profile::CONFIDENTIALITY, "N") => Some(What::Level(Share::Open)),
        (profile::CONFIDENTIALITY, "R") => Some(What::Level(Share::Care)),
        (profile::CONFIDENTIALITY, "V") => Some(What::Level(Share::Close)),
        _ => None,
    };
    what.ok_or(why)
}

/// The plan that a data element names by itself.
fn plan(data: &Tree) -> Understood<PlanId> {
    let why = "the meaning instance, and a reference CarePlan/… to a plan";
    let reference = data.get("reference").filter(|_| only(data, &["meaning", "reference"])).ok_or(why)?;
    let bare = data.text("meaning") == Some("instance") && only(reference, &["reference", "type"]);
    let id = reference.text("reference").and_then(|to| to.strip_prefix("CarePlan/")).and_then(|id| id.parse().ok());
    id.filter(|_| bare).ok_or(why)
}
