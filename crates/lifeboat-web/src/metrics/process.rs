//! The process itself, under the names that every Prometheus client library uses; read from `/proc`.

use std::fs;

use super::{Family, Kind};

/// What `/proc` says of this process. Where there is no `/proc`, nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Process {
    cpu_seconds: Option<f64>,
    resident_bytes: Option<u64>,
    open_files: Option<usize>,
    started_at: Option<f64>,
}

pub(super) const FAMILIES: &[Family<Process>] = &[
    Family {
        name: "process_cpu_seconds_total",
        kind: Kind::Counter,
        unit: Some("seconds"),
        help: "User and system processor time that the process has used.",
        labels: &[],
        of_asset: false,
        source: "`/proc/self/stat`, read at each scrape. Absent on systems without `/proc`.",
        write: |process, series| match process.cpu_seconds {
            Some(seconds) => series.single(seconds),
            None => Ok(()),
        },
    },
    Family {
        name: "process_resident_memory_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "Memory of the process that is in RAM.",
        labels: &[],
        of_asset: false,
        source: "`/proc/self/statm`, read at each scrape. Absent on systems without `/proc`.",
        write: |process, series| match process.resident_bytes {
            Some(bytes) => series.single(bytes),
            None => Ok(()),
        },
    },
    Family {
        name: "process_open_fds",
        kind: Kind::Gauge,
        unit: None,
        help: "Files and connections that the process has open.",
        labels: &[],
        of_asset: false,
        source: "`/proc/self/fd`, read at each scrape. Absent on systems without `/proc`.",
        write: |process, series| match process.open_files {
            Some(files) => series.single(files),
            None => Ok(()),
        },
    },
    Family {
        name: "process_start_time_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the process started.",
        labels: &[],
        of_asset: false,
        source: "`/proc/self/stat` and `/proc/stat`. Absent on systems without `/proc`.",
        write: |process, series| match process.started_at {
            Some(at) => series.single(at),
            None => Ok(()),
        },
    },
];

impl Process {
    /// Reads what is there to read.
    #[must_use]
    pub fn read() -> Self {
        let text = |path| fs::read_to_string(path).ok();
        let statistics = text("/proc/self/stat");
        let pages = text("/proc/self/statm").and_then(|pages| number(&pages, 1));
        let page = rustix::param::page_size();
        Self {
            cpu_seconds: statistics.as_deref().and_then(cpu_seconds),
            resident_bytes: pages.map(|pages| pages * page as u64),
            open_files: fs::read_dir("/proc/self/fd").ok().map(Iterator::count),
            started_at: text("/proc/stat")
                .as_deref()
                .zip(statistics.as_deref())
                .and_then(|(machine, process)| started_at(machine, process)),
        }
    }
}

/// The fields behind the program's name, which may hold blanks and brackets; the first is field 3
/// of proc(5).
fn fields(statistics: &str) -> Option<&str> {
    Some(statistics.rsplit_once(')')?.1)
}

fn number(fields: &str, index: usize) -> Option<u64> {
    fields.split_whitespace().nth(index)?.parse().ok()
}

/// A number of clock ticks as seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "ticks lose precision after millions of years"
)]
fn ticks(count: u64) -> f64 {
    count as f64 / rustix::param::clock_ticks_per_second() as f64
}

fn cpu_seconds(statistics: &str) -> Option<f64> {
    let fields = fields(statistics)?;
    Some(ticks(number(fields, 11)? + number(fields, 12)?))
}

fn started_at(machine: &str, statistics: &str) -> Option<f64> {
    let booted_at = machine
        .lines()
        .find_map(|line| line.strip_prefix("btime "))?;
    let booted_at: f64 = booted_at.trim().parse().ok()?;
    Some(booted_at + ticks(number(fields(statistics)?, 19)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATISTICS: &str = "7 (a (b) c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 1000 9 9 18446744073709551615";

    #[test]
    fn a_program_name_with_brackets_confuses_nobody() {
        let ticks_per_second = rustix::param::clock_ticks_per_second();
        assert_eq!(ticks_per_second, 100, "the numbers below count on it");
        assert_eq!(cpu_seconds(STATISTICS), Some(3.0));
        assert_eq!(
            started_at("cpu 1 2\nbtime 1000\n", STATISTICS),
            Some(1_010.0)
        );
    }

    #[test]
    fn this_process_has_memory_files_and_a_beginning() {
        let process = Process::read();
        assert!(process.resident_bytes.unwrap() > 100_000);
        assert!(process.open_files.unwrap() >= 3);
        assert!(process.started_at.unwrap() > 1_000_000_000.0);
        assert!(process.cpu_seconds.unwrap() >= 0.0);
    }
}
