//! `GET /`: a plain page that says where to look, for whoever opens the address in a browser.

use std::fmt::Write;

use axum::{
    extract,
    http::{HeaderName, header},
    response::{Html, IntoResponse},
};
use jiff::SignedDuration;
use lifeboat_controller::View;
use lifeboat_core::HumanDuration;

use crate::{api::AsOf, state::State};

const LINKS: [(&str, &str); 10] = [
    ("/metrics", "metrics, for Prometheus"),
    ("/healthz", "whether Lifeboat does its work"),
    ("/readyz", "whether Lifeboat is ready"),
    ("/api/v1/assets", "assets, as JSON"),
    ("/api/v1/alerts", "alerts, as JSON"),
    ("/api/v1/silences", "what nobody is to be told of, as JSON"),
    (
        "/api/v1/incidents",
        "what was wrong, and for how long, as JSON",
    ),
    ("/api/v1/findings", "what somebody should look at, as JSON"),
    (
        "/api/v1/coverage",
        "what holds data, and which backup covers it, as JSON",
    ),
    ("/api/v1/runs", "runs, as JSON"),
];

/// Nothing is loaded, run or framed.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

pub(super) async fn show(extract::State(state): extract::State<State>) -> impl IntoResponse {
    let page = match state.view() {
        Ok((view, as_of)) => page(&view, &as_of),
        Err(standby) => format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Lifeboat</title>\n\
             <h1>Lifeboat</h1>\n<p>{}.</p>\n<p>{}</p>\n</html>\n",
            escaped(&standby.to_string()),
            escaped(&standby.hint()),
        ),
    };
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(page))
}

fn page(view: &View, as_of: &AsOf) -> String {
    let mut body = String::new();
    if as_of.stale {
        body.push_str("<p><strong>What follows is old: Lifeboat hangs.</strong></p>\n");
    }
    body.push_str("<table>\n<tr><th>asset<th>status<th>newest good backup\n");
    for asset in &view.assets {
        let newest = asset.asset.history.newest_good_point(view.at);
        let age = newest.map(|point| view.at.duration_since(point.taken_at));
        let age = age.map_or_else(|| "none".to_owned(), shown);
        let id = escaped(&asset.asset.id.to_string());
        let status = asset.assessment.status;
        // Writing to a string can't fail.
        let _ = writeln!(body, "<tr><td>{id}<td>{status}<td>{age}");
    }
    body.push_str("</table>\n<ul>\n");
    for (path, what) in LINKS {
        let _ = writeln!(body, "<li><a href=\"{path}\">{path}</a> {what}");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Lifeboat</title>\n\
         <style>body{{font-family:sans-serif}}td,th{{text-align:left;padding-right:2em}}</style>\n\
         <h1>Lifeboat</h1>\n<p>As of {}.</p>\n{body}</ul>\n</html>\n",
        view.at
    )
}

fn shown(age: SignedDuration) -> String {
    format!("{} old", HumanDuration(age))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
