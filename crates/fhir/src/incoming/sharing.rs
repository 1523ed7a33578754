//! Consent of the scope patient-privacy: who may see what of the plans. What can be kept exactly as rules is taken, what
//! names several is split, anything else is refused with its place, or, where others send it, refuses and never permits.
//! <https://hl7.org/fhir/R4/consent.html>

mod conditions;
mod lasts;

use sayso_consent::{Effect, Known, Purposes, Recipient, Status, What};
use sayso_plan::{PersonId, Share};
use sayso_wire::Tree;

use super::{labels, lossless, strange};
use crate::aliases;
use crate::fault::{Fault, Why};
use crate::profile;
use conditions::{Conditions, coded, coding};
pub use lasts::{Edge, Lasts};

const ROOT: &str = "Consent";
/// The most rules that one Consent is split into.
pub const RULES_MAX: usize = 200;

/// What to do with somebody else who gives a consent.
const NOT_THEIRS: &str = "name the person themselves, as in patient, or leave it out: nobody else gives a consent here";
/// What stands in a Consent. `id`, `meta` and `dateTime` are the server's to say; a policyRule is never a source of a
/// permit (case 34).
const KNOWN: [&str; 10] =
    ["resourceType", "id", "meta", "status", "scope", "category", "patient", "dateTime", "performer", "policyRule"];
/// What may stand beside it in the Consent of a record system, and has no part in what it permits or refuses.
const OF_OTHERS: [&str; 8] =
    ["text", "language", "identifier", "organization", "policy", "sourceAttachment", "sourceReference", "verification"];
/// The kinds of consent that are about who may see what.
const CATEGORIES: [(&str, &str); 5] = [
    (profile::LOINC, profile::CONSENT_DOCUMENT),
    (profile::LOINC, "57016-8"),
    (profile::LOINC, "64292-6"),
    (aliases::ACT_CODES, "IDSCL"),
    (aliases::ACT_CODES, "INFA"),
];

/// One rule as it was sent; ids, and what it leaves open of its time, are given where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Allowed or refused.
    pub effect: Effect,
    /// To whom.
    pub recipient: Known<Recipient>,
    /// For which purpose.
    pub purposes: Known<Purposes>,
    /// What.
    pub what: Known<What>,
    /// When.
    pub lasts: Known<Lasts>,
    /// A refusal that no emergency opens.
    pub even_in_emergency: bool,
    /// A permit that outlasts the person's death.
    pub after_death: bool,
}

/// Whom a consent is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The person with this id.
    Person(PersonId),
    /// The person with this number.
    Number {
        /// The naming system.
        system: String,
        /// The number.
        value: String,
    },
}

/// Where in a Consent something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    /// Beside its provision.
    Head,
    /// In the root provision.
    Root,
    /// In the provision with this place beneath the root, counted from nought.
    Beneath(u16),
}

impl Spot {
    fn nth(n: usize) -> Self {
        Self::Beneath(u16::try_from(n).unwrap_or(u16::MAX))
    }

    /// Of a fault, by its path.
    fn of(fault: &Fault) -> Self {
        let Some(inside) = fault.path.strip_prefix("Consent.provision") else { return Self::Head };
        let n = inside.strip_prefix(".provision[").and_then(|rest| rest.split_once(']'));
        n.and_then(|(n, _)| n.parse().ok()).map_or(Self::Root, Self::nth)
    }
}

/// A consent as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentConsent {
    /// Whom it is about.
    pub about: About,
    /// Where it stands for whoever sent it.
    pub status: Status,
    /// What it says. Empty where it has ended.
    pub rules: Vec<Rule>,
    /// Where each of the rules stands.
    pub spots: Vec<Spot>,
    /// Permits of others that are not taken, because not all of it was understood.
    pub not_taken: Vec<(Rule, Spot)>,
    /// Where something stands that was not understood.
    pub unread: Vec<Spot>,
    /// Permits that have no effect, because they stand in a permit.
    pub idle: Vec<(Rule, Spot)>,
    /// What stands in it and has no effect.
    pub without_effect: Vec<Fault>,
}

