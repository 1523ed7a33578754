//! Counting tests in what the test runners say.

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    fn add(&mut self, word: &str, number: u64) {
        match word {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" | "exec" => self.failed += number,
            _ => {}
        }
    }
}

/// Reads the closing lines of nextest, of `cargo test` and of node's runner.
pub(crate) fn count(lines: &[String]) -> Count {
    let mut count = Count::default();
    // nextest shows what a failed test printed, and that ends with the closing line of `cargo test`.
    let nextest = lines.iter().any(|line| by_nextest(line).is_some());
    for line in lines.iter().map(|line| line.trim()) {
        if let Some((_, rest)) = by_nextest(line) {
            // nextest: `Summary [ 3.1s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped`
            pairs(rest).for_each(|(number, word)| count.add(if word == "timed" { "failed" } else { word }, number));
        } else if let Some(rest) = line.strip_prefix("test result: ").filter(|_| !nextest) {
            // cargo test: `test result: ok. 3 passed; 0 failed; 0 ignored; …`
            pairs(rest).for_each(|(number, word)| count.add(word, number));
        } else if let Some(rest) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            // node: `ℹ pass 30`
            if let Some((word, Ok(number))) = rest.split_once(' ').map(|(word, number)| (word, number.parse())) {
                count.add(word, number);
            }
        }
    }
    count
}

/// What stands in nextest's closing line behind the number of tests.
fn by_nextest(line: &str) -> Option<(&str, &str)> {
    line.split_once("tests run: ").or_else(|| line.split_once("test run: "))
}

/// Each number with the word after it.
fn pairs(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut words = text.split([' ', ',', ';', '(', ')']).filter(|word| !word.is_empty()).peekable();
    std::iter::from_fn(move || {
        loop {
            let number = words.next()?.parse();
            if let (Ok(number), Some(word)) = (number, words.peek()) {
                return Some((number, *word));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (u64, u64) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let count = count(&lines);
        (count.passed, count.failed)
    }

    #[test]
    fn the_closing_lines_of_the_runners_are_read() {
        assert_eq!(of("     Summary [   0.017s] 3 tests run: 3 passed, 0 skipped"), (3, 0));
        assert_eq!(
            of("Summary [ 61s] 9 tests run: 6 passed (2 slow, 1 flaky), 1 failed, 2 timed out, 4 skipped"),
            (6, 3)
        );
        assert_eq!(of("Summary [ 61s] 5/9 tests run: 4 passed, 1 exec failed, 4 skipped"), (4, 1));
        assert_eq!(of("Summary [ 1s] 1 test run: 1 passed, 0 skipped"), (1, 0));
        assert_eq!(
            of(
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\ntest result: FAILED. 2 passed; 1 failed; 0 ignored"
            ),
            (5, 1)
        );
        assert_eq!(
            of("test result: FAILED. 0 passed; 1 failed;\nSummary [ 1s] 3 tests run: 2 passed, 1 failed"),
            (2, 1)
        );
        assert_eq!(of("ℹ tests 33\nℹ suites 0\nℹ pass 30\nℹ fail 2\nℹ cancelled 1\nℹ skipped 0"), (30, 3));
        assert_eq!(of("# pass 4\n# fail 0\nsomething passed 7 times\n"), (4, 0));
    }
}
