-- Since when what holds data is covered by a backup, or by none.

CREATE TABLE coverage (
    -- Empty where clusters have no names.
    cluster TEXT NOT NULL,
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (cluster, kind, namespace, name)
);
