//! Logs: to stderr, as text for people or as JSON for machines.

use std::io;

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// What is logged, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LoggingOptions {
    /// What to log: error, warn, info, debug, trace, or a filter such as lifeboat=debug
    /// [default: info for serve, else warn]
    #[arg(
        long,
        global = true,
        env = "LIFEBOAT_LOG_LEVEL",
        hide_env_values = true,
        value_name = "FILTER",
        value_parser = filter
    )]
    log_level: Option<String>,
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

/// A filter that can be parsed.
fn filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

/// Starts logging, at the level of the options or else at this one.
pub(crate) fn start(options: &LoggingOptions, default_level: &str) {
    let level = options.log_level.as_deref().unwrap_or(default_level);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_writer(io::stderr)
        .with_target(false);
    match options.log_format {
        LogFormat::Text => {
            let ansi = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
            builder.with_ansi(ansi).init();
        }
        LogFormat::Json => builder.json().init(),
    }
}
