//! Settings that work are read as they are meant; those that can't are refused by name.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use jiff::SignedDuration;
use lifeboat_alerts::{NotificationSettings, Router, RouterError};
use rstest::rstest;
use serde_json::{Value, json};

fn read(settings: Value) -> NotificationSettings {
    serde_json::from_value(settings).unwrap()
}

fn webhook(name: &str, more: &Value) -> Value {
    let mut notifier = json!({ "name": name, "webhook": { "url": "http://127.0.0.1:1/hook" } });
    if let (Some(notifier), Some(more)) = (notifier.as_object_mut(), more.as_object()) {
        notifier.extend(more.clone());
    }
    notifier
}

#[test]
fn the_documented_example_is_read_with_its_defaults() {
    let settings = read(json!({
        "notifiers": [
            {
                "name": "alertmanager",
                "alertmanager": { "urls": ["http://127.0.0.1:9093"] },
                "fallback": "pager",
            },
            {
                "name": "pager",
                "onlyAsFallback": true,
                "fallbackAfter": "90s",
                "webhook": { "url": "http://127.0.0.1:1/", "bearerTokenFile": "/run/token" },
            },
        ],
        "externalLabels": { "cluster": "home" },
        "runbookUrl": "https://wiki.example.com",
    }));
    settings.validate().unwrap();
    let [alertmanager, pager] = &settings.notifiers[..] else {
        panic!("there are two: {settings:?}");
    };
    assert_eq!(alertmanager.fallback_after, SignedDuration::from_mins(1));
    let resend = alertmanager.alertmanager.as_ref().unwrap().resend_interval;
    assert_eq!(resend, SignedDuration::from_mins(1));
    assert_eq!(pager.fallback_after, SignedDuration::from_secs(90));
    let timeout = pager.webhook.as_ref().unwrap().timeout;
    assert_eq!(timeout, SignedDuration::from_secs(10));

    let router = Router::new(&settings, SignedDuration::from_secs(30)).unwrap();
    assert_eq!(router.routes().collect::<Vec<_>>(), ["alertmanager"]);
}

#[rstest]
#[case::unknown_field(json!({ "notifiers": [{ "name": "a", "pagerduty": {} }] }), "pagerduty")]
#[case::not_a_duration(json!({ "notifiers": [webhook("a", &json!({ "fallbackAfter": "soon" }))] }), "'soon'")]
#[case::no_urls(json!({ "notifiers": [{ "name": "a", "alertmanager": {} }] }), "urls")]
fn what_is_misspelt_is_refused_by_its_name(#[case] settings: Value, #[case] part: &str) {
    let error = serde_json::from_value::<NotificationSettings>(settings).unwrap_err();
    assert!(error.to_string().contains(part), "{error}");
}

fn alertmanager(more: &Value) -> Value {
    let mut settings = json!({ "urls": ["http://127.0.0.1:9093"] });
    if let (Some(settings), Some(more)) = (settings.as_object_mut(), more.as_object()) {
        settings.extend(more.clone());
    }
    json!([{ "name": "main", "alertmanager": settings }])
}

