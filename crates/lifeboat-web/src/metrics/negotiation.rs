//! Which text format a client wants, by its `Accept` header (RFC 9110, section 12.5.1).

/// A text format of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// `OpenMetrics` 1.0.0.
    OpenMetrics,
    /// Prometheus's older text format, 0.0.4.
    Plain,
}

impl TextFormat {
    /// The media type, with its parameters.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// The format that a client likes best. The plain one for those that have no preference: a
    /// browser shows it.
    #[must_use]
    pub fn accepted<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut open_metrics, mut plain) = (0.0_f64, 0.0_f64);
        let ranges = headers.into_iter().flat_map(|header| header.split(','));
        for range in ranges {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(weight).unwrap_or(1.0);
            match media.as_str() {
                "application/openmetrics-text" => open_metrics = open_metrics.max(weight),
                "text/plain" | "text/*" | "*/*" => plain = plain.max(weight),
                _ => {}
            }
        }
        if open_metrics > plain {
            Self::OpenMetrics
        } else {
            Self::Plain
        }
    }
}

/// The weight from a parameter such as `q=0.5`; 0 if it isn't one that counts.
fn weight(parameter: &str) -> Option<f64> {
    let (name, value) = parameter.split_once('=')?;
    let is_weight = name.trim().eq_ignore_ascii_case("q");
    is_weight.then(|| value.trim().parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::prometheus_2_42(
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        TextFormat::OpenMetrics
    )]
    #[case::prometheus_3(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
        TextFormat::OpenMetrics
    )]
    #[case::curl("*/*", TextFormat::Plain)]
    #[case::a_browser("text/html,application/xhtml+xml,*/*;q=0.8", TextFormat::Plain)]
    #[case::nothing("", TextFormat::Plain)]
    #[case::refused(
        "application/openmetrics-text;q=0, text/plain;q=0.1",
        TextFormat::Plain
    )]
    #[case::rather_plain("application/openmetrics-text;q=0.2,text/plain", TextFormat::Plain)]
    #[case::case_does_not_matter(
        "Application/OpenMetrics-Text; Q=0.9, text/plain; q=0.8",
        TextFormat::OpenMetrics
    )]
    #[case::nonsense("application/openmetrics-text;q=much", TextFormat::Plain)]
    fn the_client_decides(#[case] accept: &str, #[case] expected: TextFormat) {
        assert_eq!(TextFormat::accepted([accept]), expected);
    }
}