impl SentConsent {
    /// Whether it can be sent as something new: in force or proposed, and refusals in force.
    ///
    /// # Errors
    /// A fault at its status.
    pub fn check_new(&self) -> Result<(), Vec<Fault>> {
        let why = match self.status {
            Status::Active => return Ok(()),
            Status::Proposed if self.rules.iter().all(|rule| rule.effect == Effect::Permit) => return Ok(()),
            Status::Proposed => "a refusal counts at once; send it as active",
            Status::Draft | Status::Rejected | Status::Inactive | Status::EnteredInError => {
                "send what is new as active or proposed; what it permits waits for the person in any case"
            }
        };
        Err(vec![Fault::new(format!("{ROOT}.status"), Why::Value(why))])
    }
}

/// Reads the Consent of an app that acts for the person. `base` is the FHIR base without a slash at its end.
///
/// # Errors
/// Faults with FHIRPaths for each element that cannot be kept exactly: nothing of it is dropped or read more widely.
pub fn sharing(tree: Tree, base: &str) -> Result<SentConsent, Vec<Fault>> {
    let tree = lossless(tree, ROOT)?;
    let mut faults = Vec::new();
    let head = head(&tree, base, &mut faults);
    faults.extend(strange(&tree, ROOT, &with_provision(&KNOWN)).map(not_a_rule));
    faults.extend(labels::nothing_above(Share::Open, &tree, ROOT));
    if let Some((whose, _)) = &head {
        let performers = tree.get("performer").map(Tree::elements).unwrap_or_default().iter().enumerate();
        let others = performers.filter(|(_, one)| about(one, base).as_ref() != Some(whose));
        faults.extend(others.map(|(n, _)| Fault::new(format!("{ROOT}.performer[{n}]"), Why::Value(NOT_THEIRS))));
    }
    let read = exactly(&tree, head.as_ref().map(|(_, status)| *status), &mut faults);
    match head {
        Some((about, status)) if faults.is_empty() => Ok(read.sent(about, status)),
        _ => Err(faults),
    }
}

/// Reads the Consent of a record system. What cannot be kept exactly refuses, as far as it can be read, and permits
/// nothing; a condition that is not understood is taken to hold.
///
/// # Errors
/// Faults for what is no Consent about who may see what, or names nobody; they follow from what was sent alone.
pub fn sharing_of_others(tree: Tree, base: &str) -> Result<SentConsent, Vec<Fault>> {
    let tree = lossless(tree, ROOT)?;
    let mut faults = Vec::new();
    let head = head(&tree, base, &mut faults);
    let Some((about, status)) = head.filter(|_| faults.is_empty()) else { return Err(faults) };
    let known: Vec<&str> = KNOWN.iter().chain(&OF_OTHERS).copied().collect();
    faults.extend(strange(&tree, ROOT, &with_provision(&known)));
    let read = exactly(&tree, Some(status), &mut faults);
    let root = tree.get("provision");
    // Everyone but somebody (case 9): it refuses, and the person is asked.
    let all_but = root.is_some_and(|root| root.text("type") == Some("permit") && nested(root).iter().any(is_no_permit));
    let mut sent = read.sent(about, status);
    if !faults.is_empty() || all_but {
        sent.unread = faults.iter().map(Spot::of).collect();
        sent.unread.sort_unstable();
        sent.unread.dedup();
        let read = sent.rules.drain(..).zip(sent.spots.drain(..));
        sent.not_taken = read.filter(|(rule, _)| rule.effect == Effect::Permit).collect();
        match root.filter(|_| !has_ended(status)) {
            Some(root) => refusals(root, all_but, Spot::Root, &mut sent.rules, &mut sent.spots),
            // By its policy alone it refuses: what else it would say is not there.
            None if root.is_none() && !has_ended(status) && opts_out(&tree) => {
                (sent.rules, sent.spots) = (vec![Rule::OPT_OUT], vec![Spot::Head]);
                // That there is no provision was understood.
                sent.unread.retain(|spot| *spot != Spot::Root);
            }
            None => {}
        }
    }
    Ok(sent)
}

fn with_provision<'a>(known: &[&'a str]) -> Vec<&'a str> {
    known.iter().copied().chain(["provision"]).collect()
}

