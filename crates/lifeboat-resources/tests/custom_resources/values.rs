//! Every kind of text of the definitions with every value of a list: the API server never refuses what the reader takes.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_resources::custom_resources::CustomResource;
use serde_json::{Value, json};

use super::{
    objects::{backup, complaint, policy, with},
    server::refusal,
};

const VALUES: &[&str] = &[
    "",
    " ",
    "a",
    "0",
    "7",
    "-",
    "é",
    "0s",
    "25h",
    "24h ",
    "1d 6h",
    "1d6h",
    "2w",
    "90m",
    "1500ms",
    "1.5h",
    "1h 1s",
    "1h, 2m",
    "1 day, 2 hours",
    "2:30:00",
    "1d 2:30:00",
    "PT25H",
    "pt1h30m",
    "P1D",
    "P1DT2H",
    "+1h",
    "-1h",
    "-0h",
    "1h ago",
    "0h ago",
    "1 month",
    "1y",
    "0mo",
    "P1M",
    "PT1M",
    "h",
    "1",
    "1x",
    "1h 1d",
    "99999999999999h",
    "10µs",
    "3 weeks",
    "1hr",
    "2hrs 5mins",
    "1e3s",
    "0 2 * * *",
    "*/15 * * * *",
    "0,30 0-6/2 * JAN-MAR MON",
    "@daily",
    "@DAILY",
    "@every 1h",
    "@reboot",
    "0 0 30 2 *",
    "0 0 L * *",
    "0 0 15W * *",
    "0 0 * * FRI#2",
    "0 0 * * 7",
    "61 * * * *",
    "* 24 * * *",
    "0 0 0 * *",
    "0 0 2 * * *",
    "0 2 * *",
    "05 02 * * *",
    "0 0 ? * ?",
    "0 2 * * mon-fri",
    " 0 2 * * * ",
    "60-61 * * * *",
    "1-5,10-20/3 1,2,3 * * *",
    "UTC",
    "Europe/Berlin",
    "Europe/Atlantis",
    "europe/berlin",
    "Etc/GMT+5",
    "America/Argentina/Ushuaia",
    "/prometheus",
    "relative/path",
    "file:///var/backups",
    "file://localhost/var",
    "file://host/var",
    "file://",
    "s3://bucket",
    "s3://bucket/prefix/",
    "S3://bucket",
    " s3://bucket",
    "s3://",
    "s3:///a",
    "s3://bucket?x",
    "s3://bucket#x?y",
    "s3://user@bucket",
    "s3://a:b@bucket",
    "s3://@bucket",
    "gs://bucket/a",
    "az://container",
    "ftp://host/a",
    "/a://b",
    "http://localhost:9090",
    "https://host/prefix/",
    "HTTP://host",
    " http://host",
    "http:/host",
    "http:host",
    "http://",
    "http://[",
    "http://[::1]:9090",
    "http://user@host",
    "http://user:p@host",
    "http://@host",
    "http://host/@a",
    "http://host?x=a@b",
    "localhost:9090",
    "://",
    "50MiB/s",
    "50 MiB/s",
    "1GB",
    "1.5 GB/s",
    "1k",
    "0B",
    "10b",
    "5PiB",
    "1 MB /s",
    "1.2.3MB",
    "MB",
    "STANDARD_IA",
    "GLACIER",
    "GLACIER_IR",
    "DEEP_ARCHIVE",
    "monitoring-main",
    "a.b_c-d",
    "-a",
    "a/b",
];

/// What only the reader sees to be wrong, since it takes a calendar, a parser of URLs or exact
/// arithmetic; and the names of time zones, which it looks up. Whoever applies such an object is
/// told by its status.
const BEYOND_THE_SERVER: &[&str] = &["0 0 0 * *", "0 0 30 2 *", "99999999999999h", "http://["];

/// One text of the definitions for each set of rules: a path by the rules.
fn texts(path: &str, schema: &Value, found: &mut BTreeMap<String, String>) {
    if schema["type"] == "string" && schema["x-kubernetes-validations"].is_array() {
        let rules = schema["x-kubernetes-validations"].to_string();
        found.entry(rules).or_insert_with(|| path.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts(&format!("{path}.{name}"), property, found);
    }
}

/// An object in which the fields beside a path are such that it alone decides.
fn around(resource: CustomResource, path: &str) -> Value {
    match resource {
        CustomResource::BackupPolicy => policy(),
        CustomResource::PrometheusBackup => {
            let store = [("google", "gs://bucket"), ("azure", "az://container")]
                .into_iter()
                .find(|(store, _)| path.contains(store));
            let url = store.map_or("s3://bucket", |(_, url)| url);
            let object = with(backup(), "spec.repository.url", json!(url));
            let object = match path {
                "spec.prometheus.passwordFile" => {
                    with(object, "spec.prometheus.username", json!("a"))
                }
                _ => object,
            };
            let both = json!({"accessKeyIdFile": "/a", "secretAccessKeyFile": "/b"});
            if path.contains("AccessKey") || path.contains("accessKeyId") {
                with(object, "spec.repository.s3", both)
            } else {
                object
            }
        }
    }
}

#[tokio::test]
async fn the_server_never_refuses_what_the_reader_takes_and_rarely_takes_what_it_refuses() {
    let mut overlooked = BTreeSet::new();
    let mut count = 0;
    for resource in CustomResource::ALL {
        let definition = resource.definition();
        let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        let mut paths = BTreeMap::new();
        texts("spec", &schema["properties"]["spec"], &mut paths);
        for path in paths.into_values() {
            for value in VALUES {
                let object = with(around(resource, &path), &path, json!(value));
                let (reader, server) = (complaint(&object), refusal(&object).await);
                count += 1;
                if let (None, Some(refusal)) = (&reader, &server) {
                    panic!("{path}: {value:?} is refused by the server alone: {refusal}");
                }
                if let (Some(complaint), None) = (reader, server)
                    && !complaint.contains("there is no time zone")
                {
                    overlooked.insert((*value, complaint));
                }
            }
        }
    }
    assert!(count > 1_000);
    let values: BTreeSet<&str> = overlooked.iter().map(|(value, _)| *value).collect();
    let expected: BTreeSet<&str> = BEYOND_THE_SERVER.iter().copied().collect();
    assert_eq!(values, expected, "{overlooked:#?}");
}
