-- What is remembered of an asset's maintenance beside its runs, as JSON; absent for what has none.

ALTER TABLE assets ADD COLUMN upkeep TEXT;
