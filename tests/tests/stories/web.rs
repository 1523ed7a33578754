//! HTTP as it goes over the wire: one request on a connection of its own, and the exact bytes of its answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const FHIR_JSON: (&str, &str) = ("content-type", "application/fhir+json");

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In their order, names in lower case, without `date`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("an answer that is not UTF-8")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.whole()))
    }

    /// Everything the asker sees, with the words of the question itself blanked where the answer repeats them.
    pub(crate) fn blanked(&self, asked: &[&str]) -> String {
        asked.iter().fold(self.whole(), |seen, word| seen.replace(word, "ASKED"))
    }

    pub(crate) fn whole(&self) -> String {
        let headers: Vec<String> = self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{}\n{}\n\n{}", self.status, headers.join("\n"), String::from_utf8_lossy(&self.body))
    }

    /// Checks the status and goes on.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.whole());
        self
    }
}

pub(crate) fn connect(door: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(door).unwrap_or_else(|error| panic!("nobody answers at {door}: {error}"));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

pub(crate) fn get(door: SocketAddr, path: &str) -> Answer {
    call(door, "GET", path, &[], b"")
}

pub(crate) fn call(door: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {door}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method == "POST" || method == "PUT" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    let mut request = format!("{head}\r\n").into_bytes();
    request.extend_from_slice(body);
    let mut stream = connect(door);
    stream.write_all(&request).unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    parse(&raw, method).unwrap_or_else(|| panic!("{method} {path}: not an answer: {}", String::from_utf8_lossy(&raw)))
}

/// Reads one whole answer.
pub(crate) fn parse(raw: &[u8], method: &str) -> Option<Answer> {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&raw[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()?;
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let pairs = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = pairs.filter(|(name, _)| name != "date").collect();
    let answer = Answer { status, headers, body: raw[end + 4..].to_vec() };
    assert_eq!(answer.header("transfer-encoding"), None, "answers have a length");
    let length = answer.header("content-length").map(|length| length.parse::<usize>().unwrap());
    let whole = method == "HEAD" || length.is_none_or(|length| length == answer.body.len());
    whole.then_some(answer)
}

/// A form, as browsers write it.
pub(crate) fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    let encoded: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    encoded.join("&").into_bytes()
}

pub(crate) fn percent(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The value of a parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let (_, value) = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
    assert!(!value.contains(['%', '+']), "not needed yet: {value}");
    Some(value.to_owned())
}