#[rstest]
#[case::no_name(json!([webhook("", &json!({}))]), "notifier number 1 has no name")]
#[case::same_name(json!([webhook("main", &json!({})), webhook("main", &json!({}))]), "two notifiers are called 'main'")]
#[case::no_kind(json!([{ "name": "main" }]), "the notifier 'main' has none of")]
#[case::two_kinds(json!([webhook("main", &json!({ "alertmanager": { "urls": ["http://a"] } }))]), "the notifier 'main' has both of")]
#[case::no_such_fallback(json!([webhook("main", &json!({ "fallback": "pager" }))]), "'main' falls back on 'pager', which does not exist")]
#[case::itself(json!([webhook("main", &json!({ "fallback": "main" }))]), "in a circle: main -> main")]
#[case::circle(
    json!([
        webhook("main", &json!({ "fallback": "second" })),
        webhook("second", &json!({ "fallback": "third" })),
        webhook("third", &json!({ "fallback": "second" })),
    ]),
    "in a circle: main -> second -> third -> second"
)]
#[case::unused(json!([webhook("main", &json!({ "onlyAsFallback": true }))]), "'main' is only a fallback, but none")]
#[case::no_url(alertmanager(&json!({ "urls": [] })), "'main' has no URL")]
#[case::not_http(alertmanager(&json!({ "urls": ["ftp://host"] })), "neither http:// nor https://")]
#[case::no_scheme(alertmanager(&json!({ "urls": ["host:9093"] })), "'main' can't use the URL")]
#[case::query(alertmanager(&json!({ "urls": ["http://host/?a=b"] })), "it holds a query")]
#[case::no_password(alertmanager(&json!({ "username": "me" })), "no passwordFile")]
#[case::no_user(alertmanager(&json!({ "passwordFile": "/p" })), "no username")]
#[case::two_logins(
    alertmanager(&json!({ "username": "me", "passwordFile": "/p", "bearerTokenFile": "/t" })),
    "both a username and a bearerTokenFile"
)]
#[case::no_resend(alertmanager(&json!({ "resendInterval": "0s" })), "resendInterval set to nothing")]
fn what_can_not_work_is_refused_with_the_notifiers_name_and_a_hint(
    #[case] notifiers: Value,
    #[case] part: &str,
) {
    let settings = read(json!({ "notifiers": notifiers }));
    let error = Router::new(&settings, SignedDuration::from_secs(30)).unwrap_err();
    assert!(error.to_string().contains(part), "{error}");
    assert!(error.hint().is_some());
}

#[rstest]
#[case("severity", false)]
#[case("my-team", false)]
#[case("1st", false)]
#[case("", false)]
#[case("cluster", true)]
#[case("_team1", true)]
fn external_labels_are_ones_that_alertmanager_takes(#[case] label: &str, #[case] taken: bool) {
    let settings = read(json!({ "externalLabels": { label: "x" } }));
    assert_eq!(settings.validate().is_ok(), taken);
}

#[rstest]
#[case("runbookUrl")]
#[case("externalUrl")]
fn links_are_urls(#[case] setting: &str) {
    let settings = read(json!({ setting: "wiki" }));
    let error = settings.validate().unwrap_err().to_string();
    assert!(error.contains(setting), "{error}");
}

#[test]
fn a_secret_in_a_url_is_never_shown() {
    let notifiers = [
        webhook(
            "a",
            &json!({ "webhook": { "url": "http://me:s3cret@host/s3cret?t=s3cret" } }),
        ),
        json!({ "name": "b", "alertmanager": { "urls": ["http://me:s3cret@host"] } }),
    ];
    for notifier in notifiers {
        let settings = read(json!({ "notifiers": [notifier] }));
        let error = settings.validate().unwrap_err();
        assert!(
            !format!("{error} {error:?} {settings:?}").contains("s3cret"),
            "{error}"
        );
    }
    let notifier = webhook(
        "a",
        &json!({ "webhook": { "url": "http://host/s3cret?t=s3cret" } }),
    );
    let settings = read(json!({ "notifiers": [notifier] }));
    let router = Router::new(&settings, SignedDuration::from_secs(30)).unwrap();
    let shown = format!("{settings:?} {router:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[rstest]
#[case::missing(None)]
#[case::not_a_certificate(Some("no certificate"))]
fn certificate_authorities_that_can_not_be_read_are_named(#[case] content: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    if let Some(content) = content {
        std::fs::write(&path, content).unwrap();
    }
    let settings =
        read(json!({ "notifiers": alertmanager(&json!({ "certificateAuthority": path })) }));
    let error = Router::new(&settings, SignedDuration::from_secs(30)).unwrap_err();
    let RouterError::Notifier { notifier, source } = error else {
        panic!("another error: {error}");
    };
    assert_eq!(notifier, "main");
    assert!(source.to_string().contains("ca.pem"), "{source}");
}