fn not_a_rule(fault: Fault) -> Fault {
    Fault { why: Why::NotARule, ..fault }
}

/// The type, scope, kind, status and person.
fn head(tree: &Tree, base: &str, faults: &mut Vec<Fault>) -> Option<(About, Status)> {
    if tree.text("resourceType") != Some(ROOT) {
        faults.push(Fault::new(ROOT, Why::Value("send a Consent")));
        return None;
    }
    let mut wrong = |element: &str, why| faults.push(Fault::new(format!("{ROOT}.{element}"), Why::Value(why)));
    if tree.get("scope").and_then(coded) != Some((aliases::CONSENT_SCOPES, "patient-privacy")) {
        wrong(
            "scope",
            "send one coding, patient-privacy of consentscope: only who may see what is decided by a Consent here",
        );
    }
    let categories = tree.get("category").map(Tree::elements).unwrap_or_default();
    if !categories.iter().all(|one| coded(one).is_some_and(|code| CATEGORIES.contains(&code))) {
        wrong("category", "send 59284-0 of LOINC: a consent about who may see what");
    }
    let status = match tree.text("status") {
        Some("draft") => Some(Status::Draft),
        Some("proposed") => Some(Status::Proposed),
        Some("active") => Some(Status::Active),
        Some("rejected") => Some(Status::Rejected),
        Some("inactive") => Some(Status::Inactive),
        Some("entered-in-error") => Some(Status::EnteredInError),
        _ => None,
    };
    if status.is_none() {
        wrong("status", "one of draft, proposed, active, rejected, inactive, entered-in-error");
    }
    let about = tree.get("patient").and_then(|patient| about(patient, base));
    if about.is_none() {
        wrong("patient", "name the person: the reference Patient/… or an identifier with system and value");
    }
    Some((about?, status?))
}

