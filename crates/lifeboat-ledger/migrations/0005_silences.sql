-- What people don't want to be told of for some time, and how soon incidents were noticed and over.

CREATE TABLE silences (
    id TEXT NOT NULL PRIMARY KEY,
    -- A list of texts such as alertname="CNPGBackupStale", as JSON.
    matchers TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    comment TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX silences_by_end ON silences (ends_at);

-- One row of JSON: counters that outlive the incidents.
CREATE TABLE incident_totals (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    totals TEXT NOT NULL
);
