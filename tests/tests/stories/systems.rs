//! What asks: a backend client with its token, and a patient app that the person lets in.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::keys::{challenge, random};
use crate::web::{self, Answer, FHIR_JSON, FORM, JSON, form, parameter, percent};

/// A client with a token.
#[derive(Clone)]
pub(crate) struct System {
    pub(crate) door: SocketAddr,
    pub(crate) token: String,
}

impl System {
    pub(crate) fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [&[("authorization", bearer.as_str())], headers].concat();
        web::call(self.door, method, path, &headers, body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], b"")
    }

    /// Asks to be let in.
    pub(crate) fn ask_to_share(&self, system: &str, value: &str, reason: &str) -> Answer {
        let parameters = json!({"resourceType": "Parameters", "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": system, "value": value}},
            {"name": "purpose", "valueCode": "TREAT"},
            {"name": "reason", "valueString": reason},
        ]});
        self.call("POST", "/fhir/Patient/$ask-to-share", &[FHIR_JSON], parameters.to_string().as_bytes())
    }

    pub(crate) fn put_plan(&self, path: &str, etag: &str, plan: &Value) -> Answer {
        self.call("PUT", path, &[JSON, ("if-match", etag)], plan.to_string().as_bytes())
    }
}

/// A token by `private_key_jwt`.
pub(crate) fn backend(door: SocketAddr, assertion: &str, scopes: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        ("scope", scopes),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    web::call(door, "POST", "/oauth/token", &[FORM], &form(&fields))
}

/// A patient app.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) redirect: String,
    /// The FHIR base, for whom the token is.
    pub(crate) aud: String,
}

/// What the app got, and every secret on the way.
pub(crate) struct LetIn {
    pub(crate) system: System,
    pub(crate) secrets: Vec<String>,
}

impl App {
    /// The person, signed in, allows the app everything it asks: launch, consent page, code, token (SMART, PKCE S256).
    pub(crate) fn let_in(&self, door: SocketAddr, person: &mut Browser) -> LetIn {
        let (verifier, state) = (random(), random());
        let query = format!(
            "response_type=code&client_id={}&redirect_uri={}&scope={}&state={state}&aud={}&code_challenge={}\
             &code_challenge_method=S256",
            self.id,
            percent(&self.redirect),
            percent("launch/patient offline_access patient/*.cruds"),
            percent(&self.aud),
            challenge(&verifier),
        );
        let page = person.open(&format!("/oauth/authorize?{query}")).ok();
        let answered = person.press(&page.form("/oauth/authorize").tick_all(), Some(("decision", "allow")));
        let back = answered.left_to.unwrap_or_else(|| panic!("not sent back to the app: {}", answered.text));
        assert!(back.starts_with(&self.redirect), "{back}");
        assert_eq!(parameter(&back, "state").as_deref(), Some(state.as_str()));
        let code = parameter(&back, "code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", &self.redirect),
            ("client_id", &self.id),
            ("code_verifier", &verifier),
        ];
        let answer = web::call(door, "POST", "/oauth/token", &[FORM], &form(&fields)).is(200).json();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        let system = System { door, token: text("access_token") };
        let secrets = vec![verifier, code, text("access_token"), text("refresh_token")];
        LetIn { system, secrets }
    }
}
