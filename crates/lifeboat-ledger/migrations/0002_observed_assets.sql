-- What others operate: nobody says how large their recovery points are, and they can be lost.

ALTER TABLE recovery_points ADD COLUMN size BIGINT;
UPDATE recovery_points SET size = bytes;
ALTER TABLE recovery_points DROP COLUMN bytes;
ALTER TABLE recovery_points RENAME COLUMN size TO bytes;

-- The last loss of recovery points, as JSON, while it matters.
ALTER TABLE assets ADD COLUMN loss TEXT;
