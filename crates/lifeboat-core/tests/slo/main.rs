//! Service levels over sixty days, compared with an oracle that looks at every minute.

mod burning;
mod sixty_days;
mod verdicts;
