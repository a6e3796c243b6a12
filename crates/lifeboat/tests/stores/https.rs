//! HTTPS: certificates of one's own, and web identity, which is spoken over HTTPS only.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lifeboat_testkit::moto::Moto;
use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::process::Process;

use crate::support::{clean, run};
use crate::{Remote, does_everything};

/// A token service on HTTPS: it knows one role and one token, and prints what it is asked.
const TOKEN_SERVICE: &str = r#"
import http.server, ssl, sys, urllib.parse
port, certificate, key = sys.argv[1:]

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        query = self.rfile.read(length).decode() or urllib.parse.urlsplit(self.path).query
        asked = dict(urllib.parse.parse_qsl(query))
        print(sorted(asked.items()), flush=True)
        good = (asked.get("Action"), asked.get("RoleArn"), asked.get("WebIdentityToken")) == (
            "AssumeRoleWithWebIdentity", "arn:aws:iam::1:role/backup", "a-web-token")
        body = """<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
            <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>issued</SecretAccessKey>
            <SessionToken>a-session-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""
        if not good:
            body = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
        self.send_response(200 if good else 403)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server = http.server.HTTPServer(("127.0.0.1", int(port)), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
"#;

/// A certificate for 127.0.0.1 that signs itself, and its key.
fn certificate(folder: &Path) -> [String; 2] {
    let [certificate, key] =
        ["certificate.pem", "key.pem"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    run(clean("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args([
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"]))
    .exits(0);
    [certificate, key]
}

#[tokio::test]
async fn a_web_identity_becomes_a_role_over_https_with_an_authority_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let [certificate, key] = certificate(folder.path());
    let port = free_port().to_string();
    let mut command = clean("python3");
    command.args(["-c", TOKEN_SERVICE, &port, &certificate, &key]);
    let service = Process::spawn("token service", command);
    let ready = async || service.log().contains("ready");
    service
        .wait_until("listen", Duration::from_secs(30), ready)
        .await;

    let moto = Moto::start().await;
    let token = folder.path().join("token");
    fs::write(&token, "a-web-token").unwrap();
    let bucket = moto.bucket("backups").await;
    let remote = || {
        Remote::s3(&bucket)
            .variable("AWS_ACCESS_KEY_ID", None)
            .variable("AWS_SECRET_ACCESS_KEY", None)
            .variable("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str())
            .variable("AWS_ROLE_ARN", Some("arn:aws:iam::1:role/backup"))
            .variable(
                "AWS_ENDPOINT_URL_STS",
                Some(&format!("https://127.0.0.1:{port}")),
            )
    };
    let trusting = || remote().options(&format!("--certificate-authority {certificate}"));
    does_everything(&trusting());
    assert!(service.log().contains("a-web-token"), "{}", service.log());

    remote().run("backups list").exits(1).complains(&[
        "hint: the server's certificate is not trusted",
        "--certificate-authority",
    ]);
    fs::write(&token, "an-old-token").unwrap();
    let ran = trusting()
        .options("--log-level trace")
        .run("backups list")
        .exits(1);
    for secret in ["an-old-token", "issued"] {
        assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
    }
}

#[test]
fn a_file_that_holds_no_certificate_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let remote = || Remote {
        url: "s3://backups/x".to_owned(),
        variables: vec![
            ("AWS_ACCESS_KEY_ID".to_owned(), "AKIAEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "s3cret".to_owned()),
            (
                "AWS_ENDPOINT_URL".to_owned(),
                "https://127.0.0.1:1".to_owned(),
            ),
        ],
        options: vec![format!("--certificate-authority={}", file.display())],
    };
    let complaint = format!(
        "failed to read certificate authorities from {}",
        file.display()
    );
    remote()
        .run("backups list")
        .exits(1)
        .complains(&[&complaint, "No such file"]);
    fs::write(&file, "not a certificate").unwrap();
    remote()
        .run("backups list")
        .exits(1)
        .complains(&[&complaint]);
}
