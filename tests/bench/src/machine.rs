//! The machine in general words: enough to compare, nothing to find it by.

use std::fs::read_to_string;

/// Kind of processor, cores, memory, kernel.
pub(crate) fn described() -> String {
    let cpu = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).and_then(|rest| rest.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count().max(cores);
    let memory = read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: u64 = memory.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or_default();
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // Only the version: what comes after it names the one who built it.
    let kernel: String = kernel.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    format!(
        "{cores} cores ({}), {} GiB memory, Linux {kernel}",
        model.map_or("unknown", |(_, name)| name.trim()),
        kilobytes / 1024 / 1024
    )
}
