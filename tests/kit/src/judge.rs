//! Whether an answer is what it must be.

use serde_json::Value;

use crate::ask::Answer;
use crate::case::{At, Expect, Header};
use crate::fill::Known;
use crate::server::Varies;

/// Headers of the connection and of the moment. `Content-Length` says no more than the body that is compared.
const NOT_COMPARED: [&str; 5] = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];
/// How much of two bodies that differ is shown, in characters.
const SHOWN: usize = 60;

/// What else there is to compare with.
pub(crate) struct Beside<'a> {
    pub(crate) known: &'a Known,
    pub(crate) varies: &'a Varies,
    /// The answer of another step.
    pub(crate) other: &'a dyn Fn(&str) -> Option<&'a Answer>,
}

/// Judges an answer. `Ok(Err(_))` says what is wrong; `Err(_)` names a placeholder that the description does not fill.
pub(crate) fn judge(expect: &Expect, answer: &Answer, beside: &Beside<'_>) -> Result<Result<(), String>, String> {
    let (has, lacks) = (beside.known.words(&expect.has)?, beside.known.words(&expect.lacks)?);
    let all = [
        status(&expect.status, answer),
        shows(expect.shows, answer),
        has.iter().try_for_each(|words| stands(words, answer, true)),
        lacks.iter().try_for_each(|words| stands(words, answer, false)),
        expect.json.iter().try_for_each(|rule| at(rule, answer)),
        expect.header.iter().try_for_each(|rule| header(rule, answer)),
        with(expect.total_of.as_deref(), beside, |other| total(answer, other)),
        with(expect.same_as.as_deref(), beside, |other| same(expect, answer, other, beside)),
        with(expect.differs_from.as_deref(), beside, |other| {
            let differ = answer.body != other.body;
            differ.then_some(()).ok_or_else(|| "the body is the same, and must be another".into())
        }),
    ];
    Ok(all.into_iter().collect())
}

fn with(
    other: Option<&str>,
    beside: &Beside<'_>,
    judge: impl FnOnce(&Answer) -> Result<(), String>,
) -> Result<(), String> {
    // A step that was left out because its reader is not described has no answer.
    other.and_then(beside.other).map_or(Ok(()), judge)
}

fn status(wanted: &[String], answer: &Answer) -> Result<(), String> {
    let status = answer.status.to_string();
    let fits = |wanted: &String| *wanted == status || wanted.strip_suffix("xx").is_some_and(|c| status.starts_with(c));
    if wanted.is_empty() || wanted.iter().any(fits) {
        return Ok(());
    }
    Err(format!("the status is {status}, and must be {}", wanted.join(" or ")))
}

fn shows(wanted: Option<bool>, answer: &Answer) -> Result<(), String> {
    match (wanted, answer.shows()) {
        (Some(true), false) => Err(format!("nothing is shown (status {})", answer.status)),
        (Some(false), true) => Err(format!("something is shown (status {}), and nothing must be", answer.status)),
        (Some(true), true) | (Some(false), false) | (None, _) => Ok(()),
    }
}

fn stands(words: &str, answer: &Answer, wanted: bool) -> Result<(), String> {
    // In JSON a word may stand escaped; in a narrative, as XHTML in JSON.
    let json = Value::from(words).to_string();
    let json = json.trim_matches('"');
    let markup = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let body = answer.text();
    let forms = [words, json, markup.as_str()];
    let in_body = forms.iter().any(|form| body.contains(form));
    let in_header = answer.headers.iter().any(|(_, value)| value.contains(words));
    match (wanted, in_body, in_header) {
        (true, false, _) => Err(format!("{words:?} is not shown, and must be")),
        (false, true, _) => Err(format!("{words:?} stands in the body, and must not be shown")),
        (false, false, true) => Err(format!("{words:?} stands in a header, and must not be shown")),
        (true, true, _) | (false, false, false) => Ok(()),
    }
}

fn at(rule: &At, answer: &Answer) -> Result<(), String> {
    let json = answer.json();
    let found = json.pointer(&rule.at);
    if rule.is.is_some() && found != rule.is.as_ref() {
        return Err(format!("{} is {}", rule.at, found.map_or("not there".into(), Value::to_string)));
    }
    match rule.there {
        Some(there) if there != found.is_some() => {
            Err(format!("{} is {}there", rule.at, if there { "not " } else { "" }))
        }
        Some(_) | None => Ok(()),
    }
}

fn header(rule: &Header, answer: &Answer) -> Result<(), String> {
    let found = answer.header(&rule.name);
    if rule.is.is_some() && found != rule.is.as_deref() {
        return Err(format!("the header {} is {}", rule.name, found.unwrap_or("not there")));
    }
    match rule.there {
        Some(there) if there != found.is_some() => {
            Err(format!("the header {} is {}there", rule.name, if there { "not " } else { "" }))
        }
        Some(_) | None => Ok(()),
    }
}

