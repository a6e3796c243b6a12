//! Every alert links to a section of the runbooks that exists.

use lifeboat_alerts::catalogue;

#[test]
fn every_alert_has_a_section_in_the_runbooks() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/runbooks.md");
    let text = std::fs::read_to_string(path).unwrap();
    let headings: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    for alert in catalogue() {
        assert!(headings.contains(&alert.name), "{} has none", alert.name);
    }
}
