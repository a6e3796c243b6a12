-- What is remembered of an asset for its objectives over thirty days, as JSON. A table of its own,
-- since counters are written every few minutes.

CREATE TABLE service_levels (
    asset TEXT NOT NULL PRIMARY KEY REFERENCES assets (id),
    levels TEXT NOT NULL
);
