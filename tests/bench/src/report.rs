//! The report: ratios with their spread, targets, and what was not reported and why.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::decision::Decisions;
use crate::first::Fetches;
use crate::load::Sample;
use crate::machine;
use crate::mapping::Mapping;
use crate::revoke::Revoked;
use crate::workload::Measured;

/// A control that varies by more than this between its rounds makes its ratios worthless.
const CONTROL_MAY_VARY: f64 = 0.20;

/// The targets of a workload: at least this part of its twin, and of the bare server.
const TARGETS: [(&str, f64, f64); 1] = [("W1", 0.85, 0.10)];
/// The most nanoseconds for a decision over ten provisions.
const DECISION_MAX_NANOSECONDS: f64 = 200.0;

/// The most that mapping a plan and writing it may take, in times of only writing it.
const MAPPING_MAX: f64 = 4.0;

/// Median, least and most.
#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        Self { median: values[values.len() / 2], min: values[0], max: values[values.len() - 1] }
    }

    fn varies(self) -> f64 {
        (self.max - self.min) / self.median
    }

    fn json(self) -> Value {
        json!({"median": self.median, "min": self.min, "max": self.max})
    }

    fn ratio(self) -> String {
        format!("{:.2} ({:.2}–{:.2})", self.median, self.min, self.max)
    }

    fn number(self) -> String {
        format!("{:.0} ({:.0}–{:.0})", self.median, self.min, self.max)
    }
}

/// What the run found.
pub(crate) struct Report {
    machine: String,
    rounds: u32,
    smoke: bool,
    lines: Vec<String>,
    notes: Vec<String>,
    raw: Vec<Value>,
    good: bool,
}

impl Report {
    pub(crate) fn new(rounds: u32, smoke: bool) -> Self {
        let machine = machine::described();
        Self { machine, rounds, smoke, lines: Vec::new(), notes: Vec::new(), raw: Vec::new(), good: true }
    }

    pub(crate) fn machine(&self) -> &str {
        &self.machine
    }

    pub(crate) const fn is_good(&self) -> bool {
        self.good
    }

