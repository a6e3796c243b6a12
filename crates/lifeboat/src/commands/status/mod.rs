//! `lifeboat status`: how every asset is, or all that is known of one.

mod asked;
mod coverage;
mod detail;
mod maintained;
mod observed;
mod overview;
pub(super) mod selection;
mod service_levels;
pub(super) mod words;

use std::{io::IsTerminal, io::Write, process::ExitCode, time::Duration};

use asked::Asked;
use coverage::AllCoverage;
use detail::Detail;
use lifeboat_core::AssetId;
use lifeboat_web::api::{AssetCounts, CoverageQuery, RunQuery};
use overview::Overview;

use crate::{cli::StatusOptions, commands::exit_code, failure, output::Printer};

/// How often `--watch` asks again.
const EVERY: Duration = Duration::from_secs(2);
/// How many of an asset's last runs are shown.
const LAST_RUNS: u32 = 10;

pub(crate) async fn run(options: &StatusOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let mut asked = Asked::of(options).await?;
    if !options.watch {
        let shown = ask(&mut asked, options).await?;
        shown.print(printer)?;
        return Ok(exit_code(shown.is_fine()));
    }
    tokio::select! {
        watched = watch(&mut asked, options, printer) => watched,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What there is to show.
enum Shown {
    All(Box<Overview>),
    One(Box<Detail>),
    Coverage(Box<AllCoverage>),
}

impl Shown {
    fn print(&self, printer: &Printer) -> anyhow::Result<()> {
        match self {
            Self::All(overview) => printer.print(&**overview),
            Self::One(detail) => printer.print(&**detail),
            Self::Coverage(coverage) => printer.print(&**coverage),
        }
    }

    fn is_fine(&self) -> bool {
        match self {
            Self::All(overview) => overview.is_fine(),
            Self::One(detail) => detail.is_fine(),
            Self::Coverage(coverage) => coverage.is_fine(),
        }
    }

    /// What is not merely older than before when it differs.
    fn news(&self) -> String {
        match self {
            Self::All(overview) => overview.news(),
            Self::One(detail) => detail.news(),
            Self::Coverage(coverage) => coverage.news(),
        }
    }
}

async fn ask(asked: &mut Asked, options: &StatusOptions) -> anyhow::Result<Shown> {
    let query = CoverageQuery {
        cluster: options.cluster.clone(),
        namespace: options.namespace.clone(),
        ..CoverageQuery::default()
    };
    if options.coverage {
        let coverage = asked.coverage(&query).await?;
        return Ok(Shown::Coverage(Box::new(AllCoverage(coverage))));
    }
    let mut list = asked.assets().await?;
    if let Some(wanted) = &options.asset {
        let assets = list.assets.iter().map(|asset| &asset.asset);
        let is_there = |id: &&AssetId| selection::is_in(id, options.cluster.as_deref());
        let id = selection::select(wanted, assets.filter(is_there))?;
        let asset = asked.asset(&id).await?;
        let asset = asset.ok_or_else(|| selection::gone(&id))?;
        let query = RunQuery {
            asset: Some(id),
            limit: Some(LAST_RUNS),
            ..RunQuery::default()
        };
        let (last_runs, runs_error) = asked.runs(&query).await?;
        return Ok(Shown::One(Box::new(Detail {
            asset,
            last_runs,
            runs_error,
        })));
    }
    let known = list.assets.len();
    list.assets.retain(|asset| selection::fits(asset, options));
    let assets = &list.assets;
    list.alerts
        .retain(|alert| assets.iter().any(|asset| asset.asset == alert.asset));
    list.counts = AssetCounts::of(assets.iter().map(|asset| asset.status));
    let is_whole = options.kind.is_none()
        && options.namespace.is_none()
        && options.cluster.is_none()
        && !options.failing;
    let findings = if is_whole {
        asked.findings().await?
    } else {
        Vec::new()
    };
    let is_of_all = options.kind.is_none() && !options.failing;
    let coverage = if is_of_all {
        Some(asked.coverage(&query).await?)
    } else {
        None
    };
    Ok(Shown::All(Box::new(Overview {
        list,
        findings,
        coverage,
        is_of_cluster: matches!(asked, Asked::Clusters(_)),
        known,
    })))
}

/// Shows what there is until somebody ends it: anew each time on a terminal, else at each change.
async fn watch(
    asked: &mut Asked,
    options: &StatusOptions,
    printer: &Printer,
) -> anyhow::Result<ExitCode> {
    let is_terminal = std::io::stdout().is_terminal() && printer.is_for_people();
    let first = ask(asked, options).await?;
    let mut news = None;
    let mut shown = Ok(first);
    loop {
        match shown {
            Ok(shown) => {
                let now = Some(shown.news());
                if is_terminal {
                    clear()?;
                    shown.print(printer)?;
                } else if news != now {
                    shown.print(printer)?;
                }
                news = now;
            }
            Err(error) => {
                let now = Some(format!("{error:#}"));
                if news != now {
                    failure::report(&error);
                }
                news = now;
            }
        }
        tokio::time::sleep(EVERY).await;
        shown = ask(asked, options).await;
    }
}

fn clear() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(b"\x1b[H\x1b[2J")?;
    out.flush()
}
