//! One request and its answer, with nothing followed, unpacked or kept on the way.

use std::time::Duration;

use serde_json::Value;

/// How long an answer may take.
const ANSWER_SECONDS: u64 = 30;
/// The largest answer that is looked at, in bytes.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// One request. Its token is held apart, so that it is in nothing that is printed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<(&'static str, String)>,
    /// Who asks, for the report.
    pub(crate) reader: String,
}

/// All that can be seen of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In the order of their names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The client of a run.
pub(crate) fn client() -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(ANSWER_SECONDS));
    client.build().map_err(|why| why.to_string())
}

impl Request {
    /// Asks, with a token or without.
    pub(crate) async fn send(&self, client: &reqwest::Client, token: Option<&str>) -> Result<Answer, String> {
        let method = reqwest::Method::from_bytes(self.method.as_bytes()).map_err(|why| why.to_string())?;
        let mut request = client.request(method, &self.url);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            request = request.header("accept", "application/fhir+json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some((media, body)) = &self.body {
            request = request.header("content-type", *media).body(body.clone());
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let fault = |why: reqwest::Error| format!("no answer to {} {}: {}", self.method, self.url, why.without_url());
        let mut answer = request.send().await.map_err(fault)?;
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut headers: Vec<_> =
            answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        headers.sort();
        let mut body = Vec::new();
        while let Some(more) = answer.chunk().await.map_err(fault)? {
            body.extend_from_slice(&more);
            if body.len() > ANSWER_MAX_BYTES {
                return Err(format!("the answer to {} {} is larger than 16 MiB", self.method, self.url));
            }
        }
        Ok(Answer { status: answer.status().as_u16(), headers, body })
    }

    /// The request as a command that a reader can repeat; the token is named and not told.
    pub(crate) fn curl(&self) -> String {
        let mut words = vec!["curl -si".to_owned()];
        match self.method {
            "GET" => {}
            "HEAD" => words.push("-I".into()),
            other => words.push(format!("-X {other}")),
        }
        if self.reader != "nobody" {
            let name = self.reader.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            words.push(format!("-H \"Authorization: Bearer ${name}_TOKEN\""));
        }
        for (name, value) in &self.headers {
            words.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
        if let Some((media, body)) = &self.body {
            words.push(format!("-H 'Content-Type: {media}' -d {}", quoted(body)));
        }
        words.push(quoted(&self.url));
        words.join(" ")
    }
}

/// For a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether something is shown: 2xx, and where it is a list, entries of what was asked for, or a count of them.
    pub(crate) fn shows(&self) -> bool {
        if !(200..300).contains(&self.status) {
            return self.status == 304;
        }
        let json = self.json();
        if json.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
            return true;
        }
        let is_outcome = |entry: &Value| entry.pointer("/search/mode").and_then(Value::as_str) == Some("outcome");
        let entries = json.get("entry").and_then(Value::as_array);
        let counts = json.get("total").and_then(Value::as_u64).is_some_and(|total| total > 0);
        counts || entries.is_some_and(|entries| !entries.iter().all(is_outcome))
    }

    /// The address that a Bundle links to under this name.
    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let json = self.json();
        let links = json.get("link").and_then(Value::as_array)?;
        let named = |link: &&Value| link.get("relation").and_then(Value::as_str) == Some(relation);
        links.iter().find(named)?.get("url")?.as_str().map(str::to_owned)
    }
}
