//! `cargo xtask mutants`: the law of consent, changed in every way that cargo-mutants knows; a test must notice each.
//! What no test can notice is argued for, one by one, in `tests/mutants/RESULTS.md`.

use crate::run::{Call, Run, at, target};
use crate::tools::cargo_tool;

/// Where the changes that change nothing are argued for, each in a line that begins with [`ARGUED`].
const RESULTS: &str = "tests/mutants/RESULTS.md";
/// How such a line begins; the change stands up to the next back-tick.
const ARGUED: &str = "- `";

/// All of them, or those in one file. `again` tries only what was not noticed the last time.
pub(crate) fn mutants(file: Option<&str>, again: bool) -> Result<Run, String> {
    cargo_tool("mutants", "cargo-mutants")?;
    let output = target();
    let output = output.to_string_lossy();
    let mut call = Call::cargo(&["mutants", "--package", "sayso-consent", "--no-shuffle", "--output", &output]);
    if let Some(file) = file {
        call = call.and(&["--file", file]);
    }
    if again {
        call = call.and(&["--iterate"]);
    }
    let mut run = call.run()?;
    let found = |list: &str| lines(&format!("{output}/mutants.out/{list}.txt"));
    let caught = found("caught")?.len();
    let unnoticed: Vec<String> = found("missed")?.into_iter().chain(found("timeout")?).map(|one| named(&one)).collect();
    let mut argued = argued(&lines(&at(RESULTS).to_string_lossy())?);
    // The same change in two places is two changes, and each has its line.
    let mut is_argued =
        |one: &String| argued.iter().position(|other| other == one).map(|at| argued.swap_remove(at)).is_some();
    let (closed, open): (Vec<String>, Vec<String>) = unnoticed.into_iter().partition(|one| is_argued(one));
    println!("{caught} noticed, {} not, and {} more are argued for in {RESULTS}", open.len(), closed.len());
    for one in &open {
        println!("nobody notices: {one}");
    }
    run.good = caught > 0 && open.is_empty();
    Ok(run)
}

fn lines(path: &str) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// A change without line and column, which move: `crates/consent/src/tri.rs: replace < with <= in Tri::and`.
fn named(line: &str) -> String {
    match line.splitn(4, ':').collect::<Vec<_>>().as_slice() {
        [file, _, _, change] => format!("{file}:{change}"),
        _ => line.to_owned(),
    }
}

fn argued(results: &[String]) -> Vec<String> {
    let changes = results.iter().filter_map(|line| line.strip_prefix(ARGUED)?.split_once('`'));
    changes.map(|(change, _)| change.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_known_by_its_file_and_what_it_changes() {
        let line = "crates/consent/src/tri.rs:20:25: replace < with <= in Tri::and";
        assert_eq!(named(line), "crates/consent/src/tri.rs: replace < with <= in Tri::and");
        let results = ["# Results".to_owned(), format!("- `{}`: the lesser of equals is either.", named(line))];
        assert_eq!(argued(&results), [named(line)]);
    }
}
