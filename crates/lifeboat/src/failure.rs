//! Shows an error: what was tried, on what, why it failed, and the next step.

use std::{error::Error as StdError, io::Write, process::ExitCode};

use anstyle::{AnsiColor, Style};
use lifeboat_controller::{ControllerError, TriggerError, operations::OperationError};
use lifeboat_core::readable_causes;
use lifeboat_kubernetes::LeadingError;

use crate::{
    api_client::ApiClientError,
    cli::UsageError,
    commands::LostRun,
    serve::{ServeError, SettingsFileError},
};

/// The exit code for arguments that cannot work, as the argument parser's own errors have it.
const WRONG_USAGE: u8 = 2;

/// Writes an error to stderr and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into())).bold();
    let cyan = Style::new().fg_color(Some(AnsiColor::Cyan.into())).bold();
    let causes = causes(error).into_iter().enumerate();
    let mut lines: Vec<String> = causes
        .map(|(depth, cause)| match depth {
            0 => format!("{red}error{red:#}: {cause}"),
            _ => format!("  because {cause}"),
        })
        .collect();
    if let Some(hint) = next_step(error) {
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

/// The next step that an error or one of its causes names.
pub(crate) fn next_step(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(hint)
}

fn causes(error: &anyhow::Error) -> Vec<String> {
    match error.downcast_ref() {
        // A line for each problem; what else comes in several lines is somebody's page.
        Some(resources @ ControllerError::Resources(_)) => vec![resources.to_string()],
        _ => readable_causes(error.as_ref()),
    }
}

/// Whether the arguments cannot work, whatever the servers do.
fn is_wrong_usage(error: &(dyn StdError + 'static)) -> bool {
    use lifeboat_prometheus::Error as Prometheus;
    use lifeboat_repository::Error as Repository;
    match error.downcast_ref() {
        Some(OperationError::Repository(error)) => return is_wrong_usage(error),
        Some(OperationError::Prometheus(error)) => return is_wrong_usage(error),
        _ => {}
    }
    error.is::<UsageError>()
        || error
            .downcast_ref()
            .is_some_and(ApiClientError::is_wrong_usage)
        || matches!(
            error.downcast_ref(),
            Some(Repository::Location(_) | Repository::Policy(_) | Repository::Endpoint { .. })
        )
        || matches!(error.downcast_ref(), Some(Prometheus::Url { .. }))
}

/// The next step that an error names, whichever library it comes from.
fn hint(error: &(dyn StdError + 'static)) -> Option<String> {
    /// The hint of the first of these types that the error is.
    macro_rules! first_of {
        ($($type:ty),+ $(,)?) => {
            $(if let Some(error) = error.downcast_ref::<$type>() {
                return error.hint().map(Into::into);
            })+
        };
    }
    first_of!(
        lifeboat_repository::Error,
        lifeboat_prometheus::Error,
        lifeboat_kubernetes::Error,
        lifeboat_ledger::Error,
        lifeboat_alerts::RouterError,
        lifeboat_alerts::SettingsError,
        ControllerError,
        OperationError,
        ApiClientError,
        ServeError,
    );
    if let Some(error) = error.downcast_ref::<lifeboat_ledger::LocationError>() {
        return Some(error.hint().to_owned());
    }
    if let Some(error) = error.downcast_ref::<SettingsFileError>() {
        return Some(error.hint().to_owned());
    }
    if let Some(error) = error.downcast_ref::<LeadingError>() {
        return Some(error.hint());
    }
    if let Some(error) = error.downcast_ref::<TriggerError>() {
        return error.hint.clone();
    }
    if let Some(error) = error.downcast_ref::<LostRun>() {
        return Some(error.hint());
    }
    if let Some(error) = error.downcast_ref::<lifeboat_resources::LoadError>() {
        return error.hint().map(str::to_owned);
    }
    error
        .downcast_ref::<UsageError>()
        .map(|error| error.hint.clone())
}
