//! Reads the text in which exporters tell their figures, as far as it is needed: names, labels and
//! values of the samples. What isn't a sample is passed over, so that no line can spoil the others.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample<'text> {
    /// The metric's name.
    pub name: &'text str,
    /// Between the braces, as written; empty if there are none.
    labels: &'text str,
    /// The value, which may be NaN or infinite.
    pub value: f64,
}

impl Sample<'_> {
    /// The value of a label, if the sample has it. Values with escapes are given as written.
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        let mut rest = self.labels;
        loop {
            let (label, after) = rest.split_once("=\"")?;
            let end = closing_quote(after)?;
            if label.trim_start_matches([',', ' ', '\t']).trim_end() == name {
                return Some(&after[..end]);
            }
            rest = &after[end + 1..];
        }
    }
}

/// The samples of a text, in order.
pub(super) fn samples(text: &str) -> impl Iterator<Item = Sample<'_>> {
    text.lines().filter_map(sample)
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|character: char| {
        !character.is_ascii_alphanumeric() && character != '_' && character != ':'
    })?;
    let (name, rest) = line.split_at(end);
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim_start();
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(inside) => {
            let end = closing_brace(inside)?;
            (&inside[..end], &inside[end + 1..])
        }
        None => ("", rest),
    };
    // A time may follow the value.
    let value = rest.split_ascii_whitespace().next()?;
    let value = value.parse().ok()?;
    Some(Sample {
        name,
        labels,
        value,
    })
}

/// Where the labels end: at a brace outside of quotes.
fn closing_brace(text: &str) -> Option<usize> {
    let mut position = 0;
    loop {
        let next = position + text[position..].find(['"', '}'])?;
        if text[next..].starts_with('}') {
            return Some(next);
        }
        position = next + 1;
        position += closing_quote(&text[position..])? + 1;
    }
}

/// Where a quoted text ends: at a quote that isn't escaped.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (position, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(position),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn samples_are_read_with_labels_and_without() {
        let text = "# HELP a b\n# TYPE a gauge\na 1\n\
            cnpg_collector_pg_wal{value=\"count\"} 4.2e1 1700000000000\n\
            b{x=\"a\\\"}b\", value=\"ready\",} +Inf\n c  NaN\n";
        let read: Vec<_> = samples(text).collect();
        assert_eq!(read.len(), 4);
        assert_eq!(read[0].name, "a");
        assert_eq!(read[0].label("x"), None);
        assert_eq!(read[1].label("value"), Some("count"));
        assert!((read[1].value - 42.0).abs() < f64::EPSILON);
        assert_eq!(read[2].label("value"), Some("ready"));
        assert_eq!(read[2].label("x"), Some("a\\\"}b"));
        assert!(read[2].value.is_infinite());
        assert!(read[3].value.is_nan());
    }

    #[test]
    fn garbage_spoils_only_its_own_line() {
        let text = "<html>\nd{x=\"unclosed 3\ne{} \nf one\n{\"g\"} 1\n\u{fe0f}x 1\n5\nh 2";
        let read: Vec<_> = samples(text).collect();
        assert_eq!(read.len(), 1, "{read:?}");
        assert_eq!(read[0].name, "h");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a{}=\"\\\\, 0-9\n\\p{any}]{0,200}") {
            for sample in samples(&text) {
                let _label = sample.label("a");
            }
        }
    }
}
