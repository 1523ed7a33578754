//! Two houses side by side: each step is done in both, and what the one who looks can see is compared to the byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

use sayso_auth::Opaque;
use sayso_auth::secret::of;
use sayso_auth::sign_in::SUPPORTER_COOKIE_HTTPS;
use sayso_consent::Themselves;
use sayso_gateway::RouteInfo;
use sayso_store::Revision;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::difference::{Difference, Side};
use super::house::{House, NUMBERS, number};
use super::layout::{Adversary, Layout, PEOPLE, nothing, person};
use super::mix;
use super::push::Push;
use super::script::{Request, Step};
use crate::world::{Asked, BASE, Observed};

/// Before every how many steps something is made ready in one of the houses.
const READY_EVERY: usize = 8;

/// All that decides a run: who looks, from which seed the houses are furnished, how they differ, what is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Who looks.
    pub adversary: Adversary,
    /// The seed of what both houses have.
    pub seed: u64,
    /// What one house alone has.
    pub differences: Vec<Difference>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// The houses looked different: a leak.
#[derive(Clone, PartialEq, Eq)]
pub struct Leaked {
    /// At which step.
    pub at: usize,
    /// What was asked.
    pub asked: Asked,
    /// What the one house answered.
    pub a: Observed,
    /// What the other house answered.
    pub b: Observed,
}

/// What was done and seen in a run, for showing that it was worth something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many requests were asked of each house.
    pub asked: u64,
    /// How many of them were answered with content.
    pub shown: u64,
    /// How often each difference and event was really made.
    pub done: BTreeMap<&'static str, u64>,
    /// How often each status was answered.
    pub statuses: BTreeMap<u16, u64>,
    /// How often each row of the router's table was asked, by method and path.
    pub routes: BTreeMap<&'static str, u64>,
    /// How often of that it was answered as it was meant, 2xx.
    pub taken: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.shown += other.shown;
        for (name, count) in &other.done {
            *self.done.entry(name).or_default() += count;
        }
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        for (route, count) in &other.routes {
            *self.routes.entry(route).or_default() += count;
        }
        for (route, count) in &other.taken {
            *self.taken.entry(route).or_default() += count;
        }
    }

    fn note_route(&mut self, asked: &Asked, of: fn(&mut Self) -> &mut BTreeMap<&'static str, u64>) {
        let path = asked.path.split('?').next().unwrap_or_default();
        // What answers GET answers HEAD.
        let method = if asked.method == "HEAD" { "GET" } else { asked.method.as_str() };
        let row = ROWS.get(method).and_then(|rows| rows.at(path).ok());
        row.into_iter().for_each(|row| *of(self).entry(row.value).or_default() += 1);
    }
}

/// The rows of the router's table, by method; each is told by method and path.
static ROWS: LazyLock<BTreeMap<String, matchit::Router<&'static str>>> = LazyLock::new(|| {
    let mut rows: BTreeMap<String, matchit::Router<&'static str>> = BTreeMap::new();
    for route in sayso_gateway::routes() {
        let row: &'static str = row_of(&route).leak();
        rows.entry(route.method.to_string()).or_default().insert(route.path, row).unwrap();
    }
    rows
});

