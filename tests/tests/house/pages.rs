//! Every page of the person's door, with every visitor and every method (A01, A16).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use sayso_auth::Place;
use sayso_pages::{Pages, Policy, RouteInfo, router, routes};
use sayso_plan::PersonId;
use sayso_tests::world::BASE;
use tower::ServiceExt;

use crate::home::{HER_WORDS, Home, app, riverside};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

/// An answer of a page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
}

pub(crate) async fn visit(home: &Home, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Page {
    let pages = router(Pages::new(home.world.exchange.clone(), Place::at(BASE).unwrap()));
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = pages.oneshot(request.body(Full::<Bytes>::from(body.to_owned())).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    let location = head.headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    Page { status: head.status.as_u16(), location, text }
}

pub(crate) async fn cookie(home: &Home, person: PersonId) -> String {
    let once = home.world.exchange.invite(person).await.unwrap();
    let session = home.world.exchange.sign_in_by_link(once.expose()).await.unwrap();
    format!("{}={}", sayso_auth::sign_in::cookie_name(&Place::at(BASE).unwrap()), session.cookie())
}

/// The address of a row. A row with a place that nothing here fills fails the test.
fn address(home: &Home, row: &RouteInfo) -> String {
    let filled = row
        .path
        .replace("{plan}", &home.plan.to_string())
        .replace("{client}", &app().to_string())
        .replace("{organization}", &riverside().to_string())
        .replace("{consent}", "00000000-0000-4000-8000-0000000000cc")
        .replace("{*rest}", "nothing/here");
    assert!(!filled.contains('{'), "say what stands for the place in {}", row.path);
    filled
}

#[tokio::test]
async fn a01_pages_are_shown_to_the_person_alone() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let (ama, bea) = (cookie(&home, home.ama).await, cookie(&home, home.bea).await);
    let bearer = format!("Bearer {}", home.app_of(home.ama, "patient/*.cruds").await);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let mut cells = 0;
    for row in routes() {
        let (method, path) = (row.method.as_str(), address(&home, &row));
        let strangers: [&[(&str, &str)]; 4] = [
            &[form],
            &[form, ("authorization", &bearer)],
            &[form, ("cookie", "__Host-sayso=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
            &[form, ("cookie", &format!("{ama}; {bea}"))],
        ];
        for headers in strangers {
            let page = visit(&home, method, &path, headers, "form=x").await;
            let cell = format!("{method} {path} by a stranger: {page:?}");
            assert!(page.status < 500 && !page.text.contains(HER_WORDS), "{cell}");
            if row.policy != Policy::Open {
                assert!(page.status == 303 && page.location.starts_with("/me/sign-in"), "{cell}");
            }
            cells += 1;
        }
        for (who, cookie) in [("Ama", &ama), ("Bea", &bea)] {
            let page = visit(&home, method, &path, &[form, ("cookie", cookie)], "form=forged").await;
            let cell = format!("{method} {path} by {who}: {page:?}");
            let hers = path.contains(&home.plan.to_string());
            match row.policy {
                Policy::Open => assert!(page.status < 500, "{cell}"),
                Policy::SignedInForm => assert_eq!(page.status, 403, "{cell}"),
                // Her plan has no document of its own.
                Policy::SignedIn if path.ends_with("/document") => assert_eq!(page.status, 404, "{cell}"),
                Policy::SignedIn if hers && who == "Bea" => assert_eq!(page.status, 404, "{cell}"),
                Policy::SignedIn => assert_eq!(page.status, 200, "{cell}"),
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
    let ama = cookie(&home, home.ama).await;
    let mut known: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for row in routes() {
        let methods = known.entry(address(&home, &row)).or_default();
        match row.method.as_str() {
            "GET" => methods.extend(["GET", "HEAD"]),
            "POST" => drop(methods.insert("POST")),
            other => panic!("say what to expect of {other}"),
        }
    }
    for (path, methods) in &known {
        for method in METHODS.into_iter().filter(|method| !methods.contains(method)) {
            let page = visit(&home, method, path, &[("cookie", &ama)], "").await;
            assert_eq!(page.status, 405, "{method} {path}: {page:?}");
        }
    }
}
