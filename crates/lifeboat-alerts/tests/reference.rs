//! The tables in docs/alerts.md are made from the catalogue, so that they cannot go stale.
//!
//! After a change of an alert: `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-alerts --test reference`.

use std::{env, fs};

use lifeboat_alerts::{catalogue, rules::reference};

const BEGIN: &str = "<!-- alerts:begin -->\n";
const END: &str = "<!-- alerts:end -->";

#[test]
fn the_tables_are_those_of_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/alerts.md");
    let text = fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let expected = format!("\n{}\n", reference());
    if env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::write(path, [before, BEGIN, &expected, END, after].concat()).unwrap();
        return;
    }
    assert!(
        written == expected,
        "docs/alerts.md is not what the catalogue says: write it with \
         `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-alerts --test reference`"
    );
}

#[test]
fn every_alert_is_in_the_tables_with_its_runbook() {
    let text = reference();
    for alert in catalogue() {
        let link = alert.runbook_anchor().replace("docs/", "");
        assert!(
            text.contains(&format!("[{}]({link})", alert.name)),
            "{}",
            alert.name
        );
    }
}
