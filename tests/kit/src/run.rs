//! One case after the other: what it needs, what is set up, what is asked, what came of it.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use crate::arrange::{self, Trouble};
use crate::ask::{self, Answer, Request};
use crate::case::{Case, Step};
use crate::fill::{self, Known, Place};
use crate::judge::{Beside, judge};
use crate::outcome::{CaseResult, Finding, Outcome};
use crate::server::{Server, Var};
use crate::token;

/// Who asks without a token.
const NOBODY: &str = "nobody";

/// One case while it is asked.
pub(crate) struct Asking<'a> {
    pub(crate) server: &'a Server,
    pub(crate) client: &'a reqwest::Client,
    pub(crate) tokens: &'a BTreeMap<String, String>,
    /// Unlike that of any other case and run.
    pub(crate) run: String,
    pub(crate) known: Known,
    /// The Consent resources that were sent, by situation.
    pub(crate) consents: BTreeMap<String, Vec<Value>>,
    answers: BTreeMap<String, (Request, Answer)>,
    /// What is to be known of how it was asked.
    pub(crate) notes: Vec<String>,
}

/// Asks all cases.
pub(crate) async fn all(server: &Server, cases: &[Case]) -> Result<Vec<CaseResult>, String> {
    let client = ask::client()?;
    let mut tokens = BTreeMap::new();
    for (name, reader) in &server.reader {
        let token = token::of(&client, reader, &server.folder).await.map_err(|why| format!("reader {name}: {why}"))?;
        tokens.extend(token.map(|token| (name.clone(), token)));
    }
    let mut random = [0; 4];
    getrandom::fill(&mut random).map_err(|_| "the system gives no randomness".to_owned())?;
    let run = u32::from_be_bytes(random);
    let mut results = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        let begun = Instant::now();
        let mut asking = Asking {
            server,
            client: &client,
            tokens: &tokens,
            run: format!("{run:08x}-{n}"),
            known: Known::default(),
            consents: BTreeMap::new(),
            answers: BTreeMap::new(),
            notes: Vec::new(),
        };
        let outcome = asking.case(case).await;
        results.push(CaseResult {
            id: case.id.clone(),
            title: case.title.clone(),
            wrong: case.wrong.clone(),
            outcome: asking.without_tokens(outcome),
            notes: asking.notes,
            took: begun.elapsed(),
        });
    }
    Ok(results)
}

