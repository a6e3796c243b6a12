//! One object for each rule of the definitions, and sound twins: the server and the reader agree, and say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    objects::{backup, complaint, policy, with},
    server::{messages, refusal},
};

/// A `PrometheusBackup` with some fields set.
fn backup_with(fields: &[(&str, Value)]) -> Value {
    fields.iter().fold(backup(), |object, (path, value)| {
        with(object, path, value.clone())
    })
}

/// A `BackupPolicy` with some fields set.
fn policy_with(fields: &[(&str, Value)]) -> Value {
    fields.iter().fold(policy(), |object, (path, value)| {
        with(object, path, value.clone())
    })
}

/// Objects that both refuse, with words that both say.
#[expect(clippy::too_many_lines, reason = "a table")]
fn refused() -> Vec<(Value, &'static str)> {
    let of_backup = [
        (
            "spec.deadline",
            json!("soon"),
            "'soon' is not a length of time",
        ),
        (
            "spec.jitter",
            json!("1 month"),
            "'1 month' has months or years, which differ in length",
        ),
        (
            "spec.jitter",
            json!("P1Y"),
            "'P1Y' has months or years, which differ in length",
        ),
        ("spec.prune.grace", json!("-1h"), "'-1h' is negative"),
        ("spec.prune.grace", json!("1h ago"), "'1h ago' is negative"),
        ("spec.deadline", json!("0s"), "must be longer than nothing"),
        (
            "spec.startingDeadline",
            json!("0h"),
            "must be longer than nothing",
        ),
        (
            "spec.retries.backoff",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.prune.deadline",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.verification.deadline",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.repository.requestTimeout",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.repository.retryTimeout",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.maximumAge",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.verificationAge",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.maintenanceAge",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.maximumRunDuration",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.warningAge",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.expectedRunDuration",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.backupSlo",
            json!("100%"),
            "is no share that could be kept",
        ),
        (
            "spec.objectives.walArchivingSlo",
            json!("0.999"),
            "is no share that could be kept",
        ),
        (
            "spec.objectives.drillAge",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.replayLag",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.recoveryTime",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.objectives.neglectAge",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.retention.keepWithin",
            json!("0s"),
            "must be longer than nothing",
        ),
        (
            "spec.schedule",
            json!("0 0 2 * * *"),
            "the schedule '0 0 2 * * *' can't be read",
        ),
        (
            "spec.schedule",
            json!("61 2 * * *"),
            "the schedule '61 2 * * *' can't be read",
        ),
        (
            "spec.prune.schedule",
            json!("0 24 * * *"),
            "the schedule '0 24 * * *' can't be read",
        ),
        (
            "spec.verification.schedule",
            json!("@often"),
            "the schedule '@often' can't be read",
        ),
        (
            "spec.timeZone",
            json!("Middle Earth"),
            "there is no time zone 'Middle Earth'",
        ),
        (
            "spec.prometheus.url",
            json!("127.0.0.1:9090"),
            "it lacks http:// or https:// at its beginning",
        ),
        (
            "spec.prometheus.url",
            json!("ftp://host"),
            "it is neither http:// nor https://",
        ),
        (
            "spec.prometheus.url",
            json!("http://a:hidden@host"),
            "it holds a user or a password",
        ),
        (
            "spec.prometheus.dataDirectory",
            json!(""),
            "the path is empty",
        ),
        (
            "spec.prometheus.username",
            json!("a"),
            "there is a username, but no passwordFile",
        ),
        (
            "spec.prometheus.passwordFile",
            json!("/p"),
            "there is a passwordFile, but no username",
        ),
        ("spec.repository.url", json!(" "), "the repository is empty"),
        (
            "spec.repository.url",
            json!("ftp://host/a"),
            "is not one of file, s3, gs, az",
        ),
        (
            "spec.repository.url",
            json!("s3://b/a?token=hidden"),
            "must not hold a user, a password or a query",
        ),
        (
            "spec.repository.url",
            json!("s3://a:hidden@b/a"),
            "must not hold a user, a password or a query",
        ),
        (
            "spec.repository.url",
            json!("s3:///a"),
            "the repository's URL names no bucket",
        ),
        (
            "spec.repository.url",
            json!("file://a/b"),
            "a file:// repository needs an absolute path",
        ),
        (
            "spec.repository.instance",
            json!("-a"),
            "'-a' is no name of an instance",
        ),
        ("spec.repository.concurrency", json!(65), "64"),
        ("spec.repository.concurrency", json!(0), "1"),
        (
            "spec.repository.bandwidthLimit",
            json!("fast"),
            "'fast' is no rate above 0",
        ),
        (
            "spec.repository.bandwidthLimit",
            json!("0MiB/s"),
            "'0MiB/s' is no rate above 0",
        ),
        (
            "spec.repository.google",
            json!({}),
            "spec.repository.google is set, but the repository is",
        ),
        (
            "spec.repository.azure",
            json!({}),
            "spec.repository.azure is set, but the repository is",
        ),
        (
            "spec.repository.s3",
            json!({"accessKeyIdFile": "/a"}),
            "only one half of the access key has a file",
        ),
        (
            "spec.repository.s3",
            json!({"secretAccessKeyFile": "/a"}),
            "only one half of the access key has a file",
        ),
        (
            "spec.repository.s3",
            json!({"kmsKeyId": "a"}),
            "only the encryption aws:kms has a key",
        ),
        (
            "spec.repository.s3",
            json!({"tags": {"": "a"}}),
            "a tag has no name",
        ),
        (
            "spec.repository.s3",
            json!({"endpoint": "garage:3900"}),
            "it is neither http:// nor https://",
        ),
        (
            "spec.repository.s3",
            json!({"endpoint": "http://a:hidden@h"}),
            "it holds a user or a password",
        ),
        (
            "spec.repository.s3",
            json!({"storageClass": "GLACIER"}),
            "objects of the class GLACIER must be thawed",
        ),
        ("spec.repository.s3", json!({"checksum": "md5"}), "md5"),
        (
            "spec.repository.s3",
            json!({"secretKey": "hidden"}),
            "secretKey",
        ),
        (
            "spec.retention",
            json!({"daily": 0, "monthly": 0, "yearly": 0}),
            "the retention keeps nothing: every count is 0",
        ),
        ("spec.retention.daily", json!(-1), "0"),
        (
            "spec.retention.daily",
            json!(4_294_967_296_u64),
            "4294967295",
        ),
        ("spec.verification.slices", json!(0), "1"),
        ("spec.verification.level", json!("deeper"), "deeper"),
        ("spec.suspend", json!("yes"), "spec.suspend"),
        ("spec.colour", json!("blue"), "colour"),
        (
            "spec.deadline",
            json!(format!("{}1h", "0".repeat(99))),
            "100",
        ),
        (
            "metadata.name",
            json!("a".repeat(99)),
            "namespace and name together are too long for the name of an instance",
        ),
    ];
    let mut refused: Vec<(Value, &str)> = of_backup
        .into_iter()
        .map(|(path, value, words)| (backup_with(&[(path, value)]), words))
        .collect();
    refused.push((
        backup_with(&[
            ("spec.prometheus.username", json!("a")),
            ("spec.prometheus.passwordFile", json!("/p")),
            ("spec.prometheus.bearerTokenFile", json!("/t")),
        ]),
        "there are both a username and a bearerTokenFile",
    ));
    refused.push((
        backup_with(&[
            ("spec.repository.url", json!("/backups")),
            ("spec.repository.s3", json!({})),
        ]),
        "spec.repository.s3 is set, but the repository is",
    ));
    let expression =
        |value: Value| policy_with(&[("spec.selector", json!({"matchExpressions": value}))]);
    refused.extend([
        (
            policy_with(&[("spec.objectives", json!({"maximumRunDuration": "long"}))]),
            "'long' is not a length of time",
        ),
        (
            policy_with(&[(
                "spec.postgresObjectStores",
                json!([{"cluster": "db", "capacity": "much"}]),
            )]),
            "'much' is no size above 0",
        ),
        (
            policy_with(&[(
                "spec.postgresObjectStores",
                json!([{"cluster": "db", "capacity": "0GiB"}]),
            )]),
            "'0GiB' is no size above 0",
        ),
        (
            policy_with(&[(
                "spec.postgresObjectStores",
                json!([{"cluster": "db", "probeEvery": "0s"}]),
            )]),
            "must be longer than nothing",
        ),
        (
            policy_with(&[("spec.selector", json!({"kinds": ["CronJobs"]}))]),
            "CronJobs",
        ),
        (
            policy_with(&[("spec.priority", json!(2_147_483_648_u32))]),
            "2147483647",
        ),
        (
            expression(json!([{"key": "a", "operator": "In"}])),
            "In and NotIn need values",
        ),
        (
            expression(json!([{"key": "a", "operator": "NotIn", "values": []}])),
            "In and NotIn need values",
        ),
        (
            expression(json!([{"key": "a", "operator": "Exists", "values": ["b"]}])),
            "Exists and DoesNotExist take no values",
        ),
        (
            expression(json!([{"key": "a", "operator": "DoesNotExist", "values": ["b"]}])),
            "Exists and DoesNotExist take no values",
        ),
        (
            expression(json!([{"key": "a/b/c", "operator": "Exists"}])),
            "'a/b/c' is no label's key",
        ),
        (
            expression(json!([{"key": "", "operator": "Exists"}])),
            "'' is no label's key",
        ),
        (expression(json!([{"operator": "Exists"}])), "key"),
        (expression(json!([{"key": "a", "operator": "Is"}])), "Is"),
        (
            expression(json!(vec![json!({"key": "a", "operator": "Exists"}); 101])),
            "100",
        ),
    ]);
    refused
}

