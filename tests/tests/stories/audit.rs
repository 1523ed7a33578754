//! `sayso audit verify` over a log that somebody with the database in hand has changed (G05).

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::browser::Browser;
use crate::house::{Ground, run_with};

/// A house in which something happened, closed again.
fn lived_in() -> Ground {
    let ground = Ground::new();
    let (house, described) = ground.demo();
    let mut ama = Browser::new(house.doors);
    ama.open(described["persons"][0]["sign_in"].as_str().unwrap()).ok();
    for _ in 0..3 {
        ama.open("/me/receipts").ok();
        let refused = described["curl"]["refused"].as_str().unwrap();
        let token = refused.split("Bearer ").nth(1).unwrap().split('\'').next().unwrap();
        let (_, path) = refused.split_once("/fhir/CarePlan").unwrap();
        let asked = format!("/fhir/CarePlan{}", path.trim_end_matches('\''));
        let bearer = format!("Bearer {token}");
        crate::web::call(house.doors, "GET", &asked, &[("authorization", &bearer)], b"").is(200);
    }
    house.stop();
    ground
}

/// What the command says about a data folder: whether it is whole, and its words.
fn verify(ground: &Ground, folder: &str) -> (bool, String) {
    let key = ground.text("data.key");
    let done = run_with(&["audit", "verify", "--data", &ground.text(folder)], &[("SAYSO_KEY_FILE", &key)]);
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Runs raw SQL on a copy of the data; returns how many rows it touched.
fn tamper(folder: &Path, statements: &[&str]) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let file = SqliteConnectOptions::new().filename(folder.join("sayso.sqlite")).foreign_keys(false);
        let mut connection: SqliteConnection = file.connect().await.unwrap();
        let mut touched = 0;
        for statement in statements {
            let statement = sqlx::AssertSqlSafe((*statement).to_owned());
            touched += sqlx::raw_sql(statement).execute(&mut connection).await.unwrap().rows_affected();
        }
        connection.close().await.unwrap();
        touched
    })
}

/// Two leaves of one chain, in the middle of the log.
const CHAIN: &str = "(SELECT person_id FROM leaf GROUP BY person_id ORDER BY count(*) DESC LIMIT 1)";

#[test]
fn g05_the_log_is_whole_until_one_row_is_changed_removed_swapped_or_cut_off() {
    let ground = lived_in();
    let (whole, said) = verify(&ground, "data");
    assert!(whole && said.starts_with("The log is whole: ") && said.contains(" acts in "), "{said}");
    let swap = |what: &str| {
        let by_seq = |seq: u8| format!("(SELECT {what} FROM leaf WHERE person_id = {CHAIN} AND person_seq = {seq})");
        format!(
            "UPDATE leaf SET {what} = CASE person_seq WHEN 2 THEN {} ELSE {} END \
             WHERE person_id = {CHAIN} AND person_seq IN (2, 3)",
            by_seq(3),
            by_seq(2)
        )
    };
    let rows_swapped = [
        format!("UPDATE leaf SET person_seq = -person_seq WHERE person_id = {CHAIN} AND person_seq IN (2, 3)"),
        format!("UPDATE leaf SET person_seq = 5 + person_seq WHERE person_id = {CHAIN} AND person_seq IN (-2, -3)"),
    ];
    let middle = "(SELECT max(n) / 2 FROM leaf)";
    let cases: Vec<(&str, Vec<String>)> = vec![
        (
            "changed words",
            vec![format!("UPDATE leaf SET ciphertext = zeroblob(length(ciphertext)) WHERE n = {middle}")],
        ),
        ("changed time", vec![format!("UPDATE leaf SET at = at + 1 WHERE n = {middle}")]),
        ("changed kind", vec![format!("UPDATE leaf SET kind = 1 + kind % 2 WHERE n = {middle}")]),
        ("changed hash", vec![format!("UPDATE leaf SET hash = zeroblob(32) WHERE n = {middle}")]),
        (
            "given to another organization",
            vec![format!("UPDATE leaf SET organization_id = randomblob(16) WHERE n = {middle}")],
        ),
        ("removed", vec![format!("DELETE FROM leaf WHERE n = {middle}")]),
        ("removed at the beginning", vec!["DELETE FROM leaf WHERE n = 1".into()]),
        ("words swapped", vec![swap("ciphertext")]),
        ("words and commitments swapped", vec![swap("ciphertext"), swap("commitment")]),
        ("places swapped", rows_swapped.to_vec()),
        ("order within a person swapped", order_swapped("a.person_id = b.person_id")),
        ("order within an organization swapped", order_swapped("a.organization_id = b.organization_id")),
        ("cut off", vec!["DELETE FROM leaf WHERE n = (SELECT max(n) FROM leaf)".into()]),
        ("cut off with its seal", cut_off_with_seals()),
        ("seal changed", vec!["UPDATE seal SET hash = zeroblob(32) WHERE n = (SELECT max(n) / 2 FROM seal)".into()]),
        ("seal removed", vec!["DELETE FROM seal WHERE n = (SELECT max(n) FROM seal)".into()]),
        ("consent put back", vec!["DELETE FROM consent WHERE id = (SELECT max(id) FROM consent)".into()]),
    ];
    for (what, statements) in cases {
        copy(&ground.path("data"), &ground.path("copy"));
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        assert!(tamper(&ground.path("copy"), &statements) > 0, "{what}: nothing was touched");
        let (whole, said) = verify(&ground, "copy");
        assert!(!whole, "{what} is not noticed: {said}");
        assert!(said.starts_with("sayso: ") && said.lines().count() == 1, "{what}: {said}");
        assert!(tells_where(&said), "{what}: nobody learns where: {said}");
        std::fs::remove_dir_all(ground.path("copy")).unwrap();
    }
    let (whole, said) = verify(&ground, "data");
    assert!(whole, "looking changes nothing: {said}");
}

/// Two neighbours, whole as they are, change their places in the log.
fn order_swapped(which: &str) -> Vec<String> {
    let pair = format!("(SELECT max(a.n) FROM leaf a JOIN leaf b ON b.n = a.n + 1 WHERE {which})");
    vec![
        format!("CREATE TABLE pair AS SELECT {pair} AS n"),
        "UPDATE leaf SET n = -n WHERE n IN (SELECT n FROM pair UNION SELECT n + 1 FROM pair)".into(),
        "UPDATE leaf SET n = (SELECT 2 * n + 1 FROM pair) + n WHERE n < 0".into(),
        "DROP TABLE pair".into(),
    ]
}

/// The last leaf, the seals over it and the heads over those: all that a cut leaves traces in, but for an older head
/// that somebody kept elsewhere, and the person's own state.
fn cut_off_with_seals() -> Vec<String> {
    vec![
        "DELETE FROM leaf WHERE n = (SELECT max(n) FROM leaf)".into(),
        "DELETE FROM tree_head WHERE size = (SELECT max(size) FROM tree_head)".into(),
    ]
}

/// A chain, an entry, a person or the end of the log is named.
fn tells_where(said: &str) -> bool {
    let named = ["chain", "entry", "entries", "record", "person"].iter().any(|word| said.contains(word));
    named && said.bytes().any(|byte| byte.is_ascii_digit())
}

#[test]
fn a_folder_that_is_not_there_is_not_a_whole_log() {
    let ground = lived_in();
    let (whole, said) = verify(&ground, "elsewhere");
    assert!(!whole && said.contains("there is no data folder"), "{said}");
    assert!(!ground.path("elsewhere").exists(), "verifying makes nothing");
}