impl Asking<'_> {
    async fn case(&mut self, case: &Case) -> Outcome {
        if let Some(lack) = case.can.iter().find(|can| !self.server.can.contains(*can)) {
            return Outcome::NotApplicable(format!("the description does not say that the server can `{lack}`"));
        }
        let readers = case.step.iter().filter(|step| step.act.is_none() && !step.if_there).map(|step| &step.reader);
        for reader in readers {
            if reader != NOBODY && !reader.contains(':') && !self.server.reader.contains_key(reader) {
                return Outcome::NotApplicable(format!("the description has no reader `{reader}`"));
            }
        }
        for name in &case.situations {
            match self.set_up(name).await {
                Ok(()) => {}
                Err(Trouble::NotDescribed(why)) => return Outcome::NotApplicable(why),
                Err(Trouble::Failed(why)) => return Outcome::NotSetUp(Finding::new(format!("`{name}`: {why}"))),
            }
        }
        for step in &case.step {
            if let Some(outcome) = self.step(step).await {
                return outcome;
            }
        }
        Outcome::Passed
    }

    async fn set_up(&mut self, name: &str) -> Result<(), Trouble> {
        if name == "absent" && !self.server.situation.contains_key(name) {
            let like = self.known.situations.values().find(|vars| vars.contains_key("patient"));
            let like = like.ok_or_else(|| Trouble::Failed("nobody is there to be unlike".into()))?;
            let vars = fill::absent(like).map_err(Trouble::Failed)?;
            self.known.situations.insert(name.into(), vars);
            return Ok(());
        }
        let vars = arrange::situation(self, name).await?;
        self.known.situations.insert(name.into(), vars);
        Ok(())
    }

    /// One step. `None` where all goes on.
    async fn step(&mut self, step: &Step) -> Option<Outcome> {
        if let Some(act) = &step.act {
            let of = step.of.clone().unwrap_or_default();
            return match arrange::act(self, act, &of).await {
                Ok(vars) => {
                    self.known.situations.entry(of).or_default().extend(vars);
                    None
                }
                Err(Trouble::NotDescribed(why)) => Some(Outcome::NotApplicable(why)),
                Err(Trouble::Failed(why)) => Some(Outcome::NotSetUp(Finding::new(format!("`{act}`: {why}")))),
            };
        }
        let Some(token) = self.token(&step.reader) else {
            let why = format!("the description has no reader `{}`", step.reader);
            if step.if_there {
                self.notes.push(format!("left out: {} ({why})", step.name));
                return None;
            }
            return Some(Outcome::NotApplicable(why));
        };
        let request = match self.request(step) {
            Ok(request) => request,
            Err(name) if step.if_there => {
                self.notes.push(format!("left out: {} ({name} is not there)", step.name));
                return None;
            }
            Err(name) => return Some(Outcome::NotApplicable(format!("the description does not say `{name}`"))),
        };
        let answer = match request.send(self.client, token.as_deref()).await {
            Ok(answer) => answer,
            Err(why) => return Some(Outcome::NotSetUp(Finding { why, again: vec![request.curl()] })),
        };
        let other = |name: &str| self.answers.get(name).map(|(_, answer)| answer);
        let beside = Beside { known: &self.known, varies: &self.server.varies, other: &other };
        let judged = judge(&step.expect, &answer, &beside);
        match judged {
            Ok(Ok(())) => {}
            Ok(Err(why)) => return Some(self.found(step, &request, &why)),
            Err(name) => return Some(Outcome::NotApplicable(format!("the description does not say `{name}`"))),
        }
        for (name, from) in &step.keep {
            match self.kept(from, &answer) {
                Some(kept) => drop(self.known.kept.insert(name.clone(), kept)),
                None if step.if_there => {}
                None if step.control => {
                    return Some(Outcome::NotApplicable(format!("{}: the answer has no {from}", step.name)));
                }
                None => return Some(self.found(step, &request, &format!("the answer has no {from}"))),
            }
        }
        self.answers.insert(step.name.clone(), (request, answer));
        None
    }

    /// What is wrong, with the requests by which it is seen again.
    fn found(&self, step: &Step, request: &Request, why: &str) -> Outcome {
        let expect = &step.expect;
        let others = [&expect.same_as, &expect.differs_from, &expect.total_of].into_iter().flatten();
        let mut again: Vec<String> =
            others.filter_map(|name| self.answers.get(name)).map(|(request, _)| request.curl()).collect();
        again.push(request.curl());
        let finding = Finding { why: format!("{}: {why}", step.name), again };
        if step.control { Outcome::NotSetUp(finding) } else { Outcome::Failed(finding) }
    }

    fn kept(&self, from: &str, answer: &Answer) -> Option<String> {
        let (kind, name) = from.split_once(':')?;
        match kind {
            "header" => answer.header(name).map(str::to_owned),
            "json" => answer.json().pointer(name).map(|value| value.as_str().map_or(value.to_string(), str::to_owned)),
            "link" => answer.link(name).map(|address| self.server.below(&address).to_owned()),
            _ => None,
        }
    }

    /// The token of who asks: `Some(None)` for nobody, `None` where there is no such reader.
    fn token(&self, reader: &str) -> Option<Option<String>> {
        if reader == NOBODY {
            return Some(None);
        }
        if let Some((name, situation)) = reader.split_once(':') {
            let own = self.known.situations.get(situation)?.get(&format!("{name}_token")).map(Var::all);
            let own = own.and_then(|own| own.first().cloned());
            return own.map(Some).or_else(|| self.token(name));
        }
        self.server.reader.contains_key(reader).then(|| self.tokens.get(reader).cloned())
    }

    fn request(&self, step: &Step) -> Result<Request, String> {
        let ways = [("GET", &step.get), ("HEAD", &step.head), ("POST", &step.post)];
        let (method, path) =
            ways.into_iter().find_map(|(method, path)| Some((method, path.as_ref()?))).ok_or("a path")?;
        let mut headers = Vec::new();
        let described = self.server.reader.get(&step.reader).map(|reader| &reader.headers);
        for (name, value) in described.into_iter().flatten().chain(&step.headers) {
            headers.push((name.clone(), self.known.fill(value, Place::Plain)?));
        }
        let body = match (&step.form, &step.body) {
            (Some(form), _) => Some(("application/x-www-form-urlencoded", self.known.fill(form, Place::Path)?)),
            (None, Some(body)) => Some(("application/fhir+json", self.known.fill(body, Place::Plain)?)),
            (None, None) => None,
        };
        let path = self.known.fill(path, Place::Path)?;
        let url = format!("{}/{}", self.server.base, path.trim_start_matches('/'));
        Ok(Request { method, url, headers, body, reader: step.reader.clone() })
    }

    /// The outcome with no token in it, whatever a server echoes.
    fn without_tokens(&self, outcome: Outcome) -> Outcome {
        let of_persons = self.known.situations.values().flatten().filter(|(name, _)| name.ends_with("_token"));
        let mut tokens: Vec<String> = of_persons.flat_map(|(_, token)| token.all()).collect();
        tokens.extend(self.tokens.values().cloned());
        tokens.retain(|token| token.len() > 3);
        let clean = |text: String| tokens.iter().fold(text, |text, token| text.replace(token, "[token]"));
        let finding = |finding: Finding| Finding {
            why: clean(finding.why),
            again: finding.again.into_iter().map(clean).collect(),
        };
        match outcome {
            Outcome::Failed(found) => Outcome::Failed(finding(found)),
            Outcome::NotSetUp(found) => Outcome::NotSetUp(finding(found)),
            other @ (Outcome::Passed | Outcome::NotApplicable(_)) => other,
        }
    }
}
