//! `serve --leader-election`: stands by until it leads, and ends when it leads no longer.

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context;
use lifeboat_kubernetes::{Candidate, Connection, ElectionSettings, Leadership, Standing, Term};
use lifeboat_ledger::Ledger;
use lifeboat_web::{ApiToken, Standby, State};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{
    error::ServeError,
    run::{now, stop_on_signal},
    settings::LeaseSettings,
    web::Web,
    work::{Order, Work, instance},
};
use crate::failure;

/// How often it is looked whether the process is still here though it should have ended.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What answers, whether this Lifeboat leads or not.
pub(super) struct Door {
    pub(super) listener: TcpListener,
    pub(super) api_token: Option<ApiToken>,
    pub(super) compatibility_metrics: bool,
}

/// Stands by, and leads when its time comes, until it is asked to stop. An error if it was leading and
/// does no longer: it starts anew as a standby, with nothing in memory that may be old.
pub(super) async fn run(
    lease: LeaseSettings,
    order: Order,
    door: Door,
) -> anyhow::Result<ExitCode> {
    let stop = stop_on_signal()?;
    let candidate = candidate(lease).await?;
    let standing = candidate.standing();
    let standby = move || match standing.borrow().clone() {
        Standing::Looking => Standby::Looking,
        Standing::Waiting { leader } => Standby::Waiting { leader },
        Standing::Troubled { error } => Standby::Troubled { error },
        Standing::Leading => Standby::TakingOver,
    };
    let address = door.listener.local_addr();
    let state = State::standing_by(standby, door.api_token, now)
        .compatibility_metrics(door.compatibility_metrics);
    let web = Web::start(door.listener, state.clone());
    if let Ok(address) = address {
        let version = env!("CARGO_PKG_VERSION");
        tracing::info!("lifeboat {version} answers at http://{address}/");
    }
    let Some(leadership) = candidate.lead(&stop).await? else {
        web.end().await?;
        return Ok(ExitCode::SUCCESS);
    };
    end_when_overdue(Arc::clone(leadership.term()))?;
    let led = lead(&leadership, order, &state, web, stop).await;
    // Whatever has come to an end here, another may go on; a loss explains every other error.
    leadership.resign().await?;
    led.map(|()| ExitCode::SUCCESS)
}

async fn lead(
    leadership: &Leadership,
    mut order: Order,
    state: &State,
    web: Web,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let location = order.ledger.clone();
    // Whoever led before may not know it yet, and its session may live on.
    let ledger = Ledger::take_over(&location).await?;
    order.controller.mandate = leadership.term().mandate();
    let work = Work::prepare(order, ledger).await?;
    state.serve(work.handle.clone(), Arc::clone(&work.history) as _);
    tracing::info!("serving with the ledger {location}");
    work.run(stop, web).await
}

async fn candidate(lease: LeaseSettings) -> anyhow::Result<Candidate> {
    let connection = Connection::open(&lease.connection).await?;
    let namespace = lease.namespace;
    let namespace = namespace.or_else(|| connection.pod_namespace().map(ToOwned::to_owned));
    let settings = ElectionSettings {
        namespace: namespace.ok_or(ServeError::NoLeaseNamespace)?,
        name: lease.name,
        instance: instance(),
    };
    let clock: lifeboat_kubernetes::Clock = Arc::new(now);
    Ok(Candidate::new(
        &connection,
        settings,
        rand::random(),
        clock,
    )?)
}

/// Ends the process once its term is over for so long that another may act. It is a thread of its own: where
/// a process was stopped and goes on, this comes first, however much else has become due meanwhile.
fn end_when_overdue(term: Arc<Term>) -> anyhow::Result<()> {
    let look = move || {
        loop {
            std::thread::sleep(LOOK_EVERY);
            if let Some(error) = term.overdue() {
                let _ = failure::report(&error.into());
                std::process::exit(1);
            }
        }
    };
    std::thread::Builder::new()
        .name("leadership".to_owned())
        .spawn(look)
        .context("failed to start the thread that watches over the leadership")?;
    Ok(())
}
