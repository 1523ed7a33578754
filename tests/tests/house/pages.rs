//! Every page of the person's door, with every visitor and every method (A01, A16).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use sayso_auth::Place;
use sayso_consent::Themselves;
use sayso_exchange::sharing::Choice;
use sayso_pages::{Operator, Pages, Policy, RouteInfo, router, routes};
use sayso_plan::{PersonId, Section, SupporterId};
use sayso_tests::world::BASE;
use tower::ServiceExt;

use crate::home::{HER_WORDS, Home, app, riverside};
use crate::supporters::{cookie_of, opens, supporter};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

/// An answer of a page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
    pub(crate) headers: http::HeaderMap,
}

/// Who runs the house of these tests.
pub(crate) fn operator() -> Operator {
    Operator {
        name: "Lamplight Trust".into(),
        contact: "The privacy desk".into(),
        address: "12 Harbour Row, Portwell".into(),
        country: "GB".into(),
        email: "privacy@lamplight.test".into(),
        phone: "+44 1632 960123".into(),
        website: "https://lamplight.test".into(),
        privacy_policy: "https://lamplight.test/privacy".into(),
        jurisdiction: "GB-SCT".into(),
    }
}

pub(crate) async fn visit(home: &Home, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
    let pages = Pages::new(home.world.exchange.clone(), Place::at(BASE).unwrap()).run_by(operator());
    let pages = router(pages);
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = pages.oneshot(request.body(Full::<Bytes>::from(body.to_owned())).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    let location = head.headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    Page { status: head.status.as_u16(), location, text, headers: head.headers }
}

fn is_sent_to_sign_in(page: &Page) -> bool {
    page.status == 303 && page.location.starts_with("/me/sign-in")
}

pub(crate) async fn cookie(home: &Home, person: PersonId) -> String {
    let once = home.world.exchange.invite(person).await.unwrap();
    let session = home.world.exchange.sign_in_by_link(once.expose()).await.unwrap();
    format!("{}={}", sayso_auth::sign_in::cookie_name(&Place::at(BASE).unwrap()), session.cookie())
}

/// Those who come, beside strangers: two persons, a supporter of Ama's to whom what helps is open, and one who may also take
/// away in her name.
struct Visitors {
    ama: String,
    bea: String,
    kofi: SupporterId,
    supporter: String,
    delegate: String,
}

impl Visitors {
    async fn of(home: &Home) -> Self {
        let (kofi, supporter) = supporter(home, home.ama, "kofi").await;
        let (joyce, delegate) = crate::supporters::supporter(home, home.ama, "joyce").await;
        let some = Choice { sections: [Section::Helps].into(), ..Choice::default() };
        opens(home, kofi, &some).await;
        let _ = home.world.exchange.delegate(Themselves::signed_in(home.ama), joyce, 30).await.unwrap();
        let (ama, bea) = (cookie(home, home.ama).await, cookie(home, home.bea).await);
        Self { ama, bea, kofi, supporter: cookie_of(&supporter), delegate: cookie_of(&delegate) }
    }
}

/// The address of a row. A row with a place that nothing here fills fails the test.
fn address(home: &Home, visitors: &Visitors, receipt: &str, row: &RouteInfo) -> String {
    let filled = row
        .path
        .replace("{plan}", &home.plan.to_string())
        .replace("{receipt}", receipt)
        .replace("{client}", &app().to_string())
        .replace("{organization}", &riverside().to_string())
        .replace("{purpose}", "TREAT")
        .replace("{supporter}", &visitors.kofi.to_string())
        .replace("{consent}", "00000000-0000-4000-8000-0000000000cc")
        .replace("{*rest}", "nothing/here");
    assert!(!filled.contains('{'), "say what stands for the place in {}", row.path);
    filled
}

/// The id of a receipt of Ama's.
async fn receipt(home: &Home) -> String {
    let own = home.world.exchange.consent_receipts(Themselves::signed_in(home.ama), None, 1).await.unwrap();
    own.0[0].id.to_string()
}

#[tokio::test]
async fn a01_pages_are_shown_to_the_person_alone() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let visitors = Visitors::of(&home).await;
    let (ama, bea) = (&visitors.ama, &visitors.bea);
    let bearer = format!("Bearer {}", home.app_of(home.ama, "patient/*.cruds").await);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let receipt = receipt(&home).await;
    let mut cells = 0;
    // The file of a receipt stands under its page.
    let files = routes().into_iter().filter(|row| row.path.ends_with("{receipt}"));
    let files = files.map(|row| RouteInfo { path: format!("{}.json", row.path), ..row });
    for row in routes().into_iter().chain(files) {
        let (method, path) = (row.method.as_str(), address(&home, &visitors, &receipt, &row));
        let strangers: [&[(&str, &str)]; 5] = [
            &[form],
            &[form, ("authorization", &bearer)],
            &[form, ("cookie", "__Host-sayso=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
            &[form, ("cookie", &format!("{ama}; {bea}"))],
            &[form, ("cookie", &format!("{}; {}", visitors.supporter, visitors.delegate))],
        ];
        for headers in strangers {
            let page = visit(&home, method, &path, headers, "form=x").await;
            let cell = format!("{method} {path} by a stranger: {page:?}");
            assert!(page.status < 500 && !page.text.contains(HER_WORDS), "{cell}");
            if row.policy != Policy::Open {
                assert!(is_sent_to_sign_in(&page), "{cell}");
            }
            cells += 1;
        }
        let with = [Policy::Supporter, Policy::SupporterForm].contains(&row.policy);
        for (who, cookie) in [("Kofi", &visitors.supporter), ("Joyce", &visitors.delegate)] {
            let page = visit(&home, method, &path, &[form, ("cookie", cookie)], "form=forged").await;
            let cell = format!("{method} {path} by {who}: {page:?}");
            match row.policy {
                Policy::Open => assert!(page.status < 500, "{cell}"),
                Policy::SignedIn | Policy::SignedInForm => assert!(is_sent_to_sign_in(&page), "{cell}"),
                Policy::SupporterForm => assert_eq!(page.status, 403, "{cell}"),
                Policy::Supporter if ["/with", "/with/account"].contains(&row.path.as_str()) => {
                    assert_eq!(page.status, 200, "{cell}");
                }
                // What Ama opened to Kofi is his alone, and he may take nothing away; her plan is no document.
                Policy::Supporter => {
                    let his = who == "Kofi" && row.path == "/with/{supporter}";
                    assert_eq!(page.status, if his { 200 } else { 404 }, "{cell}");
                }
            }
            assert!(!page.text.contains(HER_WORDS), "{cell}");
            cells += 1;
        }
        for (who, cookie) in [("Ama", ama), ("Bea", bea)] {
            let page = visit(&home, method, &path, &[form, ("cookie", cookie)], "form=forged").await;
            let cell = format!("{method} {path} by {who}: {page:?}");
            let kofis = path.contains(&visitors.kofi.to_string());
            let hers = kofis || path.contains(&home.plan.to_string()) || path.contains(&receipt);
            match row.policy {
                _ if with => assert!(is_sent_to_sign_in(&page), "{cell}"),
                Policy::Open => assert!(page.status < 500, "{cell}"),
                Policy::SignedInForm => assert_eq!(page.status, 403, "{cell}"),
                // Her plan has no document of its own.
                Policy::SignedIn if path.ends_with("/document") => assert_eq!(page.status, 404, "{cell}"),
                Policy::SignedIn if hers && who == "Bea" => assert_eq!(page.status, 404, "{cell}"),
                Policy::SignedIn => assert_eq!(page.status, 200, "{cell}"),
                Policy::Supporter | Policy::SupporterForm => {}
            }
            assert!(who == "Ama" || !page.text.contains(HER_WORDS), "{cell}");
            cells += 1;
        }
    }
    println!("{cells} cells");
}

#[tokio::test]
async fn a16_methods_that_a_page_does_not_know_are_refused() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let visitors = Visitors::of(&home).await;
    let receipt = receipt(&home).await;
    let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for row in routes() {
        let methods = known.entry(address(&home, &visitors, &receipt, &row)).or_default();
        match row.method.as_str() {
            "GET" => methods.extend(["GET", "HEAD"]),
            "POST" => drop(methods.insert("POST")),
            other => panic!("say what to expect of {other}"),
        }
    }
    for (path, methods) in &known {
        for method in METHODS.into_iter().filter(|method| !methods.contains(method)) {
            let page =
                visit(&home, method, path, &[("cookie", &format!("{}; {}", visitors.ama, visitors.supporter))], "")
                    .await;
            assert_eq!(page.status, 405, "{method} {path}: {page:?}");
        }
    }
}
