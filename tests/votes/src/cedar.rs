//! The third vote: consents as Cedar policies, questions as Cedar requests. Cedar weighs them: it denies by default, and
//! a forbid trumps every permit.
//!
//! A permit of Cedar's fires on true and a forbid too, and a policy that ends in an error is skipped, also a forbid.
//! So nothing may be left to an error: each condition of a permit says *it is certain*, and each condition of a forbid
//! *it cannot be ruled out*. Any error of a policy is a fault here, not a vote.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId, PolicySet,
    Request, RestrictedExpression,
};
use sayso_consent::{
    Ask, Audience, Class, Consent, Effect, Known, Origin, Part, Provision, Purposes, Recipient, Status, What,
};
use sayso_plan::{Purpose, Share};
use time::OffsetDateTime;

/// A mistake in the translation, planted to see that the votes notice it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slip {
    /// A practitioner is compared without looking whether the asker names one.
    NamelessUnguarded,
    /// Whoever is not named is not the one who is refused.
    NamelessIsNobody,
    /// A refusal does not reach the purposes below its own.
    BelowForgotten,
    /// A permit reaches the purposes below its own.
    BelowPermitted,
    /// What is not understood does not refuse.
    UnclearIsFalse,
    /// What is not understood permits.
    UnclearIsTrue,
    /// Something close goes with its section, plan or kind.
    CloseWithTheRest,
    /// A whole document goes as one of its kind or level.
    DocumentsWithTheRest,
    /// A refusal of a level stops at the level.
    LevelAlone,
    /// The end of a period is within it.
    EndWithin,
    /// A period that ends before it begins is over, also for a refusal.
    TurnedRoundIsOver,
    /// What others sent permits.
    SentPermits,
    /// A consent of a status that is not understood is not there.
    UnclearStatusForgotten,
    /// What was withdrawn still permits.
    WithdrawnForgotten,
    /// A refusal that has ended still counts.
    EndedRefuses,
    /// A permit may be for everyone, for anything.
    WidePermits,
    /// A refusal even in an emergency is one like any other.
    MarkForgotten,
    /// What is marked is permitted in an emergency.
    MarkPermits,
}

impl Slip {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::NamelessUnguarded,
        Self::NamelessIsNobody,
        Self::BelowForgotten,
        Self::BelowPermitted,
        Self::UnclearIsFalse,
        Self::UnclearIsTrue,
        Self::CloseWithTheRest,
        Self::DocumentsWithTheRest,
        Self::LevelAlone,
        Self::EndWithin,
        Self::TurnedRoundIsOver,
        Self::SentPermits,
        Self::UnclearStatusForgotten,
        Self::WithdrawnForgotten,
        Self::EndedRefuses,
        Self::WidePermits,
        Self::MarkForgotten,
        Self::MarkPermits,
    ];
}

/// From consents to policies, by the law or with one mistake.
#[derive(Debug, Clone, Copy, Default)]
pub struct Translation(pub Option<Slip>);

impl Translation {
    fn slips(self, slip: Slip) -> bool {
        self.0 == Some(slip)
    }

    /// The policies that say what the consents say, one for each provision that counts.
    #[must_use]
    pub fn policies(self, consents: &[Consent]) -> Vec<String> {
        let counting = |consent: &Consent| -> Vec<String> {
            let all = consent.provisions.iter().filter(|provision| self.counts(consent, provision));
            all.map(|provision| self.policy(provision)).collect()
        };
        consents.iter().flat_map(counting).collect()
    }

    /// Section 1 and case 11: a permit is the person's own, in force and not taken back, and names whom, for what and
    /// about what. A refusal counts, whoever sent it, while it is in force or nobody can tell.
    fn counts(self, consent: &Consent, provision: &Provision) -> bool {
        let in_force = consent.status == Known::Is(Status::Active);
        let unclear = consent.status == Known::Unknown;
        if provision.effect == Effect::Deny {
            return in_force
                || (unclear && !self.slips(Slip::UnclearStatusForgotten))
                || (consent.status == Known::Is(Status::Inactive) && self.slips(Slip::EndedRefuses));
        }
        let own = consent.origin == Origin::Person || self.slips(Slip::SentPermits);
        let kept = consent.withdrawn_at.is_none() || self.slips(Slip::WithdrawnForgotten);
        let everyone = provision.recipient == Known::Is(Recipient::Everyone);
        let anything = provision.purposes == Known::Is(Purposes::Any) || provision.what == Known::Is(What::Everything);
        in_force && own && kept && (self.slips(Slip::WidePermits) || !(everyone || anything))
    }

