//! What others propose to a plan: their words, or where they stand on something in it. A proposal lies beside the plan
//! and changes nothing. The person takes it in as it is, in words of their own, or says no; why is theirs to say or not.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::id::{ItemId, OrganizationId, PersonId, PlanId, ProposalId};
use crate::item::{DraftItem, Item, ItemKind, ItemType, NoMore, PlanDate, Position, Stance, Voice, VoiceRole};
use crate::kind::PlanKind;
use crate::people::{Party, PartyId, PartyRole};
use crate::plan::Content;
use crate::section::Section;
use crate::words::Words;

/// The longest name of somebody who proposes, in Unicode scalars.
pub const NAME_MAX_SCALARS: usize = 200;

/// Who proposes. `Debug` prints the role only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposer {
    /// What they are called.
    pub name: String,
    /// In which role they speak; never the person's own.
    pub role: VoiceRole,
}

impl std::fmt::Debug for Proposer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proposer({:?})", self.role)
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proposes", rename_all = "lowercase", deny_unknown_fields)]
pub enum Proposed {
    /// Something to say in a section, in the words of who proposes it.
    Words {
        /// Where it would stand.
        section: Section,
        /// What it would say.
        words: Words,
        /// The item it is about, when it is about one; that item stays as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<ItemId>,
    },
    /// Where they stand on an item.
    Stance {
        /// The item.
        about: ItemId,
        /// Where they stand.
        position: Position,
        /// In their own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Words>,
    },
}

impl Proposed {
    /// The section it would stand in; none for a stance, which stands with its item.
    #[must_use]
    pub const fn section(&self) -> Option<Section> {
        match self {
            Self::Words { section, .. } => Some(*section),
            Self::Stance { .. } => None,
        }
    }

    /// The item it is about.
    #[must_use]
    pub const fn about(&self) -> Option<ItemId> {
        match self {
            Self::Words { about, .. } => *about,
            Self::Stance { about, .. } => Some(*about),
        }
    }
}

/// A proposal as somebody hands it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Who proposes.
    pub by: Proposer,
    /// What.
    #[serde(flatten)]
    pub proposed: Proposed,
}

/// Why a proposal was not taken. No variant holds anybody's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProposed {
    /// A name that is none.
    #[error("say who proposes it: a name of 1 to 200 characters, without blanks at its ends")]
    Name,
    /// Words without a word.
    #[error("say it in words; a proposal without any says nothing")]
    Empty,
    /// The person writes, and does not propose to themselves.
    #[error("what the person says is written into the plan; a proposal is another's")]
    OwnVoice,
    /// The section takes no words.
    #[error("this section holds no free words; choose another one, or say where you stand on an item")]
    Section,
    /// Nobody else writes in a plan of this kind.
    #[error("nobody but the person writes in a plan of this kind; say where you stand on an item instead")]
    TheirsAlone,
    /// A position that nobody takes for themselves.
    #[error("say where you stand: agreed, agreed-in-part, disagreed or not-sure")]
    Position,
}

impl NotProposed {
    /// Where it is, as a JSON pointer into the native proposal.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Name => "/by/name",
            Self::Empty => "/words",
            Self::OwnVoice => "/by/role",
            Self::Section => "/section",
            Self::TheirsAlone => "/proposes",
            Self::Position => "/position",
        }
    }
}

impl Suggestion {
    /// Whether it can be proposed to a plan of this kind.
    ///
    /// # Errors
    /// [`NotProposed`] with what to do.
    pub fn check(&self, kind: PlanKind) -> Result<(), NotProposed> {
        let name = &self.by.name;
        let plain = name.trim() == name && !name.chars().any(char::is_control);
        if !plain || !(1..=NAME_MAX_SCALARS).contains(&name.chars().count()) {
            return Err(NotProposed::Name);
        }
        if self.by.role == VoiceRole::Person {
            return Err(NotProposed::OwnVoice);
        }
        match &self.proposed {
            Proposed::Words { words, .. } if words.text().trim().is_empty() => Err(NotProposed::Empty),
            Proposed::Words { .. } if kind == PlanKind::WellnessPlan => Err(NotProposed::TheirsAlone),
            Proposed::Words { section, .. } if !section.types().contains(&ItemType::Words) => Err(NotProposed::Section),
            Proposed::Stance { position: Position::NotAsked | Position::NotPresent, .. } => Err(NotProposed::Position),
            Proposed::Words { .. } | Proposed::Stance { .. } => Ok(()),
        }
    }
}

