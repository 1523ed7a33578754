//! Planted leaks: forgotten paths, switched on at run time, that the tests must find. Only in test builds.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

use sayso_plan::{ItemId, Plan, Section};
use time::OffsetDateTime;

use crate::audience::Ask;
use crate::provision::{Consent, Effect, Origin, What};
use crate::tri::{Known, Tri};

/// One forgotten path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Leak {
    /// None: the honest program.
    None = 0,
    /// Every decision is a yes: the permit-all twin of the benchmarks.
    PermitAll,
    /// To whom something is permitted is forgotten.
    ActorForgotten,
    /// The begin of a period is forgotten.
    BeginForgotten,
    /// A permit for a purpose covers what lies below it.
    ParentPurpose,
    /// The refusal of a single item is forgotten.
    RefusedItemForgotten,
    /// The refusal of a level is forgotten.
    RefusedLevelForgotten,
    /// The refusal of a plan is forgotten.
    RefusedPlanForgotten,
    /// A permit counts although one of its conditions is not known.
    UnknownPermits,
    /// A permit for a kind opens documents that are kept whole.
    KindOpensDocuments,
    /// A permit for a section opens all sections.
    SectionForgotten,
    /// What an app proposed counts before the person said yes.
    ProposedCounts,
    /// Everybody sees levels, and whom an item is about.
    LevelsShown,
    /// Those whom an item is about are named to everybody.
    AboutPartiesNamed,
    /// Signatures go with an extract.
    FormalitiesAlways,
    /// The review is always shown.
    ReviewAlways,
    /// The wish for when the plan was not followed is always shown.
    WishAlways,
    /// The language is that of the whole plan.
    LanguageOfWhole,
    /// Drafts are released.
    DraftsReleased,
    /// That something became more open is news to those who saw it before.
    OpenedNews,
    /// That something was taken away is news to those who never saw it.
    RemovalNews,
    /// That an absence was taken back is news to those who never saw it.
    AbsenceNews,
    /// A change of the title is news to those who do not see it.
    HeadNews,
    /// A change of a party is news to those to whom it is not named.
    PartyNews,
    /// The terms are as old as the whole plan.
    TermsFromRecorded,
    /// The fingerprint holds the places among all items.
    PlacesInEtag,
    /// The fingerprint holds the levels, whether they are shown or not.
    LevelsInEtag,
    /// The fingerprint holds all parties.
    PartiesInEtag,
    /// The fingerprint holds all absences.
    AbsencesInEtag,
    /// The fingerprint holds the signatures.
    FormalitiesInEtag,
    /// The fingerprint holds the title, whether it is shown or not.
    HeadInEtag,
    /// Numbers that nobody verified are told.
    UnverifiedNumbers,
    /// A proposal about a hidden item is shown.
    ProposalAboutHidden,
    /// An app sees what is proposed for a section that is closed to it.
    ProposalOfClosedSection,
    /// Each version is shown, whether this reader could see its change or not.
    HistoryOfHidden,
    /// Who asks to be let in is told whether there is such a person.
    AskTellsPerson,
    /// A conflict shows the writer the whole plan.
    StaleShowsWhole,
    /// What is in force is chosen before it is decided what is seen.
    CurrentBeforeDecision,
    /// The native form of a withheld plan is forbidden instead of absent.
    NativeForbidden,
    /// The history of a withheld plan is forbidden instead of absent.
    HistoryForbidden,
    /// The directive of somebody who withholds it is forbidden instead of absent.
    CurrentForbidden,
    /// The document of a withheld plan is forbidden instead of absent.
    BundleForbidden,
    /// A search of somebody who shares nothing is forbidden instead of empty.
    SearchForbidden,
    /// A header counts all items.
    HeaderFromWhole,
    /// A search by the id of something hidden counts it.
    IdTold,
    /// The native form is that of the whole plan.
    NativeOfWhole,
    /// A plan refers to hidden items.
    DanglingReference,
    /// A document has the titles of hidden sections.
    SectionsOfWhole,
    /// A refusal is forgotten.
    DenyForgotten,
    /// The end of a period is forgotten.
    PeriodForgotten,
    /// The purpose is forgotten.
    PurposeForgotten,
    /// Close parts go with their section.
    CloseForgotten,
    /// The fingerprint is made over the whole plan.
    EtagFromWhole,
    /// `lastUpdated` is that of the whole plan.
    LastUpdatedFromWhole,
    /// The narrative is made from the whole plan.
    NarrativeFromWhole,
    /// Counts are made from the whole plan.
    CountFromWhole,
    /// All parties are named.
    PartiesOfWhole,
    /// Old versions are shown without asking when they were in force.
    HistoryWithoutTime,
    /// Old versions show what was made closer since, or moved out of sight.
    HistoryOfClosed,
    /// A read by id finds a withheld plan as forbidden instead of absent.
    ForbiddenInsteadOfAbsent,
    /// The absence of a hidden section is shown.
    AbsencesOfWhole,
    /// A person without any grant is found by identifier.
    PatientWithoutGrant,
    /// Assembled bytes are kept by plan and not by fingerprint.
    StaleCache,
    /// The person's own title is always shown.
    TitleAlways,
    /// A conditional read is answered before the decision.
    NotModifiedBeforeDecision,
    /// Items keep the places they have among all items.
    PlacesOfWhole,
    /// An app sees the title of a document that it may not see.
    DocumentTitle,
    /// What was in force on a day ends where a hidden part changed.
    DayEndsUnseen,
    /// What a plan still needs is said with what is stored already.
    CheckedWithStored,
    /// What others proposed to a plan is shown to everybody who sees the plan.
    ProposalsOfOthers,
    /// A plan that is sent as a document is refused where the person has a plan that the sender does not see.
    DocumentBesideUnseen,
    /// Who asks by a pairing code is told whether it was right.
    CodeTold,
    /// Who follows all who share is told of persons who share with nobody.
    FeedOfAll,
    /// Who follows all who share is shown everything of whoever ever let them in.
    FeedSkipsDecision,
    /// The next page is made without a decision, because its cursor was made with one.
    CursorKeepsRights,
    /// Something is told as gone that the reader was never shown.
    PurgeTellsUnseen,
    /// What is gone is told with what the person decided.
    PurgeTellsWhy,
    /// A plan is told as changed where only a hidden part changed.
    FollowedByWhole,
    /// A receipt is shown to whoever knows its id.
    ReceiptOfOthers,
    /// A receipt is made from what is open today, and not from what the act said.
    ReceiptOfToday,
    /// An app to which not everything is open is told why others see each part.
    ExplainTellsHidden,
    /// An app to which not everything is open sees what others would get.
    PreviewForOthers,
    /// An app to which everything is open is told what others get, and why, without having asked for that by its name.
    DecisionsByStar,
    /// What is about a supporter is shown to them where the person opened the section.
    AboutShownToParty,
    /// A supporter's session sees all that the person has.
    SupporterSeesAll,
    /// A supporter whose part has ended still sees what was open to them.
    SupporterAfterEnd,
    /// A delegate reads whom the person refused.
    DelegateSeesRefusals,
    /// A delegate reads who else supports the person.
    DelegateSeesSupporters,
    /// A delegate takes what does not stand on their page, and learns by it that it is there.
    DelegateTakesUnread,
    /// A read is recorded without asking whether the person changed something since it was decided. Nothing that happens
    /// in turn shows that, so it is found by the races (`tests/races`) and is not among [`Self::PLANTED`].
    FenceForgotten,
    /// What somebody sent permits before the person said yes.
    SentPermitCounts,
    /// Who is no app of the person's reads what the person decided.
    ConsentTellsOthers,
    /// Whoever sends a consent about somebody is told whether there is such a person.
    ImportTellsPerson,
    /// The version of a consent counts all that the person decided.
    ConsentVersionLeaks,
    /// An app that sends a refusal is told whether the person had said no already.
    RefusalTold,
    /// Somebody is told that a plan names them though nobody else is shown that part.
    NamedThoughClosed,
    /// Somebody is told that a plan names them that is not shared yet.
    NamedInDrafts,
    /// An app that asks for a single item is told whether there is one that it does not see.
    SentNamesHidden,
    /// A look by an id that is not shown is noted as if all of its owner's had been shown.
    NotesUnshown,
}

