//! Rewrites `OpenMetrics` text as Prometheus's older text format, version 0.0.4, for clients that want that.
//!
//! Series are alike in both. What differs is how families are described: the older format has
//! neither units nor infos nor an end, and names a counter with its `_total`.

/// The same families and series in the older format.
#[must_use]
pub(super) fn from_open_metrics(text: &str) -> String {
    let mut older = String::with_capacity(text.len());
    // A description comes before its type, which decides what it is called.
    let mut help = "";
    for line in text.split_inclusive('\n') {
        let Some(comment) = line.strip_prefix("# ") else {
            older.push_str(line);
            continue;
        };
        if let Some(described) = comment.strip_prefix("HELP ") {
            help = described.split_once(' ').map_or("\n", |(_, help)| help);
        } else if let Some((name, kind)) = comment
            .strip_prefix("TYPE ")
            .and_then(|typed| typed.trim_end().split_once(' '))
        {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                "unknown" => ("", "untyped"),
                same => ("", same),
            };
            older.extend(["# HELP ", name, suffix, " ", help]);
            older.extend(["# TYPE ", name, suffix, " ", kind, "\n"]);
        }
    }
    older
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_described_as_the_older_format_has_it() {
        let text = "# HELP runs How many.\n# TYPE runs counter\nruns_total{a=\"# EOF\"} 1\n\
                    # HELP age_seconds How old.\n# TYPE age_seconds gauge\n# UNIT age_seconds seconds\n\
                    age_seconds 2.5\n# HELP build What.\n# TYPE build info\nbuild_info{v=\"1\"} 1\n# EOF\n";
        let older = "# HELP runs_total How many.\n# TYPE runs_total counter\nruns_total{a=\"# EOF\"} 1\n\
                     # HELP age_seconds How old.\n# TYPE age_seconds gauge\nage_seconds 2.5\n\
                     # HELP build_info What.\n# TYPE build_info gauge\nbuild_info{v=\"1\"} 1\n";
        assert_eq!(from_open_metrics(text), older);
    }
}
