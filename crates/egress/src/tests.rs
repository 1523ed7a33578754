//! The policy against addresses, and the limits against a local server that misbehaves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use time::Duration;
use time::macros::datetime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);
const OPEN: Policy = Policy { private_networks: true };
const CLOSED: Policy = Policy { private_networks: false };

/// A server that gives every caller the same bytes, then closes, or stays silent when there are none.
async fn server(answer: Vec<u8>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = caller.read(&mut request).await;
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _ = caller.write_all(&answer).await;
            });
        }
    });
    (address, asked)
}

fn ok(headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn a_document_is_fetched_and_kept_as_long_as_it_says() {
    let (address, asked) = server(ok("cache-control: public, max-age=60\r\n", "{}")).await;
    let (egress, url) = (Egress::new(OPEN), format!("http://{address}/jwks"));
    for (after, times) in [(0, 1), (59, 1), (60, 2)] {
        let body = egress.fetch_json(&url, NOW + Duration::seconds(after)).await;
        assert_eq!(body.as_deref(), Ok(&b"{}"[..]));
        assert_eq!(asked.load(Ordering::SeqCst), times, "{after}");
    }
}

#[tokio::test]
async fn b12_a_newer_document_is_asked_for_but_not_at_any_rate() {
    let (address, asked) = server(ok("", "{}")).await;
    let (egress, url) = (Egress::new(OPEN), format!("http://localhost:{}/jwks", address.port()));
    for (after, times) in [(0, 1), (9, 1), (10, 2), (11, 2)] {
        assert!(egress.refetch_json(&url, NOW + Duration::seconds(after)).await.is_ok());
        assert_eq!(asked.load(Ordering::SeqCst), times, "{after}");
    }
}

#[tokio::test]
async fn b12_a_kept_document_survives_an_outage_until_its_time_is_over() {
    let cache = Cache::default();
    let good = fetch::Fetched { body: Bytes::from_static(b"{}"), keep_seconds: 60 };
    assert!(cache.put("u", Ok(good), NOW).is_ok());
    assert!(cache.put("u", Err(EgressFault::Slow), NOW + Duration::seconds(30)).is_ok());
    assert_eq!(cache.put("u", Err(EgressFault::Slow), NOW + Duration::seconds(60)), Err(EgressFault::Slow));
}

#[tokio::test]
async fn oa27_a_failure_is_remembered_for_a_while() {
    let (address, asked) = server(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
    let (egress, url) = (Egress::new(OPEN), format!("http://{address}/"));
    for (after, times) in [(0, 1), (9, 1), (10, 2)] {
        assert_eq!(egress.fetch_json(&url, NOW + Duration::seconds(after)).await, Err(EgressFault::Status));
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
}

#[tokio::test]
async fn oa10_d12_a_redirect_is_not_followed() {
    let (target, asked) = server(ok("", "{}")).await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let redirect = format!("HTTP/1.1 {status}\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
        let (address, _) = server(redirect.into_bytes()).await;
        let answer = Egress::new(OPEN).fetch_json(&format!("http://{address}/"), NOW).await;
        assert_eq!(answer, Err(EgressFault::Status), "{status}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn oa10_b12_an_answer_that_is_too_large_is_refused_announced_or_not() {
    let large = "x".repeat(ANSWER_MAX_BYTES + 1);
    let unannounced = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{large}");
    let endless = b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n".to_vec();
    for answer in [ok("", &large), unannounced.into_bytes(), endless] {
        let (address, _) = server(answer).await;
        let answer = Egress::new(OPEN).fetch_json(&format!("http://{address}/"), NOW).await;
        assert_eq!(answer, Err(EgressFault::TooLarge));
    }
    let (address, _) = server(ok("", &"x".repeat(ANSWER_MAX_BYTES))).await;
    assert!(Egress::new(OPEN).fetch_json(&format!("http://{address}/"), NOW).await.is_ok());
}

#[tokio::test]
async fn oa10_a_slow_host_is_given_up_and_a_broken_one_too() {
    let (silent, _) = server(Vec::new()).await;
    let (broken, _) = server(b"nonsense\r\n\r\n".to_vec()).await;
    let egress = Egress::new(OPEN);
    let (silent, broken) = (format!("http://{silent}/"), format!("http://{broken}/"));
    let began = tokio::time::Instant::now();
    let (slow, nonsense) = tokio::join!(egress.fetch_json(&silent, NOW), egress.fetch_json(&broken, NOW));
    assert_eq!((slow, nonsense), (Err(EgressFault::Slow), Err(EgressFault::Unreachable)));
    assert!(began.elapsed().as_secs() <= FETCH_MAX_SECONDS + 1);
}

#[tokio::test]
async fn oa10_d12_nothing_goes_to_private_networks_unless_the_operator_allows_it() {
    let (address, asked) = server(ok("", "{}")).await;
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "2130706433", "0x7f.1"] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/", address.port());
            let refused = Egress::new(CLOSED).fetch_json(&url, NOW).await;
            assert!(matches!(refused, Err(EgressFault::Address | EgressFault::Private)), "{url} {refused:?}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn only_plain_https_addresses_are_asked() {
    for bad in [
        "http://app.example/",
        "http://192.168.0.1/",
        "file:///etc/passwd",
        "ftp://app.example/",
        "https://user@app.example/",
        "https://app.example/#x",
        "https://",
        "//app.example",
        "",
    ] {
        assert_eq!(OPEN.check(bad).err(), Some(EgressFault::Address), "{bad}");
    }
    assert!(CLOSED.check("https://app.example/jwks?x=1").is_ok());
    assert_eq!(CLOSED.check("http://localhost/").err(), Some(EgressFault::Address));
}

#[test]
fn oa10_special_addresses_are_known() {
    let private =
        ["127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"];
    let mapped = ["::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"];
    let never = [
        "0.0.0.0",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "203.0.113.1",
        "::",
        "fe80::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fec0::1",
    ];
    let public = ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"];
    for (list, open, closed) in
        [(&private[..], true, false), (&mapped, true, false), (&never, false, false), (&public, true, true)]
    {
        for ip in list {
            let ip = ip.parse().unwrap();
            assert_eq!((OPEN.check_ip(ip).is_ok(), CLOSED.check_ip(ip).is_ok()), (open, closed), "{ip}");
        }
    }
}

#[test]
fn how_long_is_read_from_the_header_within_bounds() {
    for (header, seconds) in [
        (vec![], KEPT_DEFAULT_SECONDS),
        (vec!["max-age=0"], 0),
        (vec!["public, Max-Age=\"60\""], 60),
        (vec!["max-age=99999999"], KEPT_MAX_SECONDS),
        (vec!["max-age=99999999999999999"], 0),
        (vec!["max-age=-1"], 0),
        (vec!["max-age=60", "no-store"], 0),
        (vec!["no-cache"], 0),
        (vec!["public"], KEPT_DEFAULT_SECONDS),
    ] {
        assert_eq!(fetch::keep_seconds(header.iter().copied()), seconds, "{header:?}");
    }
}