impl Leak {
    /// Those on the person's own pages, where the harness does not go: the tests of receipts must find them.
    pub const ON_PAGES: &'static [Self] = &[Self::ReceiptOfOthers, Self::ReceiptOfToday];

    /// All planted leaks that the non-interference harness must find.
    pub const PLANTED: &'static [Self] = &[
        Self::ActorForgotten,
        Self::BeginForgotten,
        Self::ParentPurpose,
        Self::RefusedItemForgotten,
        Self::RefusedLevelForgotten,
        Self::RefusedPlanForgotten,
        Self::UnknownPermits,
        Self::KindOpensDocuments,
        Self::SectionForgotten,
        Self::ProposedCounts,
        Self::LevelsShown,
        Self::AboutPartiesNamed,
        Self::FormalitiesAlways,
        Self::ReviewAlways,
        Self::WishAlways,
        Self::LanguageOfWhole,
        Self::DraftsReleased,
        Self::OpenedNews,
        Self::RemovalNews,
        Self::AbsenceNews,
        Self::HeadNews,
        Self::PartyNews,
        Self::TermsFromRecorded,
        Self::PlacesInEtag,
        Self::LevelsInEtag,
        Self::PartiesInEtag,
        Self::AbsencesInEtag,
        Self::FormalitiesInEtag,
        Self::HeadInEtag,
        Self::UnverifiedNumbers,
        Self::ProposalAboutHidden,
        Self::ProposalOfClosedSection,
        Self::HistoryOfHidden,
        Self::AskTellsPerson,
        Self::StaleShowsWhole,
        Self::CurrentBeforeDecision,
        Self::NativeForbidden,
        Self::HistoryForbidden,
        Self::CurrentForbidden,
        Self::BundleForbidden,
        Self::SearchForbidden,
        Self::HeaderFromWhole,
        Self::IdTold,
        Self::NativeOfWhole,
        Self::DanglingReference,
        Self::SectionsOfWhole,
        Self::DenyForgotten,
        Self::PeriodForgotten,
        Self::PurposeForgotten,
        Self::CloseForgotten,
        Self::EtagFromWhole,
        Self::LastUpdatedFromWhole,
        Self::NarrativeFromWhole,
        Self::CountFromWhole,
        Self::PartiesOfWhole,
        Self::HistoryWithoutTime,
        Self::HistoryOfClosed,
        Self::ForbiddenInsteadOfAbsent,
        Self::AbsencesOfWhole,
        Self::PatientWithoutGrant,
        Self::StaleCache,
        Self::TitleAlways,
        Self::NotModifiedBeforeDecision,
        Self::PlacesOfWhole,
        Self::DocumentTitle,
        Self::DayEndsUnseen,
        Self::CheckedWithStored,
        Self::ProposalsOfOthers,
        Self::DocumentBesideUnseen,
        Self::CodeTold,
        Self::FeedOfAll,
        Self::FeedSkipsDecision,
        Self::CursorKeepsRights,
        Self::PurgeTellsUnseen,
        Self::PurgeTellsWhy,
        Self::FollowedByWhole,
        Self::ExplainTellsHidden,
        Self::PreviewForOthers,
        Self::DecisionsByStar,
        Self::AboutShownToParty,
        Self::SupporterSeesAll,
        Self::SupporterAfterEnd,
        Self::DelegateSeesRefusals,
        Self::DelegateSeesSupporters,
        Self::DelegateTakesUnread,
        Self::SentPermitCounts,
        Self::ConsentTellsOthers,
        Self::ImportTellsPerson,
        Self::ConsentVersionLeaks,
        Self::RefusalTold,
        Self::NamedThoughClosed,
        Self::NamedInDrafts,
        Self::SentNamesHidden,
        Self::NotesUnshown,
    ];
}