fn about(reference: &Tree, base: &str) -> Option<About> {
    let allowed = |(key, _): &(String, Tree)| matches!(key.as_str(), "reference" | "type" | "identifier" | "display");
    if !reference.members().iter().all(allowed) || reference.text("type").is_some_and(|kind| kind != "Patient") {
        return None;
    }
    match (reference.text("reference"), reference.get("identifier")) {
        (Some(to), None) => {
            let relative = to.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')).unwrap_or(to);
            relative.strip_prefix("Patient/")?.parse().ok().map(About::Person)
        }
        (None, Some(identifier)) => Some(About::Number {
            system: identifier.text("system")?.to_owned(),
            value: identifier.text("value")?.to_owned(),
        }),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

/// Whether the policy is that nothing is open: OPTOUT, or OPTOUTE, whose exceptions would be permits.
fn opts_out(consent: &Tree) -> bool {
    let codings = consent.get("policyRule").and_then(|rule| rule.get("coding")).map(Tree::elements);
    let codes = codings.unwrap_or_default().iter().filter_map(coding);
    codes.into_iter().any(|(system, code)| system == aliases::ACT_CODES && ["OPTOUT", "OPTOUTE"].contains(&code))
}

fn has_ended(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::Inactive | Status::EnteredInError)
}

fn nested(provision: &Tree) -> &[Tree] {
    provision.get("provision").map(Tree::elements).unwrap_or_default()
}

fn is_no_permit(provision: &Tree) -> bool {
    provision.text("type") != Some("permit")
}

#[derive(Default)]
struct Read {
    rules: Vec<Rule>,
    spots: Vec<Spot>,
    idle: Vec<(Rule, Spot)>,
    without_effect: Vec<Fault>,
}

impl Read {
    fn sent(self, about: About, status: Status) -> SentConsent {
        let Self { rules, spots, idle, without_effect } = self;
        let (not_taken, unread) = (Vec::new(), Vec::new());
        SentConsent { about, status, rules, spots, not_taken, unread, idle, without_effect }
    }

    /// The rules of one provision, one for each actor, purpose and label.
    fn take(&mut self, provision: &Tree, effect: Effect, (place, spot): (&str, Spot), faults: &mut Vec<Fault>) {
        let conditions = Conditions::read(provision, effect, place, faults);
        if self.rules.len() + conditions.count() > RULES_MAX {
            faults.push(Fault::new(place, Why::Value("this makes more than 200 rules; send several Consents")));
            return;
        }
        self.rules.extend(conditions.rules(effect));
        self.spots.resize(self.rules.len(), spot);
    }
}

/// The rules, where all of it can be kept exactly; what cannot is a fault.
fn exactly(tree: &Tree, status: Option<Status>, faults: &mut Vec<Fault>) -> Read {
    let mut read = Read::default();
    if status.is_some_and(has_ended) {
        return read;
    }
    let place = format!("{ROOT}.provision");
    let Some(root) = tree.get("provision") else {
        faults
            .push(Fault::new(place, Why::Missing("what is permitted or refused: without a provision nothing is, it")));
        return read;
    };
    // Case 2: a root that does not say is a refusal. Case 3: one that says is taken at its word.
    let effect = if root.text("type") == Some("permit") { Effect::Permit } else { Effect::Deny };
    let inside = nested(root);
    // A root that refuses, with permits in it, is the rule that nothing is open but these: that is so here anyway.
    let is_default = effect == Effect::Deny && inside.iter().any(|one| !is_no_permit(one));
    if is_default {
        let bare = ["type", "provision"];
        faults.extend(strange(root, &place, &bare).map(not_a_rule));
    } else {
        read.take(root, effect, (&place, Spot::Root), faults);
    }
    for (n, one) in inside.iter().enumerate() {
        let (place, spot) = (format!("{place}.provision[{n}]"), Spot::nth(n));
        if !nested(one).is_empty() {
            let why = "provisions nested deeper than one level are not taken; say it with provisions beside each other";
            faults.push(Fault::new(format!("{place}.provision"), Why::Value(why)));
        }
        match (one.text("type"), effect) {
            (Some("permit"), Effect::Permit) => {
                let why = "a permit inside a permit has no effect";
                let conditions = Conditions::read(one, Effect::Permit, &place, &mut Vec::new());
                let room = RULES_MAX.saturating_sub(read.idle.len());
                read.idle.extend(conditions.rules(Effect::Permit).into_iter().take(room).map(|rule| (rule, spot)));
                read.without_effect.push(Fault::new(place, Why::Value(why)));
            }
            (Some("permit"), Effect::Deny) => read.take(one, Effect::Permit, (&place, spot), faults),
            (Some(_), _) => read.take(one, Effect::Deny, (&place, spot), faults),
            (None, _) => {
                faults
                    .push(Fault::new(format!("{place}.type"), Why::Missing("whether it permits or refuses: the type")));
            }
        }
    }
    read
}

/// All that refuses, at any depth, with what is not understood taken to hold. More than are kept refuse everything.
fn refusals(provision: &Tree, this_too: bool, spot: Spot, rules: &mut Vec<Rule>, spots: &mut Vec<Spot>) {
    if rules.first() == Some(&Rule::OF_EVERYTHING) {
        return;
    }
    if this_too || is_no_permit(provision) {
        let conditions = Conditions::read(provision, Effect::Deny, ROOT, &mut Vec::new());
        if rules.len() + conditions.count() > RULES_MAX {
            (*rules, *spots) = (vec![Rule::OF_EVERYTHING], vec![Spot::Root]);
            return;
        }
        rules.extend(conditions.rules(Effect::Deny));
        spots.resize(rules.len(), spot);
    }
    for (n, one) in nested(provision).iter().enumerate() {
        let inside = if spot == Spot::Root { Spot::nth(n) } else { spot };
        refusals(one, false, inside, rules, spots);
    }
}

impl Rule {
    /// What an opt-out says that is a policy and nothing else.
    pub const OPT_OUT: Self = Self {
        recipient: Known::Is(Recipient::Everyone),
        purposes: Known::Is(Purposes::Any),
        what: Known::Is(What::Everything),
        ..Self::OF_EVERYTHING
    };

    /// The refusal of everything: what stands for more rules than are kept.
    pub const OF_EVERYTHING: Self = Self {
        effect: Effect::Deny,
        recipient: Known::Unknown,
        purposes: Known::Unknown,
        what: Known::Unknown,
        lasts: Known::Is(Lasts { from: None, until: None }),
        even_in_emergency: false,
        after_death: false,
    };
}
