//! Bundles that are put together from the bytes of their resources as they are.

use bytes::Bytes;
use serde_json::Value;

/// A Bundle that is being written.
pub(super) struct Bundle {
    out: Vec<u8>,
    is_empty: bool,
}

impl Bundle {
    /// Begins with the members that stand before the entries, as an object.
    pub(super) fn begin(head: &Value) -> Self {
        let mut out = head.to_string().into_bytes();
        out.pop();
        Self { out, is_empty: true }
    }

    /// Adds an entry that is JSON already.
    pub(super) fn entry(&mut self, json: &[u8]) {
        self.next();
        self.out.extend_from_slice(json);
    }

    /// Adds a resource under its whole address; `rest` are the other members of its entry, each with a comma before it.
    pub(super) fn resource(&mut self, url: &str, resource: &[u8], rest: &str) {
        self.next();
        write(&mut self.out, url, resource, rest);
    }

    fn next(&mut self) {
        self.out.extend_from_slice(if self.is_empty { b",\"entry\":[" } else { b"," });
        self.is_empty = false;
    }

    pub(super) fn end(mut self) -> Bytes {
        self.out.extend_from_slice(if self.is_empty { b"}" } else { b"]}" });
        self.out.into()
    }
}

/// One entry by itself, as [`Bundle::resource`] would add it.
pub(super) fn entry_of(url: &str, resource: &[u8], rest: &str) -> Bytes {
    let mut out = Vec::with_capacity(resource.len() + 256);
    write(&mut out, url, resource, rest);
    out.into()
}

fn write(out: &mut Vec<u8>, url: &str, resource: &[u8], rest: &str) {
    out.extend_from_slice(format!("{{\"fullUrl\":{},\"resource\":", Value::from(url)).as_bytes());
    out.extend_from_slice(resource);
    out.extend_from_slice(rest.as_bytes());
    out.push(b'}');
}