static SAYSO_PLANTED_LEAK: AtomicU8 = AtomicU8::new(0);

/// Plants one leak in this process, or none.
pub fn plant(leak: Leak) {
    SAYSO_PLANTED_LEAK.store(leak as u8, Ordering::SeqCst);
}

/// Whether this leak is planted.
#[must_use]
pub fn planted(leak: Leak) -> bool {
    SAYSO_PLANTED_LEAK.load(Ordering::Relaxed) == leak as u8
}

/// Whether a refusal is forgotten.
pub(crate) fn forgets(effect: Effect, what: Known<What>) -> bool {
    effect == Effect::Deny
        && (planted(Leak::DenyForgotten)
            || match what {
                Known::Is(What::Item(_)) => planted(Leak::RefusedItemForgotten),
                Known::Is(What::Level(_)) => planted(Leak::RefusedLevelForgotten),
                Known::Is(What::Plan(_)) => planted(Leak::RefusedPlanForgotten),
                Known::Is(What::Everything | What::Kind(_) | What::Section(_) | What::Documents) | Known::Unknown => {
                    false
                }
            })
}

/// Whether all that a consent says counts although only an app or a system said it.
pub(crate) fn counts(consent: &Consent) -> bool {
    planted(Leak::SentPermitCounts) && consent.origin == Origin::Sent
}