/// How a row of the router's table is told.
#[must_use]
pub fn row_of(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

/// Two houses, and what the one who looks remembers.
#[derive(Debug)]
pub struct Pair {
    a: House,
    b: House,
    known: Known,
    there: [[There; PEOPLE + 1]; 2],
    memory: Memory,
    /// What was done and seen.
    pub tally: Tally,
}

/// The ids there are: in both houses, and in one of them alone.
#[derive(Debug, Default)]
struct Known {
    plans: Vec<String>,
    items: Vec<String>,
    hidden: Vec<String>,
}

/// The ids of one person's plans, items and consents in one house, as of a revision.
#[derive(Debug, Default)]
struct There {
    revision: Option<Revision>,
    plans: BTreeSet<String>,
    items: BTreeSet<String>,
    consents: BTreeSet<String>,
}

/// What the answers held.
#[derive(Debug, Default)]
struct Memory {
    etag: String,
    older: String,
    /// Where the consent is that was kept last.
    made: String,
    next: String,
    /// When the pages that were seen were made.
    times: Vec<String>,
    seen: Vec<String>,
}

impl Pair {
    /// Two houses in memory.
    pub async fn in_memory(case: &Case) -> Self {
        Self::at([sayso_store::Place::Memory, sayso_store::Place::Memory], case).await
    }

    /// Two houses whose data is at these places.
    pub async fn at([a, b]: [sayso_store::Place; 2], case: &Case) -> Self {
        let layout = Layout::of(case.adversary, case.seed);
        let a = House::open(a, layout.clone(), Side::A, &case.differences).await;
        let b = House::open(b, layout, Side::B, &case.differences).await;
        let (known, there, memory, tally) = Default::default();
        let mut pair = Self { a, b, known, there, memory, tally };
        pair.look_up().await;
        pair
    }

    /// Does one step in both houses.
    ///
    /// # Errors
    /// [`Leaked`] when the houses looked different.
    pub async fn step(&mut self, at: usize, step: &Step) -> Result<(), Box<Leaked>> {
        let seed = mix(&[self.a.layout.seed, 9, at as u64]);
        for house in [&self.a, &self.b] {
            house.world.wait(time::Duration::seconds(1));
            house.world.reseed(seed);
        }
        // In the one house things lie ready before they are asked for, in the other they do not.
        if at.is_multiple_of(READY_EVERY) {
            self.a.world.gateway.make_ready(person(at / READY_EVERY % PEOPLE)).await;
        }
        if self.a.layout.adversary.is_supporter() {
            let _ = tokio::join!(self.a.stay_signed_in(), self.b.stay_signed_in());
        }
        match step {
            Step::Ask(request) => self.both(at, &self.asked(request)).await.map(|_| ()),
            Step::Push(push) => self.push(at, push).await,
            Step::Event(event) => {
                // What a person may write depends on the whole plan; here they write only what both houses take.
                if self.a.would_take(event).await && self.b.would_take(event).await {
                    let _ = (self.a.happen(event).await, self.b.happen(event).await);
                }
                if event.makes_items() {
                    self.look_up().await;
                }
                Ok(())
            }
            Step::Hidden(side, what) => {
                let house = if *side == Side::A { &mut self.a } else { &mut self.b };
                house.world.reseed(seed ^ 0x5555);
                house.make(what).await;
                // What is hidden takes no time that anybody could see.
                let latest = self.a.world.now().max(self.b.world.now());
                for house in [&self.a, &self.b] {
                    house.world.wait(latest - house.world.now());
                }
                self.look_up().await;
                Ok(())
            }
        }
    }

    /// What was really done in the houses.
    pub fn count(&mut self) -> Tally {
        for name in self.a.done.drain(..).chain(self.b.done.drain(..)) {
            *self.tally.done.entry(name).or_default() += 1;
        }
        std::mem::take(&mut self.tally)
    }

    async fn push(&mut self, at: usize, push: &Push) -> Result<(), Box<Leaked>> {
        let token = self.a.token.clone();
        let Some(plan) = &push.plan else {
            let asked = push.creates(&self.a.layout).bearer(&token);
            self.both(at, &asked).await?;
            self.look_up().await;
            return Ok(());
        };
        let plan = self.fill(plan);
        let read = self.both(at, &push.reads(&plan).bearer(&token)).await?;
        let foreign = self.fill("{hidden:3}");
        if let Some(send) = push.sends(&plan, &read, &self.memory.older.clone(), &foreign) {
            self.both(at, &send.bearer(&token)).await?;
            self.look_up().await;
        }
        Ok(())
    }

    /// Asks both houses the same.
    async fn both(&mut self, at: usize, asked: &Asked) -> Result<Observed, Box<Leaked>> {
        let (a, b) = tokio::join!(self.a.world.call(asked), self.b.world.call(asked));
        self.tally.asked += 1;
        self.tally.shown += u64::from(a.shows_something() && !asked.path.ends_with("/metadata"));
        *self.tally.statuses.entry(a.status).or_default() += 1;
        self.tally.note_route(asked, |of| &mut of.routes);
        if a.status < 300 {
            self.tally.note_route(asked, |of| &mut of.taken);
        }
        if a != b {
            return Err(Box::new(Leaked { at, asked: asked.clone(), a, b }));
        }
        self.memory.note(&a);
        Ok(a)
    }

    fn asked(&self, request: &Request) -> Asked {
        let mut asked = Asked::new(&request.method, &self.fill(&request.path));
        asked.body = self.fill(&request.body).into_bytes().into();
        for (name, value) in &request.headers {
            asked = asked.header(name, &self.fill(value));
        }
        if request.anonymous {
            asked
        } else if self.a.layout.adversary.is_supporter() {
            asked.header("cookie", &format!("{SUPPORTER_COOKIE_HTTPS}={}", self.a.token))
        } else {
            asked.bearer(&self.a.token)
        }
    }

    /// Puts ids into the places of a text.
    fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            match after.split_once('}').and_then(|(place, rest)| Some((self.place(place)?, rest))) {
                Some((value, after)) => {
                    out.push_str(&value);
                    rest = after;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn place(&self, place: &str) -> Option<String> {
        let (name, n) = place.split_once(':').unwrap_or((place, "0"));
        let n: usize = n.parse().ok()?;
        let of = |list: &[String]| {
            let found = list.get(n % list.len().max(1)).cloned();
            found.unwrap_or_else(|| nothing().to_string())
        };
        Some(match name {
            "person" => person(n % (PEOPLE + 2)).to_string(),
            "plan" => of(&self.known.plans),
            "item" => of(&self.known.items),
            "hidden" => of(&self.known.hidden),
            "tie" => match self.a.ties.get(n) {
                Some(tie) => tie.to_string(),
                None => self.a.former.or(self.b.former).map_or_else(|| nothing().to_string(), |tie| tie.to_string()),
            },
            "named" | "leave" | "sharing" => {
                let session = Opaque::<of::Session>::parse(&self.a.token).ok()?;
                let action = format!("/with/{}/{name}", self.place(&format!("tie:{n}"))?);
                session.form_token(&action).expose().to_owned()
            }
            "value" => value(n),
            "number" => format!("{}%7C{}", NUMBERS, value(n)),
            "seen" if self.memory.seen.is_empty() => format!("CarePlan/{}", of(&self.known.plans)),
            "seen" => of(&self.memory.seen),
            "code" => self.a.code.clone().or_else(|| self.b.code.clone()).unwrap_or_else(|| "0000000000".into()),
            "etag" => self.memory.etag.clone(),
            "made" if self.memory.made.is_empty() => format!("/fhir/Consent/{}", of(&self.known.hidden)),
            "made" => self.memory.made.clone(),
            "since" => {
                let last = self.memory.times.len().saturating_sub(1 + n);
                self.memory.times.get(last).cloned().unwrap_or_else(|| "2026-05-29T00:00:00Z".into())
            }
            "next" if self.memory.next.is_empty() => format!("/fhir/CarePlan?patient={}&_count=1", person(0)),
            "next" => self.memory.next.clone(),
            _ => return None,
        })
    }

    /// Looks up which ids there are now.
    async fn look_up(&mut self) {
        let mut changed = false;
        for (house, there) in [&self.a, &self.b].into_iter().zip(&mut self.there) {
            for (n, there) in there.iter_mut().enumerate() {
                changed |= there.look_up(house, n).await;
            }
        }
        if !changed {
            return;
        }
        let all = |of: fn(&There) -> &BTreeSet<String>| {
            let [a, b] = [0, 1].map(|side: usize| self.there[side].iter().flat_map(of).collect::<BTreeSet<_>>());
            let both: Vec<String> = a.intersection(&b).map(|id| (*id).clone()).collect();
            let one: Vec<String> = a.symmetric_difference(&b).map(|id| (*id).clone()).collect();
            (both, one)
        };
        let (plans, plans_of_one) = all(|there| &there.plans);
        let (items, items_of_one) = all(|there| &there.items);
        let (_, consents_of_one) = all(|there| &there.consents);
        let one: BTreeSet<String> = [plans_of_one, items_of_one, consents_of_one].into_iter().flatten().collect();
        // What was hidden once stays worth asking for.
        let gone = self.known.hidden.iter().filter(|id| !one.contains(*id)).cloned();
        let hidden = gone.chain(one.iter().cloned()).collect();
        self.known = Known { plans, items, hidden };
    }
}

impl There {
    /// Looks up what there is of a person, where it has changed; says whether it has.
    async fn look_up(&mut self, house: &House, n: usize) -> bool {
        let snapshot = house.world.exchange.store().snapshot(person(n)).await.unwrap();
        let revision = snapshot.as_ref().map(|snapshot| snapshot.revision);
        if revision == self.revision {
            return false;
        }
        let own = house.world.exchange.own_plans(Themselves::signed_in(person(n))).await.unwrap_or_default();
        *self = Self { revision, ..Self::default() };
        for plan in &own {
            self.plans.insert(plan.get().id.to_string());
            self.items.extend(plan.get().items.iter().map(|item| item.id.to_string()));
        }
        self.consents = snapshot.iter().flat_map(|one| &one.consents).map(|one| one.id.to_string()).collect();
        true
    }
}

/// Numbers of persons in both houses, of the one who lives in one alone, and of nobody.
fn value(n: usize) -> String {
    match n % (PEOPLE + 3) {
        n if n <= PEOPLE => number(n),
        n if n == PEOPLE + 1 => "77".into(),
        _ => "404".into(),
    }
}

impl Memory {
    fn note(&mut self, answer: &Observed) {
        if let Some(etag) = answer.etag() {
            self.older = std::mem::replace(&mut self.etag, etag.to_owned());
        }
        let path = answer.header("location").and_then(|at| at.strip_prefix(BASE)).unwrap_or_default();
        if let Some((consent, _)) = path.split_once("/_history/").filter(|_| path.starts_with("/fhir/Consent/")) {
            consent.clone_into(&mut self.made);
        }
        let shows = answer.status == 200 && answer.body.windows(8).any(|bytes| bytes == b"\"entry\":");
        let dated = answer.body.starts_with(b"{\"resourceType\":\"Bundle\",\"meta\"");
        let json = if shows || dated { answer.json() } else { Value::Null };
        if let Some(at) = json.pointer("/meta/lastUpdated").and_then(Value::as_str).filter(|_| dated) {
            self.times.push(at.to_owned());
        }
        if !shows {
            self.next.clear();
            return;
        }
        let links = json["link"].as_array().into_iter().flatten();
        let next = links.filter(|link| link["relation"] == "next").filter_map(|link| link["url"].as_str()).next();
        self.next = next.and_then(|url| url.strip_prefix(BASE)).unwrap_or_default().to_owned();
        for entry in json["entry"].as_array().into_iter().flatten() {
            let address = entry["fullUrl"].as_str().and_then(|url| url.strip_prefix(&format!("{BASE}/fhir/")));
            if let Some(address) = address
                && !self.seen.iter().any(|seen| seen == address)
            {
                self.seen.push(address.to_owned());
            }
        }
    }
}

impl fmt::Debug for Leaked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "step {}: {} {}", self.at, self.asked.method, self.asked.path)?;
        if !self.asked.body.is_empty() {
            writeln!(f, "{}", String::from_utf8_lossy(&self.asked.body))?;
        }
        let (a, b) = (format!("{:?}", self.a), format!("{:?}", self.b));
        let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        let around = |text: &str| {
            let bytes = text.as_bytes();
            let (from, until) = (same.saturating_sub(160), (same + 240).min(bytes.len()));
            String::from_utf8_lossy(bytes.get(from..until).unwrap_or_default()).into_owned()
        };
        writeln!(f, "the one house: {} …{}…", self.a.status, around(&a))?;
        write!(f, "the other one: {} …{}…", self.b.status, around(&b))
    }
}
