//! One request: resolve, check, pin, ask, read within limits.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CACHE_CONTROL};
use reqwest::redirect;
use url::{Host, Url};

use crate::{ANSWER_MAX_BYTES, EgressFault, FETCH_MAX_SECONDS, KEPT_DEFAULT_SECONDS, KEPT_MAX_SECONDS, Policy};

/// An answer, and how long it may be kept.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) body: Bytes,
    pub(crate) keep_seconds: i64,
}

pub(crate) async fn json(policy: Policy, address: &str) -> Result<Fetched, EgressFault> {
    let url = policy.check(address)?;
    let limit = Duration::from_secs(FETCH_MAX_SECONDS);
    // One limit around everything: a name server can be as slow as a host.
    tokio::time::timeout(limit, ask(policy, url)).await.map_err(|_| EgressFault::Slow)?
}

async fn ask(policy: Policy, url: Url) -> Result<Fetched, EgressFault> {
    let mut client = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .pool_max_idle_per_host(0)
        .user_agent("sayso");
    if let Some(Host::Domain(name)) = url.host() {
        let name = name.to_owned();
        // The connection goes to what was checked here; a second look-up could answer differently (D12, OA10).
        client = client.resolve_to_addrs(&name, &resolve(policy, &name, &url).await?);
    }
    let client = client.build().map_err(|_| EgressFault::Unreachable)?;
    let answer = client.get(url).header(ACCEPT, "application/json").send().await;
    read(answer.map_err(|_| EgressFault::Unreachable)?).await
}

async fn resolve(policy: Policy, name: &str, url: &Url) -> Result<Vec<SocketAddr>, EgressFault> {
    let port = url.port_or_known_default().ok_or(EgressFault::Address)?;
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name, port)).await.map_err(|_| EgressFault::Name)?.collect();
    if found.is_empty() {
        return Err(EgressFault::Name);
    }
    // One private address among public ones is an attempt, not a choice to be made for the host.
    found.iter().try_for_each(|address| policy.check_ip(address.ip()))?;
    Ok(found)
}

async fn read(mut answer: reqwest::Response) -> Result<Fetched, EgressFault> {
    if answer.status() != reqwest::StatusCode::OK {
        return Err(EgressFault::Status);
    }
    let announced = answer.content_length().unwrap_or(0);
    if announced > ANSWER_MAX_BYTES as u64 {
        return Err(EgressFault::TooLarge);
    }
    let control = answer.headers().get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let keep_seconds = keep_seconds(control);
    let mut body = BytesMut::new();
    while let Some(part) = answer.chunk().await.map_err(|_| EgressFault::Unreachable)? {
        if body.len() + part.len() > ANSWER_MAX_BYTES {
            return Err(EgressFault::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(Fetched { body: body.freeze(), keep_seconds })
}

/// How long an answer with these `Cache-Control` headers is kept (RFC 9111 section 5.2.2), within our own bounds.
pub(crate) fn keep_seconds<'v>(headers: impl Iterator<Item = &'v str>) -> i64 {
    let mut seconds = KEPT_DEFAULT_SECONDS;
    for directive in headers.flat_map(|header| header.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return 0,
            // What cannot be read is not kept.
            "max-age" => seconds = value.trim().trim_matches('"').parse::<u32>().map_or(0, i64::from),
            _ => {}
        }
    }
    seconds.min(KEPT_MAX_SECONDS)
}
