//! Consents, parts and questions by the hundred thousand, from one seed: few values each, so that they often meet.

use sayso_consent::{
    Ask, Audience, Class, Consent, Effect, Known, Life, Named, Origin, Part, Period, Provision, Purposes, Recipient,
    Status, Tri, What,
};
use sayso_plan::id::Id;
use sayso_plan::{PlanKind, Purpose, Section, Share};
use time::{Duration, OffsetDateTime};

/// A stream of choices that its seed determines (SplitMix64, public domain, Vigna 2015).
#[derive(Debug, Clone)]
pub struct Choices(u64);

impl Choices {
    /// Begins at a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Where the stream stands; [`Self::new`] goes on from there.
    #[must_use]
    pub const fn state(&self) -> u64 {
        self.0
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let place = usize::try_from(self.below(all.len() as u64)).ok()?;
        all.get(place).copied()
    }

    fn pick<T: Copy>(&mut self, first: T, rest: &[T]) -> T {
        if self.once_in(2) { first } else { self.of(rest).unwrap_or(first) }
    }

    /// One of two, mostly the first.
    fn id<Of>(&mut self) -> Id<Of> {
        Id::from_stored([if self.once_in(4) { 2 } else { 1 }; 16])
    }

    fn item<Of>(&mut self) -> Id<Of> {
        Id::from_stored([u8::try_from(self.below(3)).unwrap_or(0); 16])
    }

    fn known<T>(&mut self, value: T) -> Known<T> {
        if self.once_in(50) { Known::Unknown } else { Known::Is(value) }
    }

    fn hours(&mut self, from: i64, until: i64) -> OffsetDateTime {
        let width = u64::try_from(until - from).unwrap_or(1);
        let hours = from + i64::try_from(self.below(width)).unwrap_or(0);
        OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours)
    }

    fn purpose(&mut self) -> Purpose {
        self.pick(Purpose::Treat, &Purpose::ALL)
    }

    fn level(&mut self) -> Share {
        self.pick(Share::Open, &[Share::Care, Share::Close])
    }

    fn section(&mut self) -> Section {
        self.pick(Section::Helps, &[Section::Harms, Section::PastToKnow])
    }

    fn kind(&mut self) -> PlanKind {
        self.pick(PlanKind::JointCrisisPlan, &[PlanKind::AdvanceDirective])
    }

    fn recipient(&mut self) -> Recipient {
        match self.below(12) {
            0 => Recipient::Everyone,
            1 => Recipient::Practitioner(self.id(), self.id()),
            2 | 3 => Recipient::Class(Class::CrisisServices),
            // Most of them apps; organizations stay what is asked about most.
            4 | 5 => match self.id::<()>() == Id::from_stored([1; 16]) {
                true => Recipient::App(Id::from_stored([1; 16])),
                false => Recipient::Supporter(Id::from_stored([1; 16])),
            },
            _ => Recipient::Organization(self.id()),
        }
    }

    fn what(&mut self) -> What {
        match self.below(12) {
            0 => What::Everything,
            1 => What::Documents,
            2 | 3 => What::Kind(self.kind()),
            4 | 5 => What::Plan(self.id()),
            6 | 7 => What::Item(self.item()),
            8 | 9 => What::Level(self.level()),
            _ => What::Section(self.section()),
        }
    }

    fn provision(&mut self) -> Provision {
        let effect = if self.once_in(16) { Effect::Deny } else { Effect::Permit };
        let (recipient, what) = (self.recipient(), self.what());
        let purposes = if self.once_in(16) { Purposes::Any } else { Purposes::Only(self.purpose()) };
        let period = if self.once_in(4) {
            Period { from: self.hours(-4, 4), until: self.hours(-4, 4) }
        } else {
            Period { from: self.hours(-9, 0), until: self.hours(3, 9) }
        };
        Provision {
            id: Id::from_stored(u128::from(self.next()).to_be_bytes()),
            effect,
            recipient: self.known(recipient),
            purposes: self.known(purposes),
            what: self.known(what),
            period: self.known(period),
            even_in_emergency: self.once_in(2),
            after_death: self.once_in(2),
        }
    }

    fn status(&mut self) -> Status {
        let ended = [Status::Draft, Status::Proposed, Status::Rejected, Status::Inactive, Status::EnteredInError];
        if self.once_in(8) { self.of(&ended).unwrap_or(Status::Draft) } else { Status::Active }
    }

    /// The consents of one person: none to seven, each with up to six provisions.
    pub fn consents(&mut self) -> Vec<Consent> {
        (0..self.below(8)).map(|_| self.consent()).collect()
    }

    fn consent(&mut self) -> Consent {
        let status = self.status();
        Consent {
            id: Id::from_stored(u128::from(self.next()).to_be_bytes()),
            person: Id::from_stored([1; 16]),
            status: self.known(status),
            origin: self.origin(),
            given_at: self.hours(-12, -2),
            withdrawn_at: self.once_in(30).then(|| self.hours(-2, 0)),
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions: (0..self.below(7)).map(|_| self.provision()).collect(),
        }
    }

    fn origin(&mut self) -> Origin {
        match self.below(24) {
            0 | 1 => Origin::Sent,
            2 => Origin::ForAChild,
            _ => Origin::Person,
        }
    }

    /// A life, mostly of somebody who lives.
    pub fn life(&mut self) -> Life {
        let died = if self.once_in(12) { Some(self.hours(-4, 6)) } else { None };
        let of_age = self.hours(-9, 9);
        Life { died: self.known(died), of_age: self.known(of_age) }
    }

    /// One part of a plan: mostly an item, sometimes a whole document or what stands above the items.
    pub fn part(&mut self) -> Part {
        let section = (!self.once_in(10)).then(|| self.section());
        let item = (!self.once_in(10)).then(|| self.item());
        let (plan, kind, level) = (self.id(), self.kind(), self.level());
        let about_asker = match item {
            Some(item) if item == Id::from_stored([1; 16]) => Tri::Unknown,
            Some(item) if item == Id::from_stored([2; 16]) => Tri::True,
            Some(_) | None => Tri::False,
        };
        Part { plan, kind, section, item, level, about_asker }
    }

    /// One question, mostly an organization's.
    pub fn ask(&mut self) -> Ask {
        let audience = if self.once_in(8) {
            match self.id::<()>() == Id::from_stored([1; 16]) {
                true => Audience::App { client: Id::from_stored([1; 16]) },
                false => Audience::Supporter { supporter: Id::from_stored([1; 16]), named: Named::default() },
            }
        } else {
            let practitioner = self.once_in(2).then(|| self.id());
            let class = self.once_in(3).then_some(Class::CrisisServices);
            Audience::Organization { organization: self.id(), practitioner, class }
        };
        Ask { audience, purpose: (!self.once_in(25)).then(|| self.purpose()), at: self.hours(-2, 5) }
    }
}
