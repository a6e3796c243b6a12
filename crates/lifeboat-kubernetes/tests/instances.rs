//! Instances are asked side by side: one that hangs or talks without end costs only its own figures.

#![expect(
    clippy::unwrap_used,
    reason = "servers: what fails here fails the test"
)]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use lifeboat_kubernetes::{
    Clock,
    instance_exporter::{Scraper, ScraperSettings, Target},
    objects::ObjectKey,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{mpsc, watch},
};

/// What a server does once it was asked.
#[derive(Clone, Copy)]
enum Manner {
    Answers,
    Hangs,
    NeverEnds,
}

async fn instance(name: &str, manner: Manner) -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let _asked = stream.read(&mut [0; 4096]).await;
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
                let figures = "cnpg_collector_up{cluster=\"orders\"} 1\n";
                if matches!(manner, Manner::Hangs) {
                    std::future::pending::<()>().await;
                }
                let _sent = stream.write_all(head.as_bytes()).await;
                let _sent = stream.write_all(figures.as_bytes()).await;
                if matches!(manner, Manner::NeverEnds) {
                    while stream.write_all(&[b'#'; 4096]).await.is_ok() {}
                }
            });
        }
    });
    Target {
        pod: ObjectKey::new("shop", name),
        cluster: ObjectKey::new("shop", "orders"),
        address: address.ip(),
        port: address.port(),
        tls: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_instance_that_hangs_hurts_no_other() {
    let settings = ScraperSettings {
        interval: Duration::from_millis(100),
        timeout: Duration::from_secs(2),
        concurrency: 4,
        body_limit: 64 * 1024,
    };
    let clock: Clock = Arc::new(Timestamp::now);
    let scraper = Scraper::new(settings, clock).unwrap();
    let targets = vec![
        instance("hangs", Manner::Hangs).await,
        instance("never-ends", Manner::NeverEnds).await,
        instance("orders-1", Manner::Answers).await,
        instance("orders-2", Manner::Answers).await,
    ];
    let (_targets, watched) = watch::channel(targets);
    let (sender, mut readings) = mpsc::channel(16);
    let running = tokio::spawn(scraper.run(watched, sender));

    let mut count = BTreeMap::<String, usize>::new();
    let mut errors = BTreeMap::new();
    while !errors.contains_key("hangs") || !errors.contains_key("never-ends") {
        let reading = readings.recv().await.unwrap();
        match reading.outcome {
            Ok(metrics) => {
                assert_eq!(metrics.collector_up, Some(true));
                *count.entry(reading.pod.name).or_default() += 1;
            }
            Err(error) => {
                errors.insert(reading.pod.name, error);
            }
        }
    }
    assert!(errors["hangs"].contains("no answer within"), "{errors:?}");
    assert!(errors["never-ends"].contains("longer than"), "{errors:?}");
    // While one hung for the length of its timeout, the others had their turns.
    assert!(count["orders-1"] > 1 && count["orders-2"] > 1, "{count:?}");
    drop(readings);
    running.await.unwrap();
}
