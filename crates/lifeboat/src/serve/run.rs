//! Starts everything in order, and ends it in the opposite one.

use std::{fs, path::Path, process::ExitCode, sync::Arc};

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use lifeboat_alerts::Router;
use lifeboat_ledger::Ledger;
use lifeboat_web::{ApiToken, State};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    error::ServeError,
    leading::{self, Door},
    settings::Settings,
    web::Web,
    work::{Order, Work},
};
use crate::{cli::ServeOptions, interrupt::on_signal};

pub(crate) async fn run(options: &ServeOptions) -> anyhow::Result<ExitCode> {
    let settings = Settings::of(options)?;
    let router = Router::new(&settings.alerts, settings.controller.evaluation_interval)?;
    let api_token = settings
        .api_token_file
        .as_deref()
        .map(read_token)
        .transpose()?;
    // An address that is taken is better known before the ledger is claimed.
    let address = settings.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let order = Order {
        resources: settings.resources,
        kubernetes: settings.kubernetes,
        kopia: settings.kopia,
        object_stores: settings.object_stores,
        ledger: settings.ledger,
        controller: settings.controller,
        router,
    };
    let door = Door {
        listener,
        api_token,
        compatibility_metrics: settings.compatibility_metrics,
    };
    match settings.election {
        Some(lease) => leading::run(lease, order, door).await,
        None => run_alone(order, door).await,
    }
}

/// Serves as the only Lifeboat of its ledger.
async fn run_alone(order: Order, door: Door) -> anyhow::Result<ExitCode> {
    let location = order.ledger.clone();
    let ledger = Ledger::open(&location).await?;
    let stop = stop_on_signal()?;
    let work = Work::prepare(order, ledger).await?;
    if let Ok(address) = door.listener.local_addr() {
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!("lifeboat {version} serves http://{address}/ with the ledger {location}");
    }
    let history = Arc::clone(&work.history);
    let state = State::new(work.handle.clone(), history, door.api_token, now)
        .compatibility_metrics(door.compatibility_metrics);
    let web = Web::start(door.listener, state);
    work.run(stop, web).await?;
    Ok(ExitCode::SUCCESS)
}

fn read_token(path: &Path) -> Result<ApiToken, ServeError> {
    let text = fs::read_to_string(path).map_err(|source| ServeError::Token {
        path: path.to_owned(),
        source,
    })?;
    ApiToken::new(&text).ok_or_else(|| ServeError::EmptyToken {
        path: path.to_owned(),
    })
}

/// The time, in the precision that the ledger keeps.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    let milliseconds = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Trunc);
    now.round(milliseconds).unwrap_or(now)
}

/// Is cancelled by SIGINT or SIGTERM; the next one ends the program at once.
pub(super) fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let wish = on_signal()?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        wish.requested().await;
        stopping.cancel();
    });
    Ok(stop)
}
