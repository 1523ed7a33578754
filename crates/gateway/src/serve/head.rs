//! The head of a request as it came over the wire. The HTTP library drops `Content-Length` where `Transfer-Encoding`
//! stands too, so that nobody behind it can refuse such a request; a proxy in front may have believed the other one
//! (request smuggling, RFC 9112 §11.2).

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::Method;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::HEAD_MAX_BYTES;

/// What one connection has sent since its last request was answered; at most as much as a head may hold.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Vec<u8>>>);

impl Seen {
    /// Whether the request that is read now states how long it is in one way only. A head that is not in sight, because
    /// it came before the answer to the request in front of it, is not trusted.
    pub(super) fn states_one_length(&self, method: &Method) -> bool {
        one_length(&self.bytes(), method)
    }

    /// Forgets what came, once it was answered.
    pub(super) fn forget(&self) {
        *self.bytes() = Vec::new();
    }

    fn add(&self, new: &[u8]) {
        let mut bytes = self.bytes();
        let room = HEAD_MAX_BYTES.saturating_sub(bytes.len()).min(new.len());
        bytes.extend_from_slice(new.get(..room).unwrap_or_default());
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn one_length(seen: &[u8], method: &Method) -> bool {
    let mut lines = seen.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).skip_while(|line| line.is_empty());
    let begins = lines.next().and_then(|line| line.strip_prefix(method.as_str().as_bytes()));
    let fields = lines.take_while(|line| !line.is_empty());
    let named = |line: &[u8], name: &str| line.split(|byte| *byte == b':').next().is_some_and(|n| is(n, name));
    let (mut coded, mut counted) = (false, false);
    for line in fields {
        coded |= named(line, "transfer-encoding");
        counted |= named(line, "content-length");
    }
    begins.is_some_and(|rest| rest.starts_with(b" ")) && coded && !counted
}

fn is(name: &[u8], known: &str) -> bool {
    name.eq_ignore_ascii_case(known.as_bytes())
}

/// A connection that keeps what it read in sight.
pub(super) struct Watched<S> {
    stream: S,
    seen: Seen,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, seen: Seen) -> Self {
        Self { stream, seen }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.seen.add(buf.filled().get(before..).unwrap_or_default());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d18_a_length_that_is_stated_twice_is_found_in_either_order() {
        for (head, good) in [
            ("POST /fhir HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true),
            ("\r\nPOST /fhir HTTP/1.1\nhost: x\ntransfer-encoding: chunked\n\n0\r\ncontent-length: 3", true),
            ("POST /fhir HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", false),
            ("POST /fhir HTTP/1.1\r\nCONTENT-LENGTH: 3\r\nTransfer-Encoding: chunked\r\n\r\n", false),
            ("POST /fhir HTTP/1.1\ncontent-length: 3\nTransfer-Encoding: chunked\n\n", false),
            ("0\r\n\r\nPOST /fhir HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", false),
            ("", false),
        ] {
            assert_eq!(one_length(head.as_bytes(), &Method::POST), good, "{head:?}");
        }
    }

    #[test]
    fn what_is_kept_of_a_connection_is_bounded_and_forgotten() {
        let seen = Seen::default();
        seen.add(&vec![b'a'; HEAD_MAX_BYTES - 1]);
        seen.add(b"bcd");
        assert_eq!(seen.bytes().len(), HEAD_MAX_BYTES);
        seen.forget();
        assert!(seen.bytes().is_empty());
    }
}
