//! Errors as people read them: the chain of causes without repetitions and without empty links.

use std::error::Error;

/// Links of a chain that say nothing: the next one names the cause.
const EMPTY_CAUSES: [&str; 3] = [
    "error sending request",
    "client error (Connect)",
    "error resolving DNS",
];

/// An error and its causes, each on one line, outermost first.
#[must_use]
pub fn readable_causes(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let cause = readable(&error.to_string());
        // Some libraries repeat their cause in their own text.
        let is_news = !causes.iter().any(|shown| shown.contains(&cause));
        if causes.is_empty() || is_news && !EMPTY_CAUSES.contains(&cause.as_str()) {
            causes.push(cause);
        }
        next = error.source();
    }
    causes
}

/// An S3 server's XML answer as `Code: message`, all else as it is, on one line.
fn readable(text: &str) -> String {
    let plain = match text.find("<?xml").or_else(|| text.find("<Error>")) {
        Some(start) => {
            let (before, answer) = text.split_at(start);
            match (element(answer, "Code"), element(answer, "Message")) {
                (Some(code), Some(message)) => format!("{before}{code}: {message}"),
                (Some(code), None) => format!("{before}{code}"),
                _ => text.to_owned(),
            }
        }
        None => text.to_owned(),
    };
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn element<'text>(xml: &'text str, name: &str) -> Option<&'text str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Self>>,
    }

    fn chain(texts: &[&'static str]) -> Link {
        let (text, rest) = texts.split_first().unwrap();
        let source = (!rest.is_empty()).then(|| Box::new(chain(rest)));
        Link { text, source }
    }

    #[test]
    fn a_cause_that_repeats_or_says_nothing_is_left_out() {
        let error = chain(&[
            "failed to list: timed out",
            "error sending request",
            "timed out",
            "no route",
        ]);
        assert_eq!(
            readable_causes(&error),
            ["failed to list: timed out", "no route"]
        );
    }

    #[test]
    fn an_xml_answer_becomes_its_code_and_message() {
        let text = "404 Not Found: <?xml version=\"1.0\"?>\n<Error><Code>NoSuchBucket</Code>\
                    <Message>It does not exist</Message><HostId>x</HostId></Error>";
        assert_eq!(
            readable(text),
            "404 Not Found: NoSuchBucket: It does not exist"
        );
    }

    #[test]
    fn an_answer_of_another_form_stays_whole() {
        assert_eq!(readable("<Error>\n  odd</Error>"), "<Error> odd</Error>");
    }
}
