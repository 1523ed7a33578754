//! A person in a browser without script: follows links, fills in the forms that the page has, and nothing else.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::web::{self, Answer, FORM, form};

pub(crate) struct Browser {
    door: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// A page, with the forms on it.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// Where the browser was sent when that is another site.
    pub(crate) left_to: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Form {
    action: String,
    /// Hidden fields, and boxes that are ticked.
    fields: Vec<(String, String)>,
    boxes: Vec<(String, String)>,
}

impl Browser {
    pub(crate) fn new(door: SocketAddr) -> Self {
        Self { door, cookies: BTreeMap::new() }
    }

    /// Opens an address of the house, whatever name the house has in it.
    pub(crate) fn open(&mut self, address: &str) -> Page {
        let path = local(address);
        let answer = self.send("GET", &path, b"");
        self.follow(answer)
    }

    /// Sends a form with a button of it pressed.
    pub(crate) fn press(&mut self, form_of_page: &Form, button: Option<(&str, &str)>) -> Page {
        let fields = form_of_page.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<(&str, &str)> = fields.chain(button).collect();
        let answer = self.send("POST", &form_of_page.action, &form(&fields));
        self.follow(answer)
    }

    /// The values of the cookies it holds.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.cookies.values().cloned().collect()
    }

    fn send(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("sec-fetch-site", "same-origin")];
        headers.extend((!cookies.is_empty()).then_some(("cookie", cookies.as_str())));
        headers.extend((method == "POST").then_some(FORM));
        let answer = web::call(self.door, method, path, &headers, body);
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    fn follow(&mut self, first: Answer) -> Page {
        let mut answer = first;
        for _ in 0..5 {
            let Some(to) = answer.header("location").map(str::to_owned) else { break };
            if !to.starts_with('/') {
                return Page { status: answer.status, text: String::new(), left_to: Some(to) };
            }
            answer = self.send("GET", &to, b"");
        }
        Page { status: answer.status, text: answer.text().to_owned(), left_to: None }
    }
}

/// Path and query of an address.
fn local(address: &str) -> String {
    let Some((_, rest)) = address.split_once("://") else { return address.to_owned() };
    rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
}

impl Page {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    /// The form that posts to an address with this end.
    #[track_caller]
    pub(crate) fn form(&self, end: &str) -> Form {
        let forms = self.text.split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        let found = forms.map(read_form).find(|form| form.action.ends_with(end));
        found.unwrap_or_else(|| panic!("no form posts to …{end}: {}", self.text))
    }

    /// Where the link with these words leads.
    #[track_caller]
    pub(crate) fn link(&self, words: &str) -> String {
        let mut links = self.text.split("<a ").skip(1);
        let link = links.find(|link| link.split("</a>").next().unwrap().contains(words));
        attribute(link.unwrap_or_else(|| panic!("no link {words}: {}", self.text)), "href").unwrap()
    }

    /// What stands between two pieces of the page, each time.
    pub(crate) fn between(&self, begin: &str, end: &str) -> Vec<String> {
        self.text.split(begin).skip(1).map(|rest| rest.split(end).next().unwrap().to_owned()).collect()
    }

    /// The words of the page, without its markup.
    pub(crate) fn words(&self) -> String {
        let main = self.text.split("<main").nth(1).unwrap_or(&self.text);
        let pieces = main.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        let joined: String = pieces.collect::<Vec<_>>().join(" ");
        unescape(&joined.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Form {
    #[track_caller]
    pub(crate) fn tick(mut self, name: &str, value: &str) -> Self {
        let pair = (name.to_owned(), value.to_owned());
        assert!(self.boxes.contains(&pair), "no box {name}={value}: {:?}", self.boxes);
        self.fields.retain(|field| *field != pair);
        self.fields.push(pair);
        self
    }

    pub(crate) fn tick_all(mut self) -> Self {
        self.fields.retain(|field| !self.boxes.contains(field));
        self.fields.extend(self.boxes.iter().cloned());
        self
    }

    /// With this written into a field.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The values of the boxes of this name.
    pub(crate) fn choices(&self, name: &str) -> Vec<&str> {
        self.boxes.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }
}

fn read_form(html: &str) -> Form {
    let mut form = Form { action: attribute(html, "action").unwrap(), fields: Vec::new(), boxes: Vec::new() };
    for input in html.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let Some(pair) = attribute(input, "name").zip(attribute(input, "value")) else { continue };
        if attribute(input, "type").as_deref() == Some("checkbox") {
            form.boxes.push(pair.clone());
            if !input.ends_with(" checked") {
                continue;
            }
        }
        form.fields.push(pair);
    }
    form
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let (_, rest) = format!(" {tag}").split_once(&format!(" {name}=\"")).map(|(a, b)| (a.to_owned(), b.to_owned()))?;
    Some(unescape(rest.split('"').next()?))
}

fn unescape(text: &str) -> String {
    [("&#34;", "\""), ("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&#38;", "&"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (coded, plain)| text.replace(coded, plain))
}
