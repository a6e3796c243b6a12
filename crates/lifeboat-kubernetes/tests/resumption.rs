//! Watches go on where they were after an interruption, and list anew only when they must.

#![expect(
    clippy::unwrap_used,
    reason = "the cable: what fails here fails the test"
)]

mod common;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use common::{Eyes, PATIENCE, backup, cron_job, has_cron_job, redirected};
use lifeboat_kubernetes::objects::{Kind, ObjectKey};
use lifeboat_testkit::control_plane::{ApiRequest, ControlPlane};
use tokio::{
    io::{AsyncReadExt, copy},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

/// Passes connections on, and cuts them when told.
struct Cable {
    address: String,
    connections: Arc<Mutex<JoinSet<()>>>,
    blocked: Arc<AtomicBool>,
    /// How many bytes of the server a connection passes on before it breaks.
    bears: Arc<AtomicU64>,
}

impl Cable {
    async fn to(target: &str) -> Self {
        let target = target.trim_start_matches("https://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://{}", listener.local_addr().unwrap());
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let held = Arc::clone(&connections);
        let blocked = Arc::new(AtomicBool::new(false));
        let no_more = Arc::clone(&blocked);
        let bears = Arc::new(AtomicU64::new(u64::MAX));
        let limit = Arc::clone(&bears);
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                if no_more.load(Ordering::SeqCst) {
                    continue;
                }
                let (target, limit) = (target.clone(), limit.load(Ordering::SeqCst));
                held.lock().unwrap().spawn(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    let (mut far_says, mut far_hears) = far.split();
                    let (mut near_says, mut near_hears) = near.split();
                    let mut answers = (&mut far_says).take(limit);
                    // Whoever ends first, both ends are closed.
                    tokio::select! {
                        _ended = copy(&mut near_says, &mut far_hears) => {}
                        _ended = copy(&mut answers, &mut near_hears) => {}
                    }
                });
            }
        });
        Self {
            address,
            connections,
            blocked,
            bears,
        }
    }

    /// Whether new connections are closed at once.
    fn block(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::SeqCst);
    }

    /// Ends the connections there are, and says how many there were.
    fn cut(&self) -> usize {
        let mut connections = self.connections.lock().unwrap();
        let count = connections.len();
        connections.abort_all();
        count
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_costs_no_list() {
    let control_plane = ControlPlane::start().await;
    control_plane.install_custom_resource_definitions().await;
    let namespace = control_plane.create_namespace("cut").await;
    let cable = Cable::to(&control_plane.url()).await;
    let kubeconfig = control_plane.administrators_kubeconfig();
    let kubeconfig = redirected(&kubeconfig, &control_plane.url(), &cable.address);
    let mut eyes = Eyes::open(&kubeconfig, &[]).await;
    eyes.wait_until_synced().await;
    let lists = |requests: &[ApiRequest]| {
        let kinds = Kind::ALL.iter().map(|kind| kind.plural());
        let kinds = kinds.chain(["customresourcedefinitions"]);
        kinds.map(|kind| listed(requests, kind)).sum::<usize>()
    };
    let watches = |requests: &[ApiRequest]| {
        let watches = requests.iter();
        let watches = watches.filter(|request| request.verb == "watch" && request.started);
        watches.count()
    };
    // Definitions are watched whether they are there or not, kinds only if they are.
    let served = Kind::ALL
        .iter()
        .filter(|kind| common::in_touch(&eyes.world, **kind));
    let definitions = Kind::ALL
        .iter()
        .filter(|kind| kind.custom_resource_definition().is_some());
    let expected_watches = served.count() + definitions.count();
    let requests = control_plane
        .wait_for_requests("administrator", PATIENCE, |requests| {
            watches(requests) >= expected_watches
        })
        .await;
    let before = lists(&requests);
    assert_eq!(before, expected_watches, "{requests:#?}");

    assert!(cable.cut() >= 1);
    control_plane
        .create(&cron_job(&namespace, "meanwhile"))
        .await;
    control_plane.create(&backup(&namespace, "meanwhile")).await;
    eyes.wait("what was made meanwhile is seen", |world| {
        has_cron_job(world, &namespace, "meanwhile")
            && world
                .backups()
                .get(&ObjectKey::new(&namespace, "meanwhile"))
                .is_some()
    })
    .await;
    let requests = control_plane
        .wait_for_requests("administrator", PATIENCE, |requests| {
            watches(requests) >= 2 * expected_watches
        })
        .await;
    assert_eq!(lists(&requests), before, "no list after the cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_removes_what_went_while_nobody_watched() {
    let mut control_plane = ControlPlane::start().await;
    control_plane.install_custom_resource_definitions().await;
    let namespace = control_plane.create_namespace("gone").await;
    let cable = Cable::to(&control_plane.url()).await;
    let kubeconfig = control_plane.administrators_kubeconfig();
    let kubeconfig = redirected(&kubeconfig, &control_plane.url(), &cable.address);
    for name in ["stays", "goes"] {
        control_plane.create(&cron_job(&namespace, name)).await;
    }
    let mut eyes = Eyes::open(&kubeconfig, &[]).await;
    eyes.wait_until_synced().await;
    assert!(has_cron_job(&eyes.world, &namespace, "goes"));

    // While the cable is cut, one object goes, and the server forgets what was before it started:
    // the version from which the watches would go on is too old for it.
    cable.block(true);
    cable.cut();
    control_plane.delete(&cron_job(&namespace, "goes")).await;
    control_plane.stop_api_server().await;
    control_plane.start_api_server().await;
    let before = listed(&control_plane.requests(), "cronjobs");
    cable.block(false);
    eyes.wait("what went is gone", |world| {
        !has_cron_job(world, &namespace, "goes")
    })
    .await;
    eyes.wait("all are in touch", |world| {
        Kind::ALL.iter().all(|kind| !common::lost(world, *kind))
    })
    .await;
    assert!(has_cron_job(&eyes.world, &namespace, "stays"));
    let requests = control_plane
        .wait_for_requests("administrator", PATIENCE, |requests| {
            listed(requests, "cronjobs") > before
        })
        .await;
    assert_eq!(listed(&requests, "cronjobs"), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_in_the_middle_each_time_is_tried_less_and_less_often() {
    const MORE_THAN_IT_BEARS: usize = 200;
    let control_plane = ControlPlane::start().await;
    let namespace = control_plane.create_namespace("torn").await;
    for number in 0..MORE_THAN_IT_BEARS {
        let name = format!("dump-{number}");
        control_plane.create(&cron_job(&namespace, &name)).await;
    }
    let cable = Cable::to(&control_plane.url()).await;
    cable.bears.store(60_000, Ordering::SeqCst);
    let kubeconfig = control_plane.administrators_kubeconfig();
    let kubeconfig = redirected(&kubeconfig, &control_plane.url(), &cable.address);
    let mut eyes = Eyes::open(&kubeconfig, &[]).await;
    let synced = timeout(Duration::from_secs(12), eyes.wait_until_synced()).await;
    assert!(synced.is_err(), "everything got through");
    assert!(common::lost(&eyes.world, Kind::CronJob));
    let tried = listed(&control_plane.requests(), "cronjobs");
    // The sixth is tried after eight seconds at the earliest, the seventh after sixteen.
    assert!((2..=6).contains(&tried), "{tried}");

    cable.bears.store(u64::MAX, Ordering::SeqCst);
    eyes.wait_until_synced().await;
    assert_eq!(eyes.world.cron_jobs().len(), MORE_THAN_IT_BEARS);
}

/// Before Kubernetes 1.32, and where the gate is closed, a watch can't begin with what is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_lists_is_read_in_pages() {
    const MORE_THAN_A_PAGE: usize = 260;
    let control_plane =
        ControlPlane::builder().api_server_flags(["--feature-gates=WatchList=false"]);
    let control_plane = control_plane.start().await;
    let namespace = control_plane.create_namespace("pages").await;
    for number in 0..MORE_THAN_A_PAGE {
        let name = format!("dump-{number}");
        control_plane.create(&cron_job(&namespace, &name)).await;
    }
    let mut eyes = Eyes::open(&control_plane.administrators_kubeconfig(), &[]).await;
    eyes.wait_until_synced().await;
    assert_eq!(eyes.world.cron_jobs().len(), MORE_THAN_A_PAGE);
    control_plane.create(&cron_job(&namespace, "after")).await;
    eyes.wait("what came after is seen", |world| {
        has_cron_job(world, &namespace, "after")
    })
    .await;
    let requests = control_plane.requests();
    let pages = requests
        .iter()
        .filter(|request| request.verb == "list" && request.resource == "cronjobs");
    assert_eq!(pages.count(), 2);
}

/// How often a kind was listed.
fn listed(requests: &[ApiRequest], resource: &str) -> usize {
    let lists = requests.iter();
    let lists = lists.filter(|request| request.asks_for_all() && request.resource == resource);
    lists.count()
}
