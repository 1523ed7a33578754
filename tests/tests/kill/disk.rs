//! What a killed process leaves on disk: a database without damage and a log without a gap.

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::house::{Ground, run_with};

/// Checks both; the first to open the data recovers them.
pub(crate) fn is_whole(ground: &Ground) {
    let (data, key) = (ground.text("data"), ground.text("data.key"));
    let done = run_with(&["audit", "verify", "--data", &data], &[("SAYSO_KEY_FILE", &key)]);
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{said}");
    let file = ground.path("data/sayso.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let found: Vec<String> = runtime.block_on(async {
        let mut connection = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
        sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut connection).await.unwrap()
    });
    assert_eq!(found, ["ok"], "SQLite finds damage");
}
