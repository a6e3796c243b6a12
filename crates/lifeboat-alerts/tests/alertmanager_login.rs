//! An Alertmanager behind TLS, with a certificate authority of one's own, and a login.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{path::Path, process::Command};

use lifeboat_alerts::{Delivery, Notification};
use lifeboat_testkit::{alertmanager::Alertmanager, tools::tool};
use serde_json::{Value, json};
use support::{firing, message, router};

/// What Prometheus's documentation gives for the password `test`.
const HASH_OF_TEST: &str = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay";

/// A certificate for 127.0.0.1 that signs itself, and its key.
fn certificate(folder: &Path) {
    let output = Command::new(tool("openssl"))
        .current_dir(folder)
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-subj", "/CN=127.0.0.1", "-keyout", "key.pem"])
        .args(["-out", "certificate.pem"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn settings(url: &str, folder: &Path, more: &Value) -> Value {
    let mut alertmanager = json!({
        "urls": [url],
        "username": "lifeboat",
        "passwordFile": folder.join("password"),
    });
    if let (Some(alertmanager), Some(more)) = (alertmanager.as_object_mut(), more.as_object()) {
        alertmanager.extend(more.clone());
    }
    json!({ "notifiers": [{ "name": "alertmanager", "alertmanager": alertmanager }] })
}

#[tokio::test]
async fn a_login_over_tls_works_and_its_password_is_shown_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let web = json!({
        "tls_server_config": { "cert_file": "certificate.pem", "key_file": "key.pem" },
        "basic_auth_users": { "lifeboat": HASH_OF_TEST },
    });
    let web_configuration = folder.path().join("web.yml");
    std::fs::write(&web_configuration, web.to_string()).unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "test\n").unwrap();
    let alertmanager = Alertmanager::builder()
        .web_configuration(&web_configuration)
        .start()
        .await;
    let url = alertmanager.url().replace("http://", "https://");
    let now = jiff::Timestamp::now();
    let message = message("alertmanager", &firing("main", now), now);

    let authority = json!({ "certificateAuthority": folder.path().join("certificate.pem") });
    let trusting = router(&settings(&url, folder.path(), &authority));
    let delivery = trusting
        .deliver(&Notification::alone(message.clone()), now)
        .await;
    assert!(
        matches!(delivery, Delivery::Delivered { .. }),
        "{delivery:?}"
    );

    std::fs::write(&password, "s3cret").unwrap();
    let Delivery::Refused { error } = trusting
        .deliver(&Notification::alone(message.clone()), now)
        .await
    else {
        panic!("a wrong password is refused");
    };
    assert!(
        error.contains("401") && error.contains("wants a login"),
        "{error}"
    );
    assert!(!error.contains("s3cret"), "{error}");
    let shown = format!("{trusting:?}");
    assert!(!shown.contains("s3cret"), "{shown}");

    // Without the authority the server is not believed.
    let doubting = router(&settings(&url, folder.path(), &json!({})));
    let Delivery::Again { error, .. } = doubting
        .deliver(&Notification::alone(message.clone()), now)
        .await
    else {
        panic!("a certificate that nobody vouches for is not taken");
    };
    assert!(error.contains("certificate"), "{error}");
}