/// What the person answered. `Debug` shows no words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What it came to.
    pub is: AnswerKind,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why, where the person wants to say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Words>,
}

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerKind {
    /// It stands in the plan, in the voice of who proposed it.
    Accepted,
    /// Something stands in the plan instead, in the person's own words.
    Changed,
    /// It does not.
    Declined,
}

/// A proposal to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Id.
    pub id: ProposalId,
    /// Whose plan.
    pub person: PersonId,
    /// Which plan.
    pub plan: PlanId,
    /// For whom they work; none where an app of the person's brought it.
    pub organization: Option<OrganizationId>,
    /// What, and by whom.
    pub suggestion: Suggestion,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The person's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Counts its states, from 1.
    pub version: u32,
}

/// What the person does with a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Takes it in as it is.
    Accept,
    /// Says it in their own words instead.
    Change(Words),
    /// Says no, with a reason or without.
    Decline(Option<Words>),
}

impl Proposal {
    /// When it last changed.
    #[must_use]
    pub fn last_updated(&self) -> OffsetDateTime {
        self.answer.as_ref().map_or(self.at, |answer| answer.at)
    }

    /// The proposal with the person's answer.
    #[must_use]
    pub fn answered(mut self, reply: &Reply, at: OffsetDateTime) -> Self {
        let (is, reason) = match reply {
            Reply::Accept => (AnswerKind::Accepted, None),
            Reply::Change(_) => (AnswerKind::Changed, None),
            Reply::Decline(reason) => (AnswerKind::Declined, reason.clone()),
        };
        self.answer = Some(Answer { is, at, reason });
        self.version = self.version.saturating_add(1);
        self
    }

    /// What the plan says once the person has replied; none where it stays as it is. Whatever stood in it still stands:
    /// this adds an item, or where somebody stands on one. None too where the item is gone that it was about, or where
    /// words are no answer to it. `new` names who proposed it: always somebody new, because a name proves nobody, and what
    /// the plan says of one of that name may stand where others do not see it.
    #[must_use]
    pub fn taken_in(&self, reply: &Reply, mut content: Content, today: PlanDate, new: PartyId) -> Option<Content> {
        match (&self.suggestion.proposed, reply) {
            (_, Reply::Decline(_)) | (Proposed::Stance { .. }, Reply::Change(_)) => None,
            (Proposed::Words { section, words, .. }, Reply::Accept) => {
                let party = self.party(&mut content, new);
                let voice = Voice { party, role: self.suggestion.by.role };
                add(&mut content, *section, words.clone(), voice, today);
                Some(content)
            }
            (Proposed::Words { section, .. }, Reply::Change(words)) => {
                let voice = Voice { party: PartyId::person(), role: VoiceRole::Person };
                add(&mut content, *section, words.clone(), voice, today);
                Some(content)
            }
            (Proposed::Stance { about, position, words }, Reply::Accept) => {
                let party = self.party(&mut content, new);
                let item = content.items.iter_mut().find(|item| item.id == Some(*about))?;
                // What somebody of this name said before still stands: it may have been somebody else, and it is dated.
                let stance = Stance { party, position: *position, words: words.clone(), at: Some(today) };
                item.item.stances.push(stance);
                Some(content)
            }
        }
    }

