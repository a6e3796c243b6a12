//! The catalogue of alerts, their evaluation, and the notifiers that tell people.