    fn target(&mut self, met: bool) -> &'static str {
        self.good &= met || self.smoke;
        if met { "met" } else { "MISSED" }
    }

    /// Whether the controls held still; if not, nothing is reported of the workload.
    fn steady(&mut self, id: &str, controls: &[(&str, Spread)]) -> bool {
        let worst = controls.iter().max_by(|a, b| a.1.varies().total_cmp(&b.1.varies())).unwrap();
        if self.smoke || worst.1.varies() <= CONTROL_MAY_VARY {
            return true;
        }
        let percent = worst.1.varies() * 100.0;
        self.notes.push(format!("{id} is not reported: its control `{}` varied by {percent:.0} %.", worst.0));
        self.good = false;
        false
    }

    pub(crate) fn add_workload(&mut self, measured: Measured) {
        let rate = |samples: &[Sample]| Spread::of(samples.iter().map(|s| s.each_second));
        let (sayso, twin, bare) = (rate(&measured.sayso), rate(&measured.permit_all), rate(&measured.bare));
        let over =
            |other: &[Sample]| Spread::of(measured.sayso.iter().zip(other).map(|(a, b)| a.each_second / b.each_second));
        let (to_twin, to_bare) = (over(&measured.permit_all), over(&measured.bare));
        let p99 = Spread::of(measured.sayso.iter().map(|s| s.p99 as f64));
        let p50 = Spread::of(measured.sayso.iter().map(|s| s.p50 as f64));
        self.raw.push(json!({
            "id": measured.id, "name": measured.name, "connections": measured.connections,
            "answer_bytes": measured.answer_bytes,
            "each_second": {"sayso": sayso.json(), "permit_all": twin.json(), "bare": bare.json()},
            "ratio": {"permit_all": to_twin.json(), "bare": to_bare.json()},
            "microseconds": {"p50": p50.json(), "p99": p99.json()},
        }));
        if !self.steady(measured.id, &[("permit-all", twin), ("bare", bare)]) {
            return;
        }
        let target = TARGETS.iter().find(|(id, ..)| *id == measured.id).map(|(_, twin, bare)| {
            let word = self.target(to_twin.median >= *twin && to_bare.median >= *bare);
            format!("≥ {twin:.2} and ≥ {bare:.2}: {word}")
        });
        self.lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            measured.id,
            measured.name,
            sayso.number(),
            to_twin.ratio(),
            to_bare.ratio(),
            format_args!("{:.1} / {:.1}", p50.median / 1000.0, p99.median / 1000.0),
            target.unwrap_or_else(|| "–".into())
        ));
    }

    pub(crate) fn add_decision(&mut self, done: Decisions) {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let (sayso, twin, naive) = (spread(&done.sayso), spread(&done.permit_all), spread(&done.naive));
        self.raw.push(json!({
            "id": "W5", "name": "decision over 10 provisions",
            "nanoseconds": {"sayso": sayso.json(), "permit_all": twin.json(), "naive": naive.json()},
        }));
        // The twin takes a few nanoseconds: too little to judge by.
        if !self.steady("W5", &[("naive walk", naive)]) {
            return;
        }
        let word = self.target(sayso.median <= DECISION_MAX_NANOSECONDS);
        self.notes.push(format!(
            "W5, a decision over 10 provisions: {} ns; target ≤ {DECISION_MAX_NANOSECONDS:.0} ns: {word}. Permit-all twin \
             {} ns. A naive walk over the same consents as JSON: {} ns, {:.0} times as long.",
            sayso.number(),
            twin.number(),
            naive.number(),
            naive.median / sayso.median
        ));
    }

    pub(crate) fn add_fetches(&mut self, done: Fetches) {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let (at_once, first) = (spread(&done.at_once), spread(&done.first));
        let (repeated, bare) = (spread(&done.repeated), spread(&done.bare));
        self.raw.push(json!({
            "id": "W3", "name": "first and repeated fetch", "answer_bytes": done.answer_bytes,
            "microseconds": {"at_once": at_once.json(), "first": first.json(), "repeated": repeated.json(), "bare": bare.json()},
        }));
        if !self.steady("W3, first and repeated", &[("bare", bare)]) {
            return;
        }
        let over = |a: &[f64], b: &[f64]| Spread::of(a.iter().zip(b).map(|(a, b)| a / b)).ratio();
        self.notes.push(format!(
            "W3, one fetch at a time: right after the directive changed it takes {} µs, the first a little later {} µs, the \
             repeated one {} µs, a bare answer of the same length ({} bytes) {} µs. At once to repeated: {}; first to \
             repeated: {}; repeated to bare: {}.",
            at_once.number(),
            first.number(),
            repeated.number(),
            done.answer_bytes,
            bare.number(),
            over(&done.at_once, &done.repeated),
            over(&done.first, &done.repeated),
            over(&done.repeated, &done.bare)
        ));
    }

    pub(crate) fn add_mapping(&mut self, done: Mapping) {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let (map, json, both) = (spread(&done.mapping), spread(&done.json), spread(&done.with_bytes));
        self.raw.push(json!({
            "id": "M1", "name": "mapping out of 30 items", "resources": done.resources, "bytes": done.bytes,
            "microseconds": {"mapping": map.json(), "mapping_and_bytes": both.json(), "serde_json": json.json()},
            "allocations": {"mapping_and_bytes": done.allocations, "serde_json": done.json_allocations},
        }));
        if !self.steady("M1", &[("serde_json", json)]) {
            return;
        }
        let ratio = Spread::of(done.with_bytes.iter().zip(&done.json).map(|(a, b)| a / b));
        let word = if ratio.median <= MAPPING_MAX { "met" } else { "MISSED" };
        self.notes.push(format!(
            "M1, a plan of 30 items as {} resources, {} bytes: mapping {} µs, mapping and writing {} µs; serde_json \
             writing the same bytes {} µs. Ratio {}; aim ≤ {MAPPING_MAX:.0}: {word}. Allocations: {} against {}.",
            done.resources,
            done.bytes,
            map.number(),
            both.number(),
            json.number(),
            ratio.ratio(),
            done.allocations,
            done.json_allocations
        ));
    }

    pub(crate) fn add_revoke(&mut self, done: Revoked) {
        self.raw.push(json!({
            "id": "W6", "name": "revoke to enforced", "reads": done.reads, "released": done.released,
            "while_closed": done.while_closed, "leaked": done.leaked, "withdrawals": done.withdrawals,
            "microseconds_to_acknowledge": {"p50": done.p50, "p99": done.p99},
        }));
        let looked = done.while_closed > 0 && done.released > 0;
        let word = self.target(done.leaked == 0 && looked);
        self.good &= done.leaked == 0;
        self.notes.push(format!(
            "W6, revoke to enforced: {} reads during {} withdrawals; {} were released, {} began and ended while nothing \
             was open, and {} of those were released; target 0: {word}. A withdrawal was acknowledged within {:.1} ms \
             (half) and {:.1} ms (99 of 100).",
            done.reads,
            done.withdrawals,
            done.released,
            done.while_closed,
            done.leaked,
            done.p50 as f64 / 1000.0,
            done.p99 as f64 / 1000.0
        ));
    }

    fn text(&self) -> String {
        let mut text = format!(
            "# Results of one run\n\n`cargo xtask bench`, profile `dist`, {} rounds of each side in turn. Machine: {}; \
             server on one core, load on the other, loopback, data on its disk. Judge the ratios; the rates are those \
             of this machine.\n\nSayso checks the token, decides, and writes the record of each answer durably before \
             it leaves. *Permit-all* is the same program and route with every decision a yes. *Bare* is our accept loop \
             and axum with a body of the same length. Median (least–most).\n\n",
            self.rounds, self.machine
        );
        if !self.lines.is_empty() {
            text.push_str("| | Workload | Sayso, each second | of permit-all | of bare | p50 / p99, ms | Target |\n");
            text.push_str("|---|---|---|---|---|---|---|\n");
            let _ = writeln!(text, "{}", self.lines.join("\n"));
        }
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        if self.smoke {
            text.push_str("\nA smoke run: these numbers mean nothing.\n");
        }
        text
    }

    pub(crate) fn print(&self) {
        println!("\n{}", self.text());
    }

    /// Writes the raw numbers beside the build, and the page when everything was measured.
    pub(crate) fn keep(&self, page: bool) {
        let exe = std::env::current_exe().unwrap();
        let folder = exe.ancestors().nth(2).unwrap().join("bench");
        std::fs::create_dir_all(&folder).unwrap();
        let raw = json!({"machine": self.machine, "rounds": self.rounds, "smoke": self.smoke, "workloads": self.raw});
        std::fs::write(folder.join("results.json"), serde_json::to_string_pretty(&raw).unwrap()).unwrap();
        if page {
            let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
            std::fs::write(here, self.text()).unwrap();
        }
    }
}
