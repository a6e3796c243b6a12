//! What watching costs: nothing that an object store charges for.

use lifeboat_testkit::garage::Garage;

use crate::prometheus;
use crate::served::{Served, Setup, report};

async fn requests(served: &Served<'_>) -> u64 {
    let metrics = served.metrics().await;
    let counts = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("lifeboat_object_store_requests_total{"))
        .map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap());
    counts.sum()
}

#[tokio::test]
async fn freshness_costs_no_request_to_the_object_store() {
    let garage = Garage::start().await;
    let bucket = garage.bucket("backups").await;
    let prometheus = prometheus().await;
    let setup = Setup::new();
    setup.declare_on_s3(&prometheus, &bucket, "schedule: \"0 0 1 1 *\"");
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    served
        .wait_for_asset("the backup is known", |asset| {
            report(asset, "fresh")["status"] == "ok"
        })
        .await;
    served.wait_for_evaluation().await;
    let spent = requests(&served).await;
    assert!(spent > 0);
    setup.set_clock("+20h");
    served.wait_for_evaluation().await;
    assert_eq!(requests(&served).await, spent);
    served.kill_9();

    // A restart knows everything from the ledger.
    let served = setup.start().await;
    let asset = served.main_asset().await;
    assert_eq!(report(&asset, "fresh")["status"], "ok");
    served.wait_for_evaluation().await;
    assert_eq!(requests(&served).await, 0);
}
