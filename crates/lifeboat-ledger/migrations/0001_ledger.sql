-- The ledger's first schema, in the SQL that SQLite and PostgreSQL share.
-- Moments are microseconds since 1970-01-01T00:00:00Z; what has structure is JSON.

-- One row. Whoever claims the ledger for writing raises the generation, so that a writer whose
-- claim was lost can tell whether somebody else has written since.
CREATE TABLE claim (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    generation BIGINT NOT NULL
);
INSERT INTO claim (id, generation) VALUES (1, 0);

CREATE TABLE assets (
    id TEXT NOT NULL PRIMARY KEY,
    first_seen_at BIGINT NOT NULL,
    gone_at BIGINT,
    suspended_since BIGINT,
    first_recovery_point_at BIGINT,
    inventory_at BIGINT,
    inventory_error TEXT
);

CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    asset TEXT NOT NULL REFERENCES assets (id),
    operation TEXT NOT NULL,
    started_by TEXT NOT NULL,
    scheduled_for BIGINT,
    attempt BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    bytes BIGINT,
    summary TEXT,
    error TEXT,
    hint TEXT,
    recovery_point TEXT,
    slice BIGINT,
    slice_count BIGINT,
    retryable BIGINT
);
CREATE INDEX runs_by_start ON runs (started_at, id);
CREATE INDEX runs_by_asset ON runs (asset, started_at, id);
-- Failures are rare: without this one, the newest ten would be looked for among all runs.
CREATE INDEX runs_by_outcome ON runs (asset, outcome, started_at, id);
CREATE INDEX runs_by_end ON runs (ended_at);

-- What the runs of an operation come to. It outlives the runs.
CREATE TABLE operation_histories (
    asset TEXT NOT NULL REFERENCES assets (id),
    operation TEXT NOT NULL,
    history TEXT NOT NULL,
    PRIMARY KEY (asset, operation)
);

CREATE TABLE recovery_points (
    asset TEXT NOT NULL REFERENCES assets (id),
    name TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    -- None for a point that was whole when it was made.
    damage TEXT,
    verified_at BIGINT,
    verification_level TEXT,
    verification_good BIGINT,
    pinned BIGINT NOT NULL,
    vanished_at BIGINT,
    PRIMARY KEY (asset, name)
);
CREATE INDEX recovery_points_by_end ON recovery_points (vanished_at);

-- The whole instance is JSON, to the nanosecond: the identity of its incident holds a moment.
CREATE TABLE alert_instances (
    alert TEXT NOT NULL,
    asset TEXT NOT NULL,
    state TEXT NOT NULL,
    instance TEXT NOT NULL,
    PRIMARY KEY (alert, asset)
);

CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    alert TEXT NOT NULL,
    asset TEXT NOT NULL,
    severity TEXT NOT NULL,
    condition_since BIGINT NOT NULL,
    fired_at BIGINT NOT NULL,
    resolved_at BIGINT,
    summary TEXT NOT NULL
);
CREATE INDEX incidents_by_start ON incidents (fired_at, id);
CREATE INDEX incidents_by_asset ON incidents (asset, fired_at, id);
CREATE INDEX incidents_by_end ON incidents (resolved_at);

-- What is still to be told, and what was. The primary key is why nothing is told twice.
CREATE TABLE outbox (
    route TEXT NOT NULL,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    last_error TEXT,
    delivered_at BIGINT,
    delivered_by TEXT,
    PRIMARY KEY (route, incident_id, event)
);
CREATE INDEX outbox_by_attempt ON outbox (next_attempt_at, created_at) WHERE delivered_at IS NULL;
CREATE INDEX outbox_by_incident ON outbox (incident_id);
