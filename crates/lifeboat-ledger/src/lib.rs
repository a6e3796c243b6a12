//! History in SQLite or PostgreSQL: runs, recovery points, alert states, incidents, and what is still to be told.