fn total(answer: &Answer, listed: &Answer) -> Result<(), String> {
    let entries = listed.json().get("entry").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    match answer.json().get("total").and_then(Value::as_u64) {
        Some(total) if total != entries => Err(format!("the total is {total}, and {entries} are shown")),
        Some(_) | None => Ok(()),
    }
}

fn same(expect: &Expect, answer: &Answer, other: &Answer, beside: &Beside<'_>) -> Result<(), String> {
    if answer.status != other.status {
        return Err(format!("the status is {}, and {} the other time", answer.status, other.status));
    }
    let names = beside.known.names();
    let (here, there) = (headers(answer, beside.varies, &names), headers(other, beside.varies, &names));
    if let Some(named) =
        here.iter().find(|one| !there.contains(one)).or_else(|| there.iter().find(|o| !here.contains(o)))
    {
        let has = |list: &[(String, String)]| list.contains(named);
        let which = if has(&here) { "only this time" } else { "only the other time" };
        return Err(format!("the header {}: {} is there {which}", named.0, named.1));
    }
    let without: Vec<&str> = beside.varies.json.iter().chain(&expect.same_but).map(String::as_str).collect();
    let (here, there) = (body(answer, &without, &names), body(other, &without, &names));
    if here == there {
        return Ok(());
    }
    let differs = here.chars().zip(there.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(differs.saturating_sub(SHOWN / 2)).take(SHOWN).collect::<String>();
    Err(format!("the bodies differ: {:?} here, {:?} the other time", around(&here), around(&there)))
}

fn headers(answer: &Answer, varies: &Varies, names: &[(String, String)]) -> Vec<(String, String)> {
    let compared = |name: &str| {
        !NOT_COMPARED.contains(&name) && !varies.headers.iter().any(|varying| varying.eq_ignore_ascii_case(name))
    };
    let headers = answer.headers.iter().filter(|(name, _)| compared(name));
    headers.map(|(name, value)| (name.clone(), unnamed(value.clone(), names))).collect()
}

fn body(answer: &Answer, without: &[&str], names: &[(String, String)]) -> String {
    let mut json = answer.json();
    if without.is_empty() || json.is_null() {
        return unnamed(answer.text(), names);
    }
    for pointer in without {
        let Some((parent, member)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(members)) = json.pointer_mut(parent) {
            members.remove(member);
        }
    }
    unnamed(json.to_string(), names)
}

fn unnamed(text: String, names: &[(String, String)]) -> String {
    names.iter().fold(text, |text, (name, stands)| text.replace(name, stands))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: vec![("date".into(), body.len().to_string())], body: body.into() }
    }

    fn judged(expect: &Expect, one: &Answer, other: &Answer) -> Result<(), String> {
        let found = |name: &str| (name == "other").then_some(other);
        let beside = Beside { known: &Known::default(), varies: &Varies::default(), other: &found };
        judge(expect, one, &beside).unwrap_or_else(Err)
    }

    #[test]
    fn one_byte_or_one_header_more_is_not_the_same() {
        let same = Expect { same_as: Some("other".into()), ..Expect::default() };
        assert_eq!(judged(&same, &answer(404, "{}"), &answer(404, "{}")), Ok(()));
        assert!(judged(&same, &answer(404, "{}"), &answer(404, "{} ")).is_err());
        assert!(judged(&same, &answer(404, "{}"), &answer(403, "{}")).is_err());
        let mut tagged = answer(404, "{}");
        tagged.headers.push(("etag".into(), "1".into()));
        assert!(judged(&same, &answer(404, "{}"), &tagged).is_err());
        assert!(judged(&same, &tagged, &answer(404, "{}")).is_err());
    }

    #[test]
    fn each_rule_can_fail() {
        let list = answer(200, r#"{"resourceType":"Bundle","total":2,"entry":[{"resource":{"t":"a & b"}}]}"#);
        let empty = answer(200, r#"{"resourceType":"Bundle","total":0}"#);
        let expect = Expect::default;
        for wrong in [
            Expect { status: vec!["4xx".into()], ..expect() },
            Expect { shows: Some(false), ..expect() },
            Expect { has: vec!["zebra".into()], ..expect() },
            Expect { lacks: vec!["a & b".into()], ..expect() },
            Expect { total_of: Some("other".into()), ..expect() },
            Expect { json: vec![At { at: "/total".into(), is: Some(1.into()), there: None }], ..expect() },
            Expect { json: vec![At { at: "/total".into(), is: None, there: Some(false) }], ..expect() },
            Expect { header: vec![Header { name: "ETag".into(), is: None, there: Some(true) }], ..expect() },
        ] {
            assert!(judged(&wrong, &list, &empty).is_err(), "{wrong:?}");
        }
        assert!(judged(&Expect { shows: Some(true), ..expect() }, &empty, &list).is_err());
        assert_eq!(judged(&Expect { total_of: Some("other".into()), ..expect() }, &empty, &empty), Ok(()));
    }
}