/// Ids and sections of all items, hidden ones too.
pub(crate) fn items(plan: &Plan) -> Vec<(ItemId, Section)> {
    if !planted(Leak::DanglingReference) && !planted(Leak::SectionsOfWhole) {
        return Vec::new();
    }
    plan.items.iter().map(|item| (item.id, item.item.section)).collect()
}

/// The conditions of a rule, with what is forgotten held to be true.
pub(crate) fn conditions(purpose: Tri, period: Tri) -> (Tri, Tri) {
    let purpose = if planted(Leak::PurposeForgotten) { Tri::True } else { purpose };
    let period = if planted(Leak::PeriodForgotten) { Tri::True } else { period };
    (purpose, period)
}

/// All words of a plan, hidden ones too.
pub(crate) fn words(plan: &Plan) -> Vec<String> {
    if !planted(Leak::NarrativeFromWhole) {
        return Vec::new();
    }
    plan.items.iter().filter_map(|item| item.item.words.as_ref()).map(|words| words.text().to_owned()).collect()
}

/// When a person was last updated for somebody who may see nothing of theirs.
pub(crate) fn without_grant() -> Option<OffsetDateTime> {
    let forgotten = planted(Leak::PatientWithoutGrant) || UNDECIDED.get();
    forgotten.then_some(OffsetDateTime::UNIX_EPOCH)
}

/// Since when everything is permitted, in the permit-all twin.
pub(crate) fn permits_all(ask: &Ask) -> Option<OffsetDateTime> {
    let forgotten = planted(Leak::PermitAll) || UNDECIDED.get();
    forgotten.then(|| OffsetDateTime::UNIX_EPOCH.min(ask.at))
}

thread_local! {
    static UNDECIDED: Cell<bool> = const { Cell::new(false) };
}

/// Does something with every decision a yes, and every person told of, in this thread and until it is done.
pub fn undecided<T>(act: impl FnOnce() -> T) -> T {
    UNDECIDED.set(true);
    let done = act();
    UNDECIDED.set(false);
    done
}