/// Objects that both take.
fn accepted() -> Vec<Value> {
    let full_s3 = json!({
        "endpoint": "https://s3.example.com",
        "accessKeyIdFile": "/a",
        "secretAccessKeyFile": "/b",
        "encryption": "aws:kms",
        "kmsKeyId": "a",
        "storageClass": "STANDARD_IA",
        "tags": {"a": "b"},
    });
    let google = ("spec.repository.url", json!("gs://bucket"));
    let azure = ("spec.repository.url", json!("az://container/prefix"));
    let selector = json!({
        "kinds": ["Prometheus", "CNPGCluster", "CronJob", "Operator"],
        "namespaces": ["shop"],
        "names": ["nightly"],
        "matchLabels": {"tier": "gold"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["gold", "silver"]},
            {"key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["test"]},
            {"key": "a", "operator": "Exists", "values": []},
            {"key": "b", "operator": "DoesNotExist"},
        ],
    });
    vec![
        backup(),
        policy(),
        backup_with(&[("spec.repository.s3", full_s3)]),
        backup_with(&[
            google,
            ("spec.repository.google", json!({"anonymous": true})),
        ]),
        backup_with(&[azure, ("spec.repository.azure", json!({"account": "a"}))]),
        backup_with(&[("spec.repository.url", json!("/backups"))]),
        backup_with(&[("spec.repository.url", json!("file:///backups"))]),
        backup_with(&[
            ("spec.repository.instance", json!("a")),
            ("metadata.name", json!("a".repeat(200))),
        ]),
        backup_with(&[(
            "spec.retention",
            json!({"daily": 0, "monthly": 0, "yearly": 0, "keepWithin": "7d"}),
        )]),
        backup_with(&[
            ("spec.prometheus.username", json!("a")),
            ("spec.prometheus.passwordFile", json!("/p")),
        ]),
        backup_with(&[("spec.prometheus.bearerTokenFile", json!("/t"))]),
        backup_with(&[("spec.prometheus.username", Value::Null)]),
        backup_with(&[
            ("spec.jitter", json!("0s")),
            ("spec.prune.grace", json!("0s")),
        ]),
        policy_with(&[
            ("spec.selector", selector),
            ("spec.priority", json!(-1)),
            (
                "spec.objectives",
                json!({"maximumAge": "36h", "maximumRunDuration": "2h", "severity": "critical",
                    "warningAge": "24h", "expectedRunDuration": "30m", "neglectAge": "7d", "drillAge": "8d", "recoveryTime": "4h", "replayLag": "2m",
                    "maximumGrowthPercent": 30, "minimumDeduplicationPercent": 0}),
            ),
            ("spec.suspend", json!(true)),
        ]),
    ]
}