    fn policy(self, provision: &Provision) -> String {
        let effect = provision.effect;
        let unclear = match effect {
            Effect::Permit => self.slips(Slip::UnclearIsTrue),
            Effect::Deny => !self.slips(Slip::UnclearIsFalse),
        };
        let unclear = unclear.to_string();
        let recipient = match provision.recipient {
            Known::Is(recipient) => self.recipient(effect, recipient),
            Known::Unknown => unclear.clone(),
        };
        let purpose = match provision.purposes {
            Known::Is(purposes) => self.purpose(effect, purposes),
            Known::Unknown => unclear.clone(),
        };
        // Section 2: what is refused even in an emergency, no input releases in one.
        let marked = match effect {
            Effect::Permit => self.slips(Slip::MarkPermits),
            Effect::Deny => !self.slips(Slip::MarkForgotten),
        };
        let purpose = if marked && provision.even_in_emergency {
            format!("({purpose}) || action in {}", action(Some(Purpose::Etreat)))
        } else {
            purpose
        };
        let what = match provision.what {
            Known::Is(what) => self.what(effect, what),
            Known::Unknown => unclear.clone(),
        };
        let period = match provision.period {
            Known::Is(period) => self.period(effect, period.from, period.until),
            Known::Unknown => unclear,
        };
        let head = match effect {
            Effect::Permit => "permit",
            Effect::Deny => "forbid",
        };
        format!(
            "{head}(principal, action, resource) when {{ {recipient} }} when {{ {purpose} }} when {{ {what} }} when {{ {period} }};"
        )
    }

