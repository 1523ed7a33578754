//! The one style sheet. It names nothing outside this server.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Where it is.
pub(crate) const PATH: &str = "/me/style.css";

/// How long a browser may keep it, in seconds.
const KEPT: &str = "public, max-age=300";

/// Serves it.
pub(crate) async fn sheet() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEPT)], include_str!("style.css")).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_style_sheet_fetches_nothing() {
        let sheet = include_str!("style.css");
        assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains("http"));
        assert!(sheet.contains("prefers-color-scheme") && sheet.contains(":focus-visible"));
    }
}
