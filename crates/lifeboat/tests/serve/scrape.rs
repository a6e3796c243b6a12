//! A real Prometheus scrapes Lifeboat, and the queries that people write get answers.

use std::time::Duration;

use lifeboat_testkit::prometheus::Prometheus;

use crate::prometheus;
use crate::served::Setup;
use crate::support::now;

#[tokio::test]
async fn a_prometheus_that_scrapes_lifeboat_learns_what_status_says() {
    let source = prometheus().await;
    let setup = Setup::new();
    setup.declare(&source, "schedule: \"0 0 1 1 *\"");
    let served = setup.start().await;
    setup.ask("run main --wait").exits(0);
    let scraper = Prometheus::version3()
        .scrape_target(&served.address())
        .start()
        .await;

    let query = r#"lifeboat_check_status{kind="Prometheus",namespace="monitoring",name="main",check="fresh"}"#;
    let mut tries = 0;
    loop {
        let found = scraper.query(query, now()).await;
        let result = found["result"].as_array().unwrap();
        if result.len() == 1 {
            assert_eq!(result[0]["value"][1], "0");
            break;
        }
        tries += 1;
        assert!(tries < 300, "never scraped: {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The alert of the seed, on Lifeboat's metrics.
    let age = "time() - max(lifeboat_recovery_point_timestamp_seconds) > 90000";
    assert_eq!(
        scraper.query(age, now()).await["result"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let succeeded = r#"lifeboat_runs_total{operation="backup",outcome="succeeded"}"#;
    assert_eq!(
        scraper.query(succeeded, now()).await["result"][0]["value"][1],
        "1"
    );
}
