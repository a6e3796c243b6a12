//! Shows an error: what was tried, on what, why it failed, and the next step.

use std::{error::Error as StdError, io::Write, process::ExitCode};

use anstyle::{AnsiColor, Style};

use crate::cli::UsageError;

/// The exit code for arguments that cannot work, as the argument parser's own errors have it.
const WRONG_USAGE: u8 = 2;

/// Links of a chain that say nothing: the next one names the cause.
const EMPTY_CAUSES: [&str; 3] = [
    "error sending request",
    "client error (Connect)",
    "error resolving DNS",
];

/// Writes an error to stderr and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let cyan = Style::new().fg_color(Some(AnsiColor::Cyan.into())).bold();
    let mut lines = Vec::new();
    let mut shown = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let cause = readable(&cause.to_string());
        // Some libraries repeat their cause in their own text.
        if depth > 0 && (shown.contains(&cause) || EMPTY_CAUSES.contains(&cause.as_str())) {
            continue;
        }
        shown.push_str(&cause);
        lines.push(match depth {
            0 => format!("{red}error{red:#}: {cause}"),
            _ => format!("  because {cause}"),
        });
    }
    if let Some(hint) = error.chain().find_map(hint) {
        lines.push(format!("\n{cyan}hint{cyan:#}: {hint}"));
    }
    // There is nowhere left to complain if stderr is closed.
    let _ = writeln!(anstream::stderr(), "{}", lines.join("\n"));
    if error.chain().any(is_wrong_usage) {
        ExitCode::from(WRONG_USAGE)
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the arguments cannot work, whatever the servers do.
fn is_wrong_usage(error: &(dyn StdError + 'static)) -> bool {
    use lifeboat_repository::Error as Repository;
    error.is::<UsageError>()
        || matches!(
            error.downcast_ref(),
            Some(Repository::Location(_) | Repository::Policy(_) | Repository::Endpoint { .. })
        )
        || matches!(
            error.downcast_ref(),
            Some(lifeboat_prometheus::Error::Url { .. })
        )
}

/// The next step that an error names, whichever library it comes from.
fn hint(error: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<lifeboat_repository::Error>() {
        return error.hint();
    }
    if let Some(error) = error.downcast_ref::<lifeboat_prometheus::Error>() {
        return error.hint().map(str::to_owned);
    }
    error
        .downcast_ref::<UsageError>()
        .map(|error| error.hint.clone())
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
