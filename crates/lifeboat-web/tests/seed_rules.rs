//! Rules of others, loaded unchanged by a real Prometheus that scrapes the real server: silent while all is sound, firing once it is not.
//!
//! What each rule waits for (`for`) is hours, so Prometheus is stopped while the rules wait and started
//! again with the past that it would have written meanwhile: that they have waited since long. That is
//! how it goes on after any restart.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod seeds;
mod support;
mod watched;

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf, time::Duration};

use futures_util::future::join_all;
use lifeboat_alerts::recordings;
use lifeboat_controller::AssetView;
use seeds::{SEEDS, Seed, past::waiting_since_long};
use serde_json::{Value, json};
use tempfile::TempDir;
use watched::Watched;

/// What was seen of a rule.
struct Seen {
    name: String,
    expression: String,
    wait: f64,
    /// What its alerts are about, while things are wrong.
    about: Vec<String>,
}

#[tokio::test]
async fn rules_of_others_are_silent_while_all_is_sound_and_fire_when_it_is_not() {
    let seen = join_all(SEEDS.iter().map(play)).await;
    let sections = SEEDS.iter().zip(&seen);
    let document: String = sections.map(|(seed, seen)| section(seed, seen)).collect();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/seed-rules.md");
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- seed-rules:begin -->\n", "<!-- seed-rules:end -->");
    let (head, rest) = text.split_once(begin).unwrap();
    let (written, tail) = rest.split_once(end).unwrap();
    if std::env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::write(&path, format!("{head}{begin}{document}{end}{tail}")).unwrap();
    } else {
        assert_eq!(
            written, document,
            "docs/seed-rules.md is not what was seen: LIFEBOAT_WRITE_DOCS=1 writes it"
        );
    }
}

/// Shows what is sound and what is not, and demands silence and alerts.
async fn play(seed: &Seed) -> Vec<Seen> {
    let recorded = records(seed.records);
    let mut files = seed.files();
    files.push(recorded.path().join("records.yaml"));
    let mut watched = Watched::with_rules(&files).await;
    let show = async |watched: &mut Watched, fleet: fn() -> Vec<AssetView>| {
        // Twice, so that a series that has just begun has two samples to make an increase of.
        watched.show(fleet()).await;
        watched.show(fleet()).await;
    };
    show(&mut watched, seed.sound).await;
    watched
        .wait_for_rules(&format!("{}: all rules are silent", seed.title), |rules| {
            rules
                .iter()
                .all(|rule| rule["health"] == "ok" && active(rule).is_empty())
        })
        .await;
    // And stay so.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for rule in watched.rules().await {
        assert!(active(&rule).is_empty(), "{}: {rule:#}", seed.title);
    }
    // That silence isn't for want of anything to ask about.
    for metric in seed.metrics {
        let found = watched.query(&format!("count({metric})")).await;
        assert!(!found.is_empty(), "{}: there is no {metric}", seed.title);
    }

    show(&mut watched, seed.wrong).await;
    let rules = watched
        .wait_for_rules(&format!("{}: all rules alert", seed.title), |rules| {
            rules.iter().all(|rule| !active(rule).is_empty())
        })
        .await;
    let mut alerting: BTreeMap<String, Seen> = BTreeMap::new();
    for rule in &rules {
        let name = text(&rule["name"]);
        let about = active(rule).into_iter().map(about).collect();
        let one = Seen {
            expression: text(&rule["query"]),
            wait: rule["duration"].as_f64().unwrap(),
            about,
            name: name.clone(),
        };
        if one.wait == 0.0 {
            assert_eq!(rule["state"], "firing", "{name}");
        }
        alerting.insert(name, one);
    }

    // Long after, if any of them waits.
    let mut _database = None;
    if alerting.values().any(|one| one.wait > 0.0) {
        let (restarted, folder) = long_after(seed, &files, watched).await;
        (watched, _database) = (restarted, Some(folder));
    }
    // And is over when all is sound again, but for what looks back over hours.
    watched.show((seed.sound)()).await;
    watched
        .wait_for_rules(&format!("{}: what fired is over", seed.title), |rules| {
            let looks_back = |rule: &Value| {
                let query = rule["query"].as_str().unwrap();
                query.contains('[') || query.contains("cnpg:")
            };
            let mut rules = rules.iter().filter(|rule| !looks_back(rule));
            rules.all(|rule| active(rule).is_empty())
        })
        .await;
    watched.prometheus.stop().await;
    alerting.into_values().collect()
}

/// The same server and rules, with a Prometheus that was stopped and started again once everything had
/// waited for long: what waited fires. Its database is in the folder.
async fn long_after(seed: &Seed, files: &[PathBuf], watched: Watched) -> (Watched, TempDir) {
    let states = watched.query("ALERTS_FOR_STATE").await;
    let mut history = Vec::new();
    for metric in seed.metrics {
        // A series that has ended would seem to go on.
        let present = watched.query(metric).await;
        let is_present =
            |series: &Value| present.iter().any(|one| one["metric"] == series["metric"]);
        let series = watched.query(&format!("{metric}[1h]")).await;
        history.extend(series.into_iter().filter(is_present));
    }
    let past = waiting_since_long(&states, &history);
    let watched = watched.restarted(files, past.path().join("data")).await;
    watched
        .wait_for_rules(&format!("{}: what waited fires", seed.title), |rules| {
            rules.iter().all(|rule| rule["state"] == "firing")
        })
        .await;
    (watched, past)
}

/// Rules that record these, as Lifeboat generates them.
fn records(names: &[&str]) -> TempDir {
    let rules = recordings().iter().filter(|one| names.contains(&one.name));
    let rules: Vec<Value> = rules
        .map(|one| json!({ "record": one.name, "expr": one.query }))
        .collect();
    assert_eq!(rules.len(), names.len());
    let group = json!({ "groups": [{ "name": "records", "rules": rules }] });
    let folder = tempfile::tempdir().unwrap();
    // JSON is YAML too.
    fs::write(folder.path().join("records.yaml"), group.to_string()).unwrap();
    folder
}

fn active(rule: &Value) -> Vec<&Value> {
    rule["alerts"].as_array().unwrap().iter().collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What an alert is about: the names among its labels.
fn about(alert: &Value) -> String {
    const NAMES: [&str; 10] = [
        "cronjob",
        "job_name",
        "cluster",
        "deployment",
        "pod",
        "name",
        "obj_name",
        "obj_namespace",
        "repository",
        "instance",
    ];
    let labels = &alert["labels"];
    let mut names = NAMES.iter().filter_map(|name| labels[*name].as_str());
    names.next().unwrap_or("everything together").to_owned()
}

/// The section of the document about a seed.
fn section(seed: &Seed, rules: &[Seen]) -> String {
    let mut text = format!(
        "### {}\n\n{}\n\n| rule | waits | its expression holds for | while all is sound | when it is not |\n|---|---|---|---|---|\n",
        seed.title, seed.told
    );
    for one in rules {
        let wait = match one.wait {
            0.0 => "no".to_owned(),
            seconds => format!("{} min", seconds / 60.0),
        };
        let mut about = one.about.clone();
        about.sort();
        about.dedup();
        let about = about.join(", ");
        writeln!(
            text,
            "| `{}`: `{}` | {wait} | {about} | silent | firing |",
            one.name,
            one.expression.replace('|', "\\|").replace('\n', " ")
        )
        .unwrap();
    }
    text + "\n"
}
