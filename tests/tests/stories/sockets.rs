//! The accept loop over real sockets: slow, silent, oversized, contradictory and foreign speech (E01, E02, D03, D18,
//! A16). After each of them the house answers others.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::house::Ground;
use crate::web::{self, FHIR_JSON, JSON};

const MIB: usize = 1024 * 1024;

/// Says something and listens until the other side hangs up or is silent for a while.
fn say(door: SocketAddr, words: &[u8]) -> String {
    let mut stream = web::connect(door);
    stream.set_read_timeout(Some(Duration::from_millis(800))).unwrap();
    stream.write_all(words).unwrap();
    let mut heard = Vec::new();
    let ended = stream.read_to_end(&mut heard);
    assert!(ended.is_ok() || !heard.is_empty(), "neither an answer nor an end: {ended:?}");
    String::from_utf8_lossy(&heard).into_owned()
}

/// The status lines of all answers on one connection.
fn statuses(heard: &str) -> Vec<&str> {
    heard.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect()
}

#[track_caller]
fn still_answers(door: SocketAddr) {
    web::get(door, "/fhir/metadata").is(200);
}

/// How long until the other side hangs up, and what it said before.
fn until_closed(door: SocketAddr, words: &[u8], drip: Option<&[u8]>) -> (Duration, String) {
    let mut stream = web::connect(door);
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream.write_all(words).unwrap();
    let (begun, mut heard, mut piece) = (Instant::now(), Vec::new(), [0; 4096]);
    while begun.elapsed() < Duration::from_secs(50) {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                if let Some(byte) = drip {
                    let _ = stream.write_all(byte);
                }
            }
            Err(_) => break,
        }
    }
    (begun.elapsed(), String::from_utf8_lossy(&heard).into_owned())
}

