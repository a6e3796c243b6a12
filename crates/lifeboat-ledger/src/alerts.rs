//! Alerts: where each stands, the incidents they open, and the messages about both, never apart.

use jiff::Timestamp;
use lifeboat_core::{AlertInstance, AlertKey, AssetId, Incident, IncidentTotals, Severity};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Error, Ledger, OutboxMessage,
    columns::{Columns, foreign_text, json, moment, moment_or_none},
    outbox,
    select::Select,
};

/// What one evaluation of the alerts has changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlertChanges {
    /// Instances that are new or have changed. The incident of each that has fired follows it.
    pub instances: Vec<AlertInstance>,
    /// Instances that are no more. Their incidents stay.
    pub inactive: Vec<AlertKey>,
    /// Messages to be told. One that is there already, or was delivered, is not told again.
    pub messages: Vec<OutboxMessage>,
    /// What the times of all incidents come to by now, if that has changed.
    pub totals: Option<IncidentTotals>,
}

/// Which incidents to list, newest first. What is none asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentFilter {
    /// About this asset.
    pub asset: Option<AssetId>,
    /// Of the alert of this name.
    pub alert: Option<String>,
    /// Only those that go on.
    pub unresolved: bool,
    /// Fired at this moment or later.
    pub since: Option<Timestamp>,
    /// Fired earlier than this moment.
    pub before: Option<Timestamp>,
    /// No more than this many.
    pub limit: u32,
}

impl Default for IncidentFilter {
    /// The newest 50 of all.
    fn default() -> Self {
        Self {
            asset: None,
            alert: None,
            unresolved: false,
            since: None,
            before: None,
            limit: 50,
        }
    }
}

impl Ledger {
    /// Every alert that is pending, firing or lately resolved, by alert and asset.
    pub async fn alert_instances(&self) -> Result<Vec<AlertInstance>, Error> {
        self.read("load the alerts", async |connection| {
            let rows = sqlx::query("SELECT instance FROM alert_instances")
                .fetch_all(connection)
                .await?;
            let mut instances = rows
                .iter()
                .map(|row| row.json("instance"))
                .collect::<Result<Vec<AlertInstance>, _>>()?;
            instances.sort_by(|left, right| left.key.cmp(&right.key));
            Ok(instances)
        })
        .await
    }

    /// Records what an evaluation has changed: instances, their incidents, and the messages about
    /// them, all or none.
    pub async fn save_alerts(&self, changes: &AlertChanges) -> Result<(), Error> {
        self.write("record the alerts", async |connection| {
            for instance in &changes.instances {
                write_instance(connection, instance).await?;
                if let Some(incident) = Incident::of(instance) {
                    write_incident(connection, &incident).await?;
                }
            }
            for key in &changes.inactive {
                sqlx::query("DELETE FROM alert_instances WHERE alert = $1 AND asset = $2")
                    .bind(&key.alert)
                    .bind(key.asset.to_string())
                    .execute(&mut *connection)
                    .await?;
            }
            for message in &changes.messages {
                outbox::insert(connection, message).await?;
            }
            if let Some(totals) = &changes.totals {
                write_totals(connection, totals).await?;
            }
            Ok(())
        })
        .await
    }

    /// What the times of all incidents come to, also of those that are forgotten. A ledger in which
    /// nobody has counted yet is counted from the incidents that it knows.
    pub async fn incident_totals(&self) -> Result<IncidentTotals, Error> {
        let counted = self
            .read("load the times of incidents", async |connection| {
                let row = sqlx::query("SELECT totals FROM incident_totals")
                    .fetch_optional(connection)
                    .await?;
                row.map(|row| row.json("totals")).transpose()
            })
            .await?;
        if let Some(counted) = counted {
            return Ok(counted);
        }
        let all = IncidentFilter {
            limit: u32::MAX,
            ..IncidentFilter::default()
        };
        let mut totals = IncidentTotals::default();
        for incident in self.incidents(&all).await? {
            totals.count_detection(&incident);
            totals.count_resolution(&incident);
        }
        Ok(totals)
    }

    /// The incidents that a filter lets through, the one that fired last first.
    pub async fn incidents(&self, filter: &IncidentFilter) -> Result<Vec<Incident>, Error> {
        self.read("list incidents", async |connection| {
            let mut select = Select::new(
                "SELECT id, alert, asset, severity, condition_since, fired_at, resolved_at, \
                 summary FROM incidents WHERE TRUE",
            )
            .and("asset =", filter.asset.as_ref().map(ToString::to_string))?
            .and("alert =", filter.alert.clone())?
            .and("fired_at >=", moment_or_none(filter.since))?
            .and("fired_at <", moment_or_none(filter.before))?;
            if filter.unresolved {
                select = select.also("resolved_at IS NULL");
            }
            let rows = select
                .fetch(connection, "fired_at DESC, id DESC", filter.limit)
                .await?;
            rows.iter().map(read_incident).collect()
        })
        .await
    }
}

async fn write_instance(
    connection: &mut AnyConnection,
    instance: &AlertInstance,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO alert_instances (alert, asset, state, instance) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (alert, asset) DO UPDATE SET state = excluded.state, \
             instance = excluded.instance",
    )
    .bind(&instance.key.alert)
    .bind(instance.key.asset.to_string())
    .bind(instance.state.name())
    .bind(json(instance)?)
    .execute(connection)
    .await
    .map(drop)
}

async fn write_totals(
    connection: &mut AnyConnection,
    totals: &IncidentTotals,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO incident_totals (id, totals) VALUES (1, $1) \
         ON CONFLICT (id) DO UPDATE SET totals = excluded.totals",
    )
    .bind(json(totals)?)
    .execute(connection)
    .await
    .map(drop)
}

async fn write_incident(
    connection: &mut AnyConnection,
    incident: &Incident,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO incidents (id, alert, asset, severity, condition_since, fired_at, \
             resolved_at, summary) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, \
             condition_since = excluded.condition_since, resolved_at = excluded.resolved_at, \
             summary = excluded.summary",
    )
    .bind(&incident.id)
    .bind(&incident.key.alert)
    .bind(incident.key.asset.to_string())
    .bind(incident.severity.name())
    .bind(moment(incident.condition_since))
    .bind(moment(incident.fired_at))
    .bind(moment_or_none(incident.resolved_at))
    .bind(foreign_text(&incident.summary))
    .execute(connection)
    .await
    .map(drop)
}

fn read_incident(row: &AnyRow) -> Result<Incident, sqlx::Error> {
    Ok(Incident {
        id: row.text("id")?,
        key: AlertKey {
            alert: row.text("alert")?,
            asset: row.parsed("asset")?,
        },
        severity: row.named("severity", &Severity::ALL, Severity::name)?,
        condition_since: row.moment("condition_since")?,
        fired_at: row.moment("fired_at")?,
        resolved_at: row.moment_or_none("resolved_at")?,
        summary: row.text("summary")?,
    })
}
