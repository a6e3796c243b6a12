//! What is wrong, or worth knowing, about a file of a block, and the capped list that such findings are gathered in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most findings that one file is given; what comes after is only counted.
pub const FINDINGS_PER_FILE: usize = 64;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the bytes can be what Prometheus wrote.
    Note,
    /// The bytes are not what Prometheus wrote, or the files of the block contradict each other.
    Damage,
}

/// One thing found in one file of a block.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// The path inside the block, with forward slashes: `index`, `chunks/000001`.
    pub file: String,
    /// Where in the file, in bytes from its start, if it can be pinned to a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How much it matters.
    pub severity: Severity,
    /// A sentence without a capital or a full stop, for people.
    pub what: String,
}

impl Finding {
    /// A finding of damage.
    #[must_use]
    pub fn damage(file: &str, offset: Option<u64>, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            offset,
            severity: Severity::Damage,
            what: what.into(),
        }
    }

    /// A finding that is only worth knowing.
    #[must_use]
    pub fn note(file: &str, offset: Option<u64>, what: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            offset,
            severity: Severity::Note,
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(formatter, "{} at offset {offset}: {}", self.file, self.what),
            None => write!(formatter, "{}: {}", self.file, self.what),
        }
    }
}

/// Whether any of the findings is damage.
#[must_use]
pub fn is_damaged(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Damage)
}

/// Gathers the findings of one file, up to [`FINDINGS_PER_FILE`].
#[derive(Debug)]
pub(crate) struct Findings {
    file: String,
    list: Vec<Finding>,
    omitted: u64,
    omitted_severity: Severity,
}

impl Findings {
    pub(crate) fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            list: Vec::new(),
            omitted: 0,
            omitted_severity: Severity::Note,
        }
    }

    // `Arguments` instead of a string: a file with millions of faults must not cost millions of strings.
    pub(crate) fn damage(&mut self, offset: impl Into<Option<u64>>, what: fmt::Arguments<'_>) {
        self.add(offset.into(), Severity::Damage, what);
    }

    pub(crate) fn note(&mut self, offset: impl Into<Option<u64>>, what: fmt::Arguments<'_>) {
        self.add(offset.into(), Severity::Note, what);
    }

    fn add(&mut self, offset: Option<u64>, severity: Severity, what: fmt::Arguments<'_>) {
        if self.list.len() < FINDINGS_PER_FILE {
            self.list.push(Finding {
                file: self.file.clone(),
                offset,
                severity,
                what: what.to_string(),
            });
        } else {
            self.omitted += 1;
            self.omitted_severity = self.omitted_severity.max(severity);
        }
    }

    pub(crate) fn push(&mut self, finding: &Finding) {
        self.add(
            finding.offset,
            finding.severity,
            format_args!("{}", finding.what),
        );
    }

    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        if self.omitted > 0 {
            self.list.push(Finding {
                file: self.file,
                offset: None,
                severity: self.omitted_severity,
                what: format!("and {} more", self.omitted),
            });
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_file_offset_and_sentence() {
        let finding = Finding::damage("chunks/000001", Some(1234), "the checksum is wrong");
        assert_eq!(
            finding.to_string(),
            "chunks/000001 at offset 1234: the checksum is wrong"
        );
        let finding = Finding::note("tombstones", None, "the file is missing");
        assert_eq!(finding.to_string(), "tombstones: the file is missing");
    }

    #[test]
    fn findings_beyond_the_cap_are_counted_and_keep_the_worst_severity() {
        let mut findings = Findings::new("index");
        for _ in 0..FINDINGS_PER_FILE {
            findings.note(None, format_args!("odd"));
        }
        findings.damage(7, format_args!("broken"));
        findings.note(8, format_args!("odd"));
        let list = findings.into_list();
        assert_eq!(list.len(), FINDINGS_PER_FILE + 1);
        assert_eq!(list[FINDINGS_PER_FILE].what, "and 2 more");
        assert!(is_damaged(&list));
    }
}