/// What it is, what is said first, what is said then every half second, and after how many seconds it is left.
type Slow = (&'static str, &'static [u8], Option<&'static [u8]>, u64);

#[test]
fn e01_whoever_is_slow_or_silent_is_left_and_others_are_answered_meanwhile() {
    let ground = Ground::configured();
    let house = ground.serve("info");
    let door = house.doors;
    let slow_body = b"POST /plans HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{";
    let cases: [Slow; 5] = [
        ("a silent connection", b"", None, 10),
        ("half a head", b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Slow: ", None, 10),
        ("a head that drips", b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Slow: ", Some(b"a"), 10),
        ("silence after an answer", b"GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n", None, 10),
        ("a body that drips", slow_body, Some(b" "), 30),
    ];
    std::thread::scope(|scope| {
        let slow = cases.map(|(what, words, drip, seconds)| {
            scope.spawn(move || (what, until_closed(door, words, drip), Duration::from_secs(seconds)))
        });
        for _ in 0..20 {
            let begun = Instant::now();
            still_answers(door);
            assert!(begun.elapsed() < Duration::from_secs(5), "others wait {:?}", begun.elapsed());
            std::thread::sleep(Duration::from_millis(200));
        }
        for thread in slow {
            let (what, (took, heard), limit) = thread.join().unwrap();
            assert!(took > limit - Duration::from_secs(2), "{what}: left after {took:?}");
            assert!(took < limit + Duration::from_secs(8), "{what}: left only after {took:?}");
            match what {
                "silence after an answer" => assert_eq!(statuses(&heard), ["200"], "{what}: {heard}"),
                "a body that drips" => assert_eq!(statuses(&heard), ["408"], "{what}: {heard}"),
                _ => assert!(heard.is_empty() || statuses(&heard) == ["408"], "{what}: {heard}"),
            }
        }
    });
    still_answers(door);
    house.stop();
}

#[test]
fn e01_hundreds_of_silent_connections_keep_nobody_out() {
    let ground = Ground::configured();
    let house = ground.serve("info");
    let silent: Vec<_> = (0..600).map(|_| web::connect(house.doors)).collect();
    let begun = Instant::now();
    still_answers(house.doors);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(silent);
    still_answers(house.doors);
}

#[test]
fn d03_what_is_too_large_is_refused_as_too_large() {
    let ground = Ground::configured();
    let house = ground.serve("info");
    let door = house.doors;
    let large = vec![b' '; 2 * MIB + 1];
    for (path, kind) in
        [("/plans", JSON), ("/fhir", FHIR_JSON), ("/oauth/token", web::FORM), ("/me/sign-in", web::FORM)]
    {
        let answer = web::call(door, "POST", path, &[kind], &large);
        assert_eq!(answer.status, 413, "{path}: {}", answer.whole());
    }
    let head = format!("POST /plans HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", 1024 * MIB);
    assert_eq!(statuses(&say(door, head.as_bytes())), ["413"], "what says how large it is need not be sent");
    let mut chunked = b"POST /plans HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..50 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&vec![b' '; 0x10000]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(statuses(&say(door, &chunked)), ["413"], "nor is a length that is not said beforehand believed");
    let mut waits = web::connect(door);
    let head =
        format!("POST /plans HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n", 3 * MIB);
    waits.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 12];
    waits.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 413", "whoever asks before sending need not send");
    let fits = web::call(door, "POST", "/plans", &[JSON], &large[..2 * MIB]);
    assert_eq!(fits.status, 401, "2 MiB are taken, if only to ask for a token");

    let long = "a".repeat(64 * 1024);
    let header = say(door, format!("GET /fhir/metadata HTTP/1.1\r\nHost: x\r\nX-Long: {long}\r\n\r\n").as_bytes());
    assert_eq!(statuses(&header), ["431"]);
    let address = say(door, format!("GET /fhir/metadata?{long} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    assert!(["414", "431"].contains(&statuses(&address)[0]), "{address}");
    let many: String = (0..1_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let many = say(door, format!("GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes());
    assert_eq!(statuses(&many), ["431"]);
    let token = "a".repeat(16 * 1024);
    let bearer = format!("Bearer {token}");
    assert_eq!(web::call(door, "GET", "/plans", &[("authorization", &bearer)], b"").status, 401);
    still_answers(door);
    house.stop();
}

#[test]
fn d18_a_request_that_can_be_read_in_two_ways_is_refused() {
    let ground = Ground::configured();
    let house = ground.serve("info");
    let door = house.doors;
    let chunked = "Transfer-Encoding: chunked\r\n";
    let hidden = "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n";
    let length = format!("Content-Length: {}\r\n", hidden.len() + 5);
    let both = [format!("{length}{chunked}"), format!("{chunked}{length}"), format!("{chunked}content-length: 0\r\n")];
    for fields in both {
        let heard = say(door, format!("POST /plans HTTP/1.1\r\nHost: x\r\n{fields}\r\n0\r\n\r\n{hidden}").as_bytes());
        assert_eq!(statuses(&heard), ["400"], "{fields}: {heard}");
        let behind = format!(
            "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\nPOST /plans HTTP/1.1\r\nHost: x\r\n{fields}\r\n0\r\n\r\n{hidden}"
        );
        assert_eq!(statuses(&say(door, behind.as_bytes())), ["200", "400"], "behind another: {fields}");
    }
    for fields in [
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: 1, 2\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X-Folded: a\r\n b\r\nContent-Length: 1\r\n",
        "X-Null: a\0b\r\n",
        "X-Return: a\rTransfer-Encoding: chunked\r\n",
        "no colon\r\n",
    ] {
        let heard = say(door, format!("POST /plans HTTP/1.1\r\nHost: x\r\n{fields}\r\n{hidden}").as_bytes());
        assert!(["400", "413"].contains(&statuses(&heard)[0]), "{fields:?}: {heard}");
        assert_eq!(statuses(&heard).len(), 1, "nothing after it is read: {fields:?}: {heard}");
    }
    let alone = say(door, format!("POST /plans HTTP/1.1\r\nHost: x\r\n{chunked}\r\n2\r\n{{}}\r\n0\r\n\r\n").as_bytes());
    assert_eq!(statuses(&alone), ["401"], "chunked alone is HTTP as it should be: {alone}");
    still_answers(door);
    house.stop();
}

#[test]
fn a16_foreign_methods_forms_and_protocols_are_refused() {
    let ground = Ground::configured();
    let house = ground.serve("info");
    let door = house.doors;
    for method in ["TRACE", "CONNECT", "DELETE", "PATCH", "PROPFIND"] {
        for path in ["/fhir/metadata", "/plans", "/me", "/oauth/token"] {
            let answer = web::call(door, method, path, &[("x-secret", "echo-me")], b"");
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.whole());
            assert!(!answer.whole().contains("echo-me"), "{method} {path}: {}", answer.whole());
        }
    }
    let override_ = [("x-http-method-override", "DELETE"), ("x-http-method", "PUT"), ("x-method-override", "TRACE")];
    web::call(door, "GET", "/fhir/metadata", &override_, b"").is(200);

    for address in ["http://elsewhere.example/fhir/metadata", "https://plans.example.org/fhir/metadata"] {
        let heard = say(door, format!("GET {address} HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n").as_bytes());
        assert!(["200", "400"].contains(&statuses(&heard)[0]), "{heard}");
        assert!(!heard.contains("elsewhere.example"), "no name of the asker's stands in an answer: {heard}");
    }
    let heard = say(door, b"GET http://elsewhere.example/plans HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(statuses(&heard), ["401"], "the whole address changes no rule: {heard}");
    for nonsense in
        ["GET * HTTP/1.1", "GET fhir/metadata HTTP/1.1", "GET /fhir/../metadata HTTP/1.1", "OPTIONS * HTTP/1.1"]
    {
        let heard = say(door, format!("{nonsense}\r\nHost: x\r\n\r\n").as_bytes());
        assert!(statuses(&heard)[0].starts_with('4'), "{nonsense}: {heard}");
    }

    let preface = say(door, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    assert!(statuses(&preface).iter().all(|status| *status == "400"), "E02, HTTP/2 is refused at once: {preface}");
    let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    let heard = say(door, format!("GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n").as_bytes());
    assert_eq!(statuses(&heard), ["200"], "an upgrade is not taken: {heard}");
    for noise in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"\0\0\0\0\0\0\0\0", b"SSH-2.0-x\r\n", &[0xff; 4096]]
    {
        let heard = say(door, noise);
        assert!(statuses(&heard).iter().all(|status| *status == "400"), "{heard}");
    }
    still_answers(door);
    house.stop();
}

#[test]
fn junk_behind_a_request_spoils_nothing_in_front_of_it() {
    let ground = Ground::configured();
    let house = ground.serve("info");
    let door = house.doors;
    let good = "GET /fhir/metadata HTTP/1.1\r\nHost: x\r\n\r\n";
    let three = say(door, good.repeat(3).as_bytes());
    assert_eq!(statuses(&three), ["200", "200", "200"], "pipelining is HTTP/1.1");
    let junk = say(door, format!("{good}\u{1}\u{2} junk \u{3}\r\n\r\n{good}").as_bytes());
    assert_eq!(statuses(&junk), ["200", "400"], "{junk}");
    let ends = say(door, format!("{good}GET /fhir/meta").as_bytes());
    assert_eq!(statuses(&ends)[0], "200", "{ends}");
    still_answers(door);
    house.stop();
    let log = std::fs::read_to_string(ground.path("log")).unwrap();
    assert!(
        log.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()),
        "each line is whole: {log}"
    );
}