    /// The party of who proposes.
    fn party(&self, content: &mut Content, new: PartyId) -> PartyId {
        let Proposer { name, role } = &self.suggestion.by;
        let role = match role {
            VoiceRole::Person | VoiceRole::Supporter => PartyRole::Supporter,
            VoiceRole::Peer => PartyRole::Peer,
            VoiceRole::Clinician => PartyRole::Clinician,
            VoiceRole::Facilitator => PartyRole::Facilitator,
            VoiceRole::Agent => PartyRole::Agent,
        };
        let party = Party { id: new.clone(), name: name.clone(), role, organization: None, in_treating_team: None };
        content.parties.push(party);
        new
    }
}

fn add(content: &mut Content, section: Section, words: Words, voice: Voice, today: PlanDate) {
    // A section with something in it is no longer one that was passed over.
    content.absences.remove(&section);
    let item = Item {
        section,
        words: Some(words),
        kind: ItemKind::Words(NoMore {}),
        translations: Vec::new(),
        voice,
        stances: Vec::new(),
        when: Vec::new(),
        // Behind all others. A number beside them would tell who sees some of them that there are more.
        order: None,
        share: None,
        about_parties: Vec::new(),
        since: Some(today),
        framework: None,
    };
    content.items.push(DraftItem { id: None, item });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn words(text: &str) -> Words {
        Words::new(text.to_owned(), crate::Lang::try_from("en").unwrap()).unwrap()
    }

    fn content(items: &[&str]) -> Content {
        let item = |(n, text): (usize, &&str)| {
            json!({"id": ItemId::from_stored([u8::try_from(n).unwrap(); 16]), "section": "helps", "type": "words",
                "words": {"text": text, "lang": "en"}, "voice": {"party": "self", "role": "person"}, "order": n + 1})
        };
        let items: Vec<_> = items.iter().enumerate().map(item).collect();
        serde_json::from_value(json!({"kind": "safety-plan", "status": "draft", "language": "en",
            "title": {"text": "t", "lang": "en"}, "items": items, "absences": {"harms": "not-asked"},
            "parties": [{"id": "self", "name": "A", "role": "person"}, {"id": "dr", "name": "Dr B", "role": "clinician"}]}))
        .unwrap()
    }

    fn proposal(name: &str, proposed: Proposed) -> Proposal {
        Proposal {
            id: ProposalId::from_stored([1; 16]),
            person: PersonId::from_stored([2; 16]),
            plan: PlanId::from_stored([3; 16]),
            organization: None,
            suggestion: Suggestion { by: Proposer { name: name.into(), role: VoiceRole::Clinician }, proposed },
            at: OffsetDateTime::UNIX_EPOCH,
            answer: None,
            version: 1,
        }
    }

    const TODAY: PlanDate = PlanDate(time::macros::date!(2026 - 03 - 02));

    fn any_proposal() -> impl Strategy<Value = Proposal> {
        let section = prop::sample::select(Section::all().collect::<Vec<_>>());
        let about = (0_u8..5).prop_map(|n| ItemId::from_stored([n; 16]));
        let said = (section, "[a-z]{1,9}", prop::option::of(about.clone()))
            .prop_map(|(section, text, about)| Proposed::Words { section, words: words(&text), about });
        let position = prop::sample::select(vec![Position::Agreed, Position::Disagreed, Position::NotSure]);
        let stance = (about, position).prop_map(|(about, position)| Proposed::Stance { about, position, words: None });
        ("Dr [BC]", prop_oneof![said, stance]).prop_map(|(name, proposed)| proposal(&name, proposed))
    }

    fn any_reply() -> impl Strategy<Value = Reply> {
        prop_oneof![Just(Reply::Accept), "[a-z]{1,9}".prop_map(|text| Reply::Change(words(&text)))]
    }

    proptest! {
        #[test]
        fn nothing_that_stood_in_the_plan_is_overwritten(steps in prop::collection::vec((any_proposal(), any_reply()), 1..8)) {
            let mut now = content(&["a", "b", "c"]);
            let first = now.clone();
            for (n, (proposal, reply)) in steps.into_iter().enumerate() {
                let new = PartyId::from_random([u8::try_from(n).unwrap() + 9; 16]);
                let Some(next) = proposal.taken_in(&reply, now.clone(), TODAY, new) else { continue };
                for (before, after) in now.items.iter().zip(&next.items) {
                    let mut bare = after.clone();
                    bare.item.stances.clone_from(&before.item.stances);
                    prop_assert_eq!(before, &bare);
                    prop_assert!(after.item.stances.starts_with(&before.item.stances));
                }
                prop_assert!(next.items.len() <= now.items.len() + 1);
                prop_assert!(next.parties.starts_with(&now.parties));
                now = next;
            }
            prop_assert_eq!(&first.head, &now.head);
            prop_assert_eq!(first.status, now.status);
        }
    }

    #[test]
    fn a_no_changes_nothing_and_says_only_what_the_person_says() {
        let declined = |reason: Option<&str>| {
            let said = Proposed::Words { section: Section::Helps, words: words("x"), about: None };
            let reply = Reply::Decline(reason.map(words));
            let one = proposal("Dr B", said);
            assert!(one.taken_in(&reply, content(&["a"]), TODAY, PartyId::person()).is_none());
            one.answered(&reply, OffsetDateTime::UNIX_EPOCH)
        };
        assert_eq!(declined(None).answer.unwrap().reason, None);
        let with = declined(Some("no room"));
        assert_eq!((with.answer.unwrap().reason, with.version), (Some(words("no room")), 2));
    }

    #[test]
    fn who_proposes_is_somebody_new_whom_ever_the_plan_knows_by_that_name() {
        let said = |name: &str| {
            let proposed = Proposed::Words { section: Section::Harms, words: words("x"), about: None };
            let new = PartyId::from_random([7; 16]);
            proposal(name, proposed).taken_in(&Reply::Accept, content(&["a"]), TODAY, new).unwrap()
        };
        for name in ["Dr B", "Dr C"] {
            let now = said(name);
            assert_eq!((now.parties.len(), &now.items[1].item.voice.party), (3, &now.parties[2].id));
            assert_eq!((now.parties[2].name.as_str(), &now.parties[2].organization), (name, &None));
            assert!(now.absences.is_empty(), "a section with something in it is not one that was passed over");
        }
    }

    #[test]
    fn what_cannot_be_proposed_says_where_and_what_to_do() {
        let with = |name: &str, role, proposed| Suggestion { by: Proposer { name: name.into(), role }, proposed };
        let said = |section, text: &str| Proposed::Words { section, words: words(text), about: None };
        let stance = |position| Proposed::Stance { about: ItemId::from_stored([1; 16]), position, words: None };
        let (joint, wellness) = (PlanKind::JointCrisisPlan, PlanKind::WellnessPlan);
        let helps = || said(Section::Helps, "x");
        let cases = [
            (with(" Jo", VoiceRole::Peer, helps()), joint, Err(NotProposed::Name)),
            (with("", VoiceRole::Peer, helps()), joint, Err(NotProposed::Name)),
            (with("Jo", VoiceRole::Person, helps()), joint, Err(NotProposed::OwnVoice)),
            (with("Jo", VoiceRole::Peer, said(Section::Helps, " \n")), joint, Err(NotProposed::Empty)),
            (with("Jo", VoiceRole::Peer, said(Section::Treatment, "x")), joint, Err(NotProposed::Section)),
            (with("Jo", VoiceRole::Peer, helps()), wellness, Err(NotProposed::TheirsAlone)),
            (with("Jo", VoiceRole::Peer, stance(Position::NotAsked)), joint, Err(NotProposed::Position)),
            (with("Jo", VoiceRole::Peer, stance(Position::NotSure)), wellness, Ok(())),
            (with("Jo", VoiceRole::Peer, helps()), joint, Ok(())),
        ];
        for (suggestion, kind, expected) in cases {
            assert_eq!(suggestion.check(kind), expected);
            let fault = expected.err();
            assert!(fault.is_none_or(|fault| fault.path().starts_with('/') && fault.to_string().len() > 20));
        }
    }
}
