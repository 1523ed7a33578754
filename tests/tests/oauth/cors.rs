//! Who may read what from a web page.

use crate::door::{APP_ORIGIN, Door, app};

const ORIGIN: &str = "access-control-allow-origin";

fn preflight(origin: &str) -> [(&str, &str); 3] {
    [("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "authorization")]
}

#[tokio::test]
async fn oa22_any_page_may_read_what_the_server_says_of_itself() {
    let door = Door::open().await;
    for path in ["/fhir/.well-known/smart-configuration", "/.well-known/oauth-authorization-server", "/fhir/metadata"] {
        for origin in ["https://anyone.example", "null"] {
            let answer = door.get(path, &[("origin", origin)]).await;
            assert_eq!((answer.status.as_u16(), answer.header(ORIGIN)), (200, Some("*")), "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn oa22_only_pages_of_registered_apps_may_read_tokens_and_plans() {
    let door = Door::open().await;
    let evil = [
        "https://evil.example",
        "null",
        "https://app.example.evil",
        "http://app.example",
        "https://app.example:444",
        "https://APP.example",
        "",
        "https://app.example/",
    ];
    for path in ["/oauth/token", "/oauth/revoke", "/fhir", "/fhir/CarePlan", "/plans", "/plans/x"] {
        let good = door.send("OPTIONS", path, &preflight(APP_ORIGIN), "").await;
        assert_eq!((good.status.as_u16(), good.header(ORIGIN)), (204, Some(APP_ORIGIN)), "{path}");
        assert_eq!(good.header("access-control-allow-credentials"), None);
        assert!(good.header("vary").unwrap().contains("Origin"));
        let allowed = good.header("access-control-allow-headers").unwrap();
        for name in ["authorization", "content-type", "if-match", "if-none-exist", "idempotency-key", "prefer"] {
            assert!(allowed.contains(name), "{name}");
        }
        for origin in evil {
            let bad = door.send("OPTIONS", path, &preflight(origin), "").await;
            assert_eq!((bad.status.as_u16(), bad.header(ORIGIN)), (403, None), "{path} {origin}");
        }
    }
    let good = door.get("/fhir/CarePlan", &[("origin", APP_ORIGIN)]).await;
    assert_eq!((good.status.as_u16(), good.header(ORIGIN)), (401, Some(APP_ORIGIN)));
    let exposed = good.header("access-control-expose-headers").unwrap();
    assert!(["ETag", "Location", "Last-Modified"].iter().all(|name| exposed.contains(name)));
    let bad = door.get("/fhir/CarePlan", &[("origin", "https://evil.example")]).await;
    assert_eq!((bad.header(ORIGIN), bad.header("vary")), (None, Some("Origin")));
}

#[tokio::test]
async fn oa22_introspection_is_for_no_page_and_a_disabled_app_has_no_origin() {
    let door = Door::open().await;
    let closed = door.send("OPTIONS", "/oauth/introspect", &preflight(APP_ORIGIN), "").await;
    assert_eq!((closed.status.as_u16(), closed.header(ORIGIN)), (403, None));
    door.disable(app()).await;
    let gone = door.send("OPTIONS", "/oauth/token", &preflight(APP_ORIGIN), "").await;
    assert_eq!((gone.status.as_u16(), gone.header(ORIGIN)), (403, None));
}
