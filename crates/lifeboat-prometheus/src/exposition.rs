//! Reads single values from Prometheus's text exposition format.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>

/// The value of a metric without labels, if the text has it.
pub(crate) fn value(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix(' ')?;
        rest.split_ascii_whitespace().next()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_whole_name() {
        let text = "# HELP a_b help\n# TYPE a_b gauge\na_b_c 1\na_b 2.5\nlowest 1.7e+12\n";
        assert_eq!(value(text, "a_b"), Some(2.5));
        assert_eq!(value(text, "lowest"), Some(1.7e12));
        assert_eq!(value(text, "a"), None);
    }
}
