//! Our own accept loop: header, body and idle time-outs, a limit on connections, a graceful stop.

mod head;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use head::{Seen, Watched};
use http::header::{CONNECTION, EXPECT, TRANSFER_ENCODING};
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::fault::{Fault, Speaks};
use crate::limits::BODY_MAX_BYTES;

/// How long a client may take to send its request head, and how long a connection may stay silent between requests.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send its body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an open request may take to finish when the server stops.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// How much of a body that is too large is still read, and dropped, before it is refused.
const READ_OFF_MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most connections at the same time.
pub const CONNECTIONS_MAX: usize = 4_096;
/// The largest request head, in bytes: a token and a long search fit, a flood does not.
pub const HEAD_MAX_BYTES: usize = 64 * 1024;

/// Serves a router until `stop` says true, then lets open requests finish.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut open = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted.map(|(stream, _)| stream),
            () = told(&mut stop) => break,
        };
        while open.try_join_next().is_some() {}
        let Ok(stream) = stream else {
            // Out of file descriptors, mostly: give the others time to finish.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let (router, mut stop) = (router.clone(), stop.clone());
        open.spawn(async move {
            let seen = Seen::default();
            let stream = Watched::new(stream, seen.clone());
            let service = service_fn(move |request| answered(router.clone(), request, seen.clone()));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .max_header_size(HEAD_MAX_BYTES)
                .max_buf_size(HEAD_MAX_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = told(&mut stop) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, async { while open.join_next().await.is_some() {} }).await;
    open.shutdown().await;
}

/// Waits until the stop was told, or its teller is gone.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn answered(router: Router, request: Request<Incoming>, seen: Seen) -> Result<Response, Infallible> {
    let two_lengths = request.headers().contains_key(TRANSFER_ENCODING) && !seen.states_one_length(request.method());
    let answer = if two_lengths {
        (StatusCode::BAD_REQUEST, [(CONNECTION, HeaderValue::from_static("close"))]).into_response()
    } else {
        one(router, request).await
    };
    seen.forget();
    Ok(answer)
}

async fn one(router: Router, request: Request<Incoming>) -> Response {
    let (head, mut body) = request.into_parts();
    let speaks = Speaks::of(head.uri.path());
    if let Some(declared) = declared_length(&head.headers).filter(|length| *length > BODY_MAX_BYTES) {
        // Whoever waits for leave to send, or sends without end, hears the answer at once.
        if declared <= READ_OFF_MAX_BYTES && !head.headers.contains_key(EXPECT) {
            read_off(&mut body).await;
        }
        return speaks.say(&Fault::TooLarge);
    }
    let whole = http_body_util::Limited::new(&mut body, BODY_MAX_BYTES).collect();
    let bytes = match tokio::time::timeout(BODY_TIMEOUT, whole).await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            read_off(&mut body).await;
            return speaks.say(&Fault::TooLarge);
        }
        Ok(Err(_)) => return StatusCode::BAD_REQUEST.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let answer = router.oneshot(Request::from_parts(head, Body::from(bytes))).await;
    answer.unwrap_or_else(|never| match never {})
}

/// Lets a client say the rest of what is too large, and keeps none of it: to close while it still talks resets the
/// connection, and the answer is lost on the way (RFC 9112 §9.6).
async fn read_off(body: &mut Incoming) {
    let rest = async {
        let mut size = 0;
        while let Some(Ok(frame)) = body.frame().await {
            size += frame.data_ref().map_or(0, |data| data.len());
            if size > READ_OFF_MAX_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(BODY_TIMEOUT, rest).await;
}

fn declared_length(headers: &http::HeaderMap) -> Option<usize> {
    headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
