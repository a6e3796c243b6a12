//! Shows an error: what was tried, on what, why it failed, and the next step.

use std::{io::Write, process::ExitCode};

use anstyle::{AnsiColor, Style};

/// Writes an error to stderr and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let cyan = Style::new().fg_color(Some(AnsiColor::Cyan.into())).bold();
    let mut text = String::new();
    let mut shown = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let cause = cause.to_string();
        // Some libraries repeat their cause in their own text.
        if depth > 0 && shown.contains(&cause) {
            continue;
        }
        if depth == 0 {
            text.push_str(&format!("{red}error{red:#}: {cause}\n"));
        } else {
            text.push_str(&format!("  because {cause}\n"));
        }
        shown.push_str(&cause);
    }
    if let Some(hint) = error.chain().find_map(hint) {
        text.push_str(&format!("\n{cyan}hint{cyan:#}: {hint}\n"));
    }
    // There is nowhere left to complain if stderr is closed.
    let _ = anstream::stderr().write_all(text.as_bytes());
    ExitCode::FAILURE
}

/// The next step that an error names, whichever library it comes from.
fn hint(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<lifeboat_repository::Error>() {
        return error.hint();
    }
    if let Some(error) = error.downcast_ref::<lifeboat_prometheus::Error>() {
        return error.hint().map(str::to_owned);
    }
    error
        .downcast_ref::<crate::cli::UsageError>()
        .map(|error| error.hint.clone())
}
