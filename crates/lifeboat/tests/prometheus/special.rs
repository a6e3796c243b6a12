//! Servers that are set up in their own way: agents, route prefixes, logins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lifeboat_testkit::http;
use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::process::Process;
use lifeboat_testkit::tools::tool;
use lifeboat_testkit::tree::tree;
use rstest::rstest;
use tempfile::TempDir;

use crate::support::{Ran, Repository, run, wait_until};
use crate::{ENDS_WITHIN, assert_nothing_is_left, backup_of};

/// A server that the test kit cannot start, since it answers elsewhere than at `/-/ready`.
struct Special {
    process: Process,
    url: String,
    data: PathBuf,
    _folder: TempDir,
}

async fn special(
    program: &str,
    flags: &[&str],
    storage: &str,
    headers: &[(&str, &str)],
    prefix: &str,
) -> Special {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let configuration = folder.path().join("prometheus.yml");
    let target = format!("127.0.0.1:{port}");
    let jobs = serde_json::json!([{
        "job_name": "self",
        "metrics_path": format!("{prefix}/metrics"),
        "static_configs": [{ "targets": [target] }],
    }]);
    let text = serde_json::json!({ "global": { "scrape_interval": "200ms", "scrape_timeout": "200ms" }, "scrape_configs": jobs });
    fs::write(&configuration, text.to_string()).unwrap();
    let data = folder.path().join("data");
    let mut command = Command::new(tool(program));
    command
        .arg(format!("--config.file={}", configuration.display()))
        .arg(format!("--{storage}={}", data.display()))
        .arg(format!("--web.listen-address={target}"))
        .args(flags);
    let url = format!("http://{target}{prefix}");
    let special = Special {
        process: Process::spawn(program, command),
        url,
        data,
        _folder: folder,
    };
    let ready = format!("{}/-/ready", special.url);
    special
        .process
        .wait_until("become ready", ENDS_WITHIN, async || {
            http::request("GET", &ready, headers, "")
                .await
                .is_ok_and(|answer| answer.is_success())
        })
        .await;
    wait_until("a first scrape", || has_samples(&special.data)).await;
    special
}

/// Whether anything stands in the write-ahead log, so that a snapshot holds a block.
fn has_samples(data: &Path) -> bool {
    let Ok(segments) = fs::read_dir(data.join("wal")) else {
        return false;
    };
    let mut sizes = segments.map(|segment| segment.unwrap().metadata().unwrap().len());
    sizes.any(|size| size > 0)
}

#[rstest]
#[case::oldest("prometheus", "--enable-feature=agent")]
#[case::newest("prometheus3", "--agent")]
#[tokio::test]
async fn an_agent_has_nothing_to_back_up(#[case] program: &str, #[case] flag: &str) {
    let agent = special(program, &[flag], "storage.agent.path", &[], "").await;
    run(&mut backup_of(
        &agent.url,
        &agent.data,
        &Repository::new(),
        &[],
    ))
    .exits(1)
    .complains(&[
        "runs in agent mode and keeps no database",
        "hint: back up the Prometheus that the agent sends its samples to",
    ]);
}

#[rstest]
#[case::oldest("prometheus")]
#[case::newest("prometheus3")]
#[tokio::test]
async fn a_route_prefix_belongs_to_the_url(#[case] program: &str) {
    let flags = [
        "--web.enable-admin-api",
        "--web.route-prefix=/metrics-of/team",
    ];
    let prometheus = special(
        program,
        &flags,
        "storage.tsdb.path",
        &[],
        "/metrics-of/team",
    )
    .await;
    let repository = Repository::new();
    run(&mut backup_of(
        &prometheus.url,
        &prometheus.data,
        &repository,
        &[],
    ))
    .exits(0);
    let without = prometheus.url.replace("/metrics-of/team", "");
    run(&mut backup_of(&without, &prometheus.data, &repository, &[]))
        .exits(1)
        .complains(&["hint: check --url; if Prometheus runs with --web.route-prefix"]);
    assert_nothing_is_left(&prometheus.data);
}

/// `me:s3cret`, in bcrypt as `--web.config.file` wants it and in base 64 as requests carry it.
const WEB_CONFIGURATION: &str =
    "basic_auth_users:\n  me: $2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG\n";

const AUTHORIZATION: (&str, &str) = ("authorization", "Basic bWU6czNjcmV0");

#[tokio::test]
async fn a_server_with_a_login_wants_it_and_never_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let web = folder.path().join("web.yml");
    fs::write(&web, WEB_CONFIGURATION).unwrap();
    // It cannot scrape itself without a login, but it records that.
    let web = format!("--web.config.file={}", web.display());
    let flags = ["--web.enable-admin-api", &web];
    let prometheus = special(
        "prometheus3",
        &flags,
        "storage.tsdb.path",
        &[AUTHORIZATION],
        "",
    )
    .await;
    let repository = Repository::new();
    let with = |password: &str| -> Ran {
        let file = folder.path().join("password");
        fs::write(&file, format!("{password}\n")).unwrap();
        let file = file.to_str().unwrap();
        let login = [
            "--prometheus-username",
            "me",
            "--prometheus-password-file",
            file,
        ];
        let mut command = backup_of(&prometheus.url, &prometheus.data, &repository, &login);
        run(command.args(["--log-level", "trace"]))
    };
    run(&mut backup_of(
        &prometheus.url,
        &prometheus.data,
        &repository,
        &[],
    ))
    .exits(1)
    .complains(&["answered 401", "hint: the server wants a login"]);
    let wrong = with("wr0ng").exits(1).complains(&["answered 401"]);
    let right = with("s3cret").exits(0);
    for shown in [wrong.stdout, wrong.stderr, right.stdout, right.stderr] {
        for secret in ["wr0ng", "s3cret", "bWU6"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    for path in tree(&repository.path()).keys() {
        let bytes = fs::read(repository.path().join(path)).unwrap();
        let holds = bytes.windows(6).any(|window| window == b"s3cret");
        assert!(!holds, "{}", path.display());
    }
    assert_nothing_is_left(&prometheus.data);
}
