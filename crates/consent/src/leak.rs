//! Planted leaks: forgotten paths, switched on at run time, that the tests must find. Only in test builds.

use std::sync::atomic::{AtomicU8, Ordering};

use sayso_plan::Plan;
use time::OffsetDateTime;

use crate::audience::Ask;
use crate::tri::Tri;

/// One forgotten path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Leak {
    /// None: the honest program.
    None = 0,
    /// Every decision is a yes: the permit-all twin of the benchmarks.
    PermitAll,
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
}

impl Leak {
    /// All planted leaks that the non-interference harness must find.
    pub const PLANTED: [Self; 28] = [
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
        Self::SentPermitCounts,
        Self::ConsentTellsOthers,
        Self::ImportTellsPerson,
        Self::ConsentVersionLeaks,
        Self::RefusalTold,
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
    planted(Leak::PatientWithoutGrant).then_some(OffsetDateTime::UNIX_EPOCH)
}

/// Since when everything is permitted, in the permit-all twin.
pub(crate) fn permits_all(ask: &Ask) -> Option<OffsetDateTime> {
    planted(Leak::PermitAll).then(|| OffsetDateTime::UNIX_EPOCH.min(ask.at))
}
