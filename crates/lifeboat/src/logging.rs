//! Logs: to stderr, as text for people or as JSON for machines.

use std::io;

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LoggingOptions {
    /// What to log: error, warn, info, debug, trace, or a filter such as lifeboat=debug
    #[arg(
        long,
        global = true,
        env = "LIFEBOAT_LOG_LEVEL",
        hide_env_values = true,
        value_name = "FILTER",
        default_value = "warn"
    )]
    log_level: String,
    /// How to write logs
    #[arg(
        long,
        global = true,
        env = "LIFEBOAT_LOG_FORMAT",
        hide_env_values = true,
        value_name = "FORMAT",
        default_value = "text"
    )]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Starts logging. A filter that can't be parsed falls back to warnings, and says so.
pub(crate) fn start(options: &LoggingOptions) {
    let (filter, refused) = match EnvFilter::try_new(&options.log_level) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("warn"), Some(error)),
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_target(false);
    match options.log_format {
        LogFormat::Text => {
            let ansi = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
            builder.with_ansi(ansi).init();
        }
        LogFormat::Json => builder.json().init(),
    }
    if let Some(error) = refused {
        tracing::warn!(%error, filter = options.log_level, "the log filter is refused, logging warnings");
    }
}
