//! Without its mandate a controller begins nothing, writes nothing and tells nobody, even if nothing has
//! told it so: as when its process was stopped and goes on.
#![expect(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::settings::{NotifierSettings, SecretUrl, WebhookSettings};
use lifeboat_alerts::{NotificationSettings, Router};
use lifeboat_controller::{
    Controller, ControllerSettings, Handle, Mandate, Refusal, ResourceFolderSource,
};
use lifeboat_core::{AlertState, Operation};
use lifeboat_ledger::{Ledger, LedgerLocation, RunFilter};
use lifeboat_resources::ResourceFolder;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

/// How long it is looked whether something happens that must not: several looks at the clock.
const A_WHILE: Duration = Duration::from_secs(4);

/// A Prometheus whose backups fail at once, as nobody listens there, once a minute.
fn declare(folder: &Path) {
    let repository = folder.join("repository").display().to_string();
    let document = format!(
        "apiVersion: lifeboat.dev/v1alpha1\nkind: PrometheusBackup\n\
         metadata: {{name: main, namespace: monitoring}}\nspec:\n  \
         prometheus: {{url: \"http://127.0.0.1:1\", dataDirectory: /nowhere}}\n  \
         repository: {{url: \"{repository}\"}}\n  schedule: \"* * * * *\"\n  \
         retries: {{limit: 0}}\n"
    );
    fs::create_dir(folder.join("resources")).unwrap();
    fs::write(folder.join("resources/main.yaml"), document).unwrap();
}

/// Somebody to tell, and how often somebody tried to.
fn somebody() -> (Router, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    std::thread::spawn(move || {
        for _connection in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let webhook = WebhookSettings::new(SecretUrl::new(url));
    let settings = NotificationSettings {
        notifiers: vec![NotifierSettings::webhook("webhook", webhook)],
        // The test's clock stands still while it waits.
        group_wait: SignedDuration::ZERO,
        ..NotificationSettings::default()
    };
    (
        Router::new(&settings, SignedDuration::from_secs(1)).unwrap(),
        told,
    )
}

async fn runs(ledger: &LedgerLocation) -> usize {
    let ledger = Ledger::open_read_only(ledger).await.unwrap();
    let ended = |run: &lifeboat_core::Run| run.end.is_some();
    let runs = ledger.runs(&RunFilter::default()).await.unwrap();
    runs.into_iter().filter(ended).count()
}

async fn is_pending(mut handle: Handle) {
    while let Some(view) = handle.changed().await {
        let mut alerts = view.alerts.iter();
        if alerts.any(|alert| alert.state == AlertState::Pending) {
            return;
        }
    }
}

#[rstest]
#[case::it_lasts(true)]
#[case::it_is_over(false)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_under_its_mandate_does_a_controller_act(#[case] lasts: bool) {
    let folder = tempfile::tempdir().unwrap();
    declare(folder.path());
    let ledger = folder.path().join("ledger.db").display().to_string();
    let location: LedgerLocation = ledger.parse().unwrap();
    let (router, told) = somebody();
    // In the middle of a minute.
    let begin = Timestamp::now().as_second() / 60 * 60 + 30;
    let seconds = Arc::new(AtomicI64::new(begin));
    let holds = Arc::new(AtomicBool::new(true));
    let ended = CancellationToken::new();
    let ask = Arc::clone(&holds);
    let ask = Arc::new(move || ask.load(Ordering::SeqCst));
    let settings = ControllerSettings {
        evaluation_interval: SignedDuration::from_secs(1),
        reload_interval: SignedDuration::from_secs(1),
        maximum_runs: 2,
        shutdown_grace: Duration::from_secs(1),
        history_retention: SignedDuration::from_hours(24),
        requests: Arc::default(),
        mandate: Mandate::new(ask, ended.clone()),
    };
    let documents = ResourceFolder::new(folder.path().join("resources"));
    let source = ResourceFolderSource::new(documents, |_| None, Arc::default());
    let clock = Arc::clone(&seconds);
    let clock = Arc::new(move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap());
    let opened = Ledger::open(&location).await.unwrap();
    let started = Controller::start(settings, vec![Box::new(source)], opened, router, clock).await;
    let (controller, handle) = started.unwrap();
    let drive = async {
        seconds.fetch_add(60, Ordering::SeqCst);
        is_pending(handle.clone()).await;
        while runs(&location).await < 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }

        // Now a run is due, and an alert is to be told.
        holds.store(lasts, Ordering::SeqCst);
        seconds.fetch_add(600, Ordering::SeqCst);
        if lasts {
            while runs(&location).await < 2 || told.load(Ordering::SeqCst) < 1 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        } else {
            let asset = "Prometheus/monitoring/main".parse().unwrap();
            let refused = handle.run_now(asset, Operation::Backup, false).await;
            assert_eq!(refused, Err(Refusal::Stopping));
            tokio::time::sleep(A_WHILE).await;
            assert_eq!(runs(&location).await, 1);
            assert_eq!(told.load(Ordering::SeqCst), 0);
        }
        // Once it is told, it ends by itself.
        ended.cancel();
    };
    tokio::join!(controller.run(CancellationToken::new()), drive);
}