#[tokio::test]
async fn what_the_reader_refuses_the_api_server_refuses_with_the_same_words() {
    let mut untold = messages();
    assert!(untold.len() > 30);
    for (object, words) in refused() {
        let told = complaint(&object).unwrap_or_else(|| panic!("the reader takes {object}"));
        assert!(told.contains(words), "the reader says of {object}: {told}");
        let told = refusal(&object)
            .await
            .unwrap_or_else(|| panic!("the server takes {object}"));
        assert!(told.contains(words), "the server says of {object}: {told}");
        untold.retain(|message| !told.contains(message.as_str()));
    }
    assert_eq!(untold, BTreeSet::new(), "no object breaks these rules");
}

#[tokio::test]
async fn what_the_reader_takes_the_api_server_takes() {
    for object in accepted() {
        assert_eq!(complaint(&object), None, "{object}");
        assert_eq!(refusal(&object).await, None, "{object}");
    }
}

#[tokio::test]
async fn no_answer_shows_what_could_be_a_password() {
    for (object, _) in refused() {
        if !object.to_string().contains("hidden") {
            continue;
        }
        let (reader, server) = (complaint(&object).unwrap(), refusal(&object).await.unwrap());
        assert!(!reader.contains("hidden"), "{reader}");
        assert!(!server.contains("hidden"), "{server}");
    }
}