    fn recipient(self, effect: Effect, recipient: Recipient) -> String {
        match recipient {
            Recipient::Everyone => "true".to_owned(),
            Recipient::Organization(named) => format!(r#"principal in Organization::"{named}""#),
            Recipient::Class(Class::CrisisServices) => r#"principal in Class::"crisis-services""#.to_owned(),
            Recipient::App(named) => format!(r#"principal in App::"{named}""#),
            Recipient::Supporter(named) => format!(r#"principal in Supporter::"{named}""#),
            Recipient::Practitioner(at, named) => {
                let is_named = format!(r#"principal.practitioner == "{named}""#);
                let there = format!(r#"principal in Organization::"{at}""#);
                let certain = format!("{there} && principal has practitioner && {is_named}");
                match effect {
                    Effect::Deny if self.slips(Slip::NamelessUnguarded) => format!("{there} && {is_named}"),
                    // Somebody whom no token names may be the one (case 18).
                    Effect::Deny if !self.slips(Slip::NamelessIsNobody) => {
                        format!("{there} && (!(principal has practitioner) || {is_named})")
                    }
                    Effect::Deny | Effect::Permit => certain,
                }
            }
        }
    }

    /// Cases 12 and 14: the actions are in each other as the purposes are.
    fn purpose(self, effect: Effect, purposes: Purposes) -> String {
        let named = match purposes {
            Purposes::Any => return "true".to_owned(),
            Purposes::Only(named) => action(Some(named)),
        };
        let below = match effect {
            Effect::Permit => self.slips(Slip::BelowPermitted),
            Effect::Deny => !self.slips(Slip::BelowForgotten),
        };
        let matches = if below { format!("action in {named}") } else { format!("action == {named}") };
        match effect {
            Effect::Permit => matches,
            // To forget it would not be noticed: where no purpose is stated no permit fires either.
            Effect::Deny => format!("{matches} || action == {}", action(None)),
        }
    }

    /// Section 2 and case 22. What is close is permitted item by item, or to the person's own app; a level never
    /// permits it. What a whole document says is not known, so that no kind and no level permits it.
    fn what(self, effect: Effect, what: What) -> String {
        let named = match what {
            What::Everything => "true".to_owned(),
            What::Kind(kind) => format!(r#"resource in Kind::"{kind:?}""#),
            What::Plan(plan) => format!(r#"resource in Plan::"{plan}""#),
            What::Section(section) => format!(r#"resource in Section::"{section:?}""#),
            What::Item(item) => format!(r#"resource in Item::"{item}""#),
            What::Documents => "resource is Document".to_owned(),
            What::Level(level) => match effect {
                Effect::Permit => format!("resource.level <= {}", closeness(level)),
                Effect::Deny if self.slips(Slip::LevelAlone) => format!("resource.level == {}", closeness(level)),
                Effect::Deny => format!("resource.level >= {}", closeness(level)),
            },
        };
        if effect == Effect::Deny {
            return named;
        }
        let not_close = format!("resource.level < {}", closeness(Share::Close));
        let reach = match what {
            What::Item(_) => None,
            What::Level(_) => Some(not_close),
            What::Everything | What::Kind(_) | What::Plan(_) | What::Section(_) | What::Documents => {
                Some(format!("({not_close} || principal is OwnApp)"))
            }
        };
        let reach = reach.filter(|_| !self.slips(Slip::CloseWithTheRest));
        let no_document = matches!(what, What::Kind(_) | What::Level(_)) && !self.slips(Slip::DocumentsWithTheRest);
        let no_document = no_document.then(|| "!(resource is Document)".to_owned());
        [Some(named), reach, no_document].into_iter().flatten().collect::<Vec<_>>().join(" && ")
    }

    /// Case 19: an end that is not after the begin is not understood.
    fn period(self, effect: Effect, from: OffsetDateTime, until: OffsetDateTime) -> String {
        let (from, until) = (from.unix_timestamp(), until.unix_timestamp());
        let end = if self.slips(Slip::EndWithin) { "<=" } else { "<" };
        let within = format!("context.at >= {from} && context.at {end} {until}");
        match effect {
            Effect::Permit => format!("{from} < {until} && {within}"),
            Effect::Deny if self.slips(Slip::TurnedRoundIsOver) => within,
            Effect::Deny => format!("{until} <= {from} || ({within})"),
        }
    }
}

fn closeness(level: Share) -> i64 {
    match level {
        Share::Open => 0,
        Share::Care => 1,
        Share::Close => 2,
    }
}

fn action(purpose: Option<Purpose>) -> String {
    purpose.map_or_else(|| r#"Action::"unstated""#.to_owned(), |purpose| format!(r#"Action::"{purpose:?}""#))
}

/// v3-ActReason: what stands directly above each purpose.
fn above(purpose: Purpose) -> Option<Purpose> {
    match purpose {
        Purpose::Btg => Some(Purpose::Etreat),
        Purpose::Etreat | Purpose::Coc | Purpose::Caremgt => Some(Purpose::Treat),
        Purpose::Treat | Purpose::Patrqt | Purpose::Famrqt | Purpose::Pwatrny | Purpose::Supnwk => None,
    }
}

fn uid(kind: &str, id: impl ToString) -> EntityUid {
    let kind: EntityTypeName = kind.parse().expect("a name of a type");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id.to_string()))
}

fn entity(uid: EntityUid, attributes: Vec<(&str, RestrictedExpression)>, within: Vec<EntityUid>) -> Entity {
    let attributes: HashMap<_, _> = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(uid, attributes, HashSet::from_iter(within)).expect("attributes are plain values")
}

fn asker_uid(audience: &Audience) -> EntityUid {
    match audience {
        Audience::Organization { .. } => uid("Somebody", format!("{audience:?}")),
        Audience::App { client } => uid("OwnApp", client),
        Audience::Supporter { .. } => uid("Somebody", format!("{audience:?}")),
    }
}

fn asker(audience: &Audience) -> Entity {
    match audience {
        Audience::Organization { organization, practitioner, class } => {
            let named = practitioner.map(|named| ("practitioner", RestrictedExpression::new_string(named.to_string())));
            let class = class.map(|Class::CrisisServices| uid("Class", "crisis-services"));
            let within = [Some(uid("Organization", organization)), class].into_iter().flatten().collect();
            entity(asker_uid(audience), named.into_iter().collect(), within)
        }
        Audience::App { client } => entity(asker_uid(audience), vec![], vec![uid("App", client)]),
        // What is about them (case 25) is told to no policy: no question of the small world is a supporter's.
        Audience::Supporter { supporter, .. } => entity(asker_uid(audience), vec![], vec![uid("Supporter", supporter)]),
    }
}

fn part_uid(part: &Part) -> EntityUid {
    // A whole document is a part of no section.
    let kind = if part.section.is_none() && part.item.is_some() { "Document" } else { "Part" };
    uid(kind, format!("{part:?}"))
}

fn part_of_plan(part: &Part) -> Entity {
    let within = [
        Some(uid("Kind", format!("{:?}", part.kind))),
        Some(uid("Plan", part.plan)),
        part.section.map(|section| uid("Section", format!("{section:?}"))),
        part.item.map(|item| uid("Item", item)),
    ];
    let level = RestrictedExpression::new_long(closeness(part.level));
    entity(part_uid(part), vec![("level", level)], within.into_iter().flatten().collect())
}

fn purpose_uid(purpose: Option<Purpose>) -> EntityUid {
    uid("Action", purpose.map_or_else(|| "unstated".to_owned(), |purpose| format!("{purpose:?}")))
}

/// Cedar with questions made ready.
pub struct Cedar {
    translation: Translation,
    authorizer: Authorizer,
    entities: Entities,
    requests: Vec<Request>,
    read: HashMap<String, Policy>,
}

impl Cedar {
    /// Makes the questions ready.
    #[must_use]
    pub fn new(translation: Translation, questions: &[(Ask, Part)]) -> Self {
        let mut entities: HashMap<EntityUid, Entity> = HashMap::new();
        for purpose in Purpose::ALL {
            let within = above(purpose).map(|above| purpose_uid(Some(above))).into_iter().collect();
            entities.insert(purpose_uid(Some(purpose)), entity(purpose_uid(Some(purpose)), vec![], within));
        }
        for (ask, part) in questions {
            entities.entry(asker_uid(&ask.audience)).or_insert_with(|| asker(&ask.audience));
            entities.entry(part_uid(part)).or_insert_with(|| part_of_plan(part));
        }
        Self {
            translation,
            authorizer: Authorizer::new(),
            entities: Entities::from_entities(entities.into_values(), None).expect("entities that fit together"),
            requests: questions.iter().map(|(ask, part)| request(ask, part)).collect(),
            read: HashMap::new(),
        }
    }

    /// The consents as a set of policies. Equal provisions are one policy.
    pub fn policies(&mut self, consents: &[Consent]) -> PolicySet {
        let mut all = PolicySet::new();
        let mut texts = self.translation.policies(consents);
        texts.sort_unstable();
        texts.dedup();
        for text in texts {
            let next = PolicyId::new(format!("p{}", self.read.len()));
            let read = |text: &String| Policy::parse(Some(next), text).expect("a policy in Cedar's language");
            let policy = self.read.entry(text).or_insert_with_key(read);
            all.add(policy.clone()).expect("ids are given once");
        }
        all
    }

    /// Whether Cedar releases, by these policies, what the question asks for.
    ///
    /// # Errors
    ///
    /// When a policy ended in an error: Cedar would skip it, and a refusal must not be skipped.
    pub fn releases(&self, policies: &PolicySet, question: usize) -> Result<bool, String> {
        let response = self.authorizer.is_authorized(&self.requests[question], policies, &self.entities);
        match response.diagnostics().errors().next() {
            Some(error) => Err(error.to_string()),
            None => Ok(response.decision() == Decision::Allow),
        }
    }
}

fn request(ask: &Ask, part: &Part) -> Request {
    let at = RestrictedExpression::new_long(ask.at.unix_timestamp());
    let context = Context::from_pairs([("at".to_owned(), at)]).expect("one plain value");
    let (who, why, what) = (asker_uid(&ask.audience), purpose_uid(ask.purpose), part_uid(part));
    Request::new(who, why, what, context, None).expect("no schema, so nothing to fit")
}
