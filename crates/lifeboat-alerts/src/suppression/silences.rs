//! Silences, ready to be asked: their matchers compiled, and what makes one that can't work.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_core::{AlertInstance, MatchOperator, Matcher, Silence, SilenceState, Suppressor};
use regex::Regex;

/// Why a silence can't be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SilenceError {
    /// It says of no label what it must be like.
    #[error("the silence has no matcher that leaves anything out, so it would silence everything")]
    MatchesEverything,
    /// A regular expression is none.
    #[error("the matcher {matcher} holds no regular expression")]
    Expression {
        /// The matcher.
        matcher: String,
        /// Why.
        #[source]
        source: Box<regex::Error>,
    },
    /// Nobody says why.
    #[error("the silence has no comment")]
    NoComment,
    /// Nobody says who.
    #[error("the silence does not say who made it")]
    NoCreator,
    /// It ends before it begins, or in the past.
    #[error("the silence would be over before it begins")]
    Over,
    /// It is longer than any may be.
    #[error("the silence would last longer than 30 days")]
    TooLong,
}

impl SilenceError {
    /// The next step for the person who reads the error.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::MatchesEverything => {
                "add a matcher such as alertname=CNPGBackupStale or namespace=shop"
            }
            Self::Expression { .. } => {
                "write a regular expression such as namespace=~'shop|web-.*'; it has to match the \
                 whole value"
            }
            Self::NoComment => "say for those who come after you why nobody is to be told",
            Self::NoCreator => "give created_by: the name of whoever answers for it",
            Self::Over => "let it end after its beginning, and in the future",
            Self::TooLong => {
                "make it shorter; what is never to be told is better promised otherwise, in a \
                 BackupPolicy"
            }
        }
    }
}

/// Silences whose matchers can be asked.
#[derive(Debug, Default)]
pub struct Silences(Vec<Compiled>);

#[derive(Debug)]
struct Compiled {
    silence: Silence,
    by: Arc<Suppressor>,
    matchers: Vec<CompiledMatcher>,
}

#[derive(Debug)]
struct CompiledMatcher {
    matcher: Matcher,
    /// Of a regular expression.
    expression: Option<Regex>,
}

impl Silences {
    /// Takes silences. One that can't be read silences nothing: better told than not.
    #[must_use]
    pub fn new<'a>(silences: impl IntoIterator<Item = &'a Silence>) -> Self {
        let compiled = silences.into_iter().filter_map(|silence| {
            let compiled = Compiled::new(silence);
            compiled
                .inspect_err(|error| {
                    tracing::error!("{} silences nothing: {error}", silence.id);
                })
                .ok()
        });
        Self(compiled.collect())
    }

    /// The silence that holds longest of those that fit an alert now.
    pub(crate) fn suppressor_of(
        &self,
        instance: &AlertInstance,
        now: Timestamp,
    ) -> Option<Arc<Suppressor>> {
        let fitting = self.0.iter().filter(|compiled| {
            compiled.silence.state(now) == SilenceState::Active && compiled.fits(instance)
        });
        let longest = fitting.max_by_key(|compiled| compiled.silence.ends_at)?;
        Some(Arc::clone(&longest.by))
    }

    /// Whether any of them fits an alert, whatever the time.
    #[must_use]
    pub fn fit(&self, instance: &AlertInstance) -> bool {
        self.0.iter().any(|compiled| compiled.fits(instance))
    }
}

impl Compiled {
    fn new(silence: &Silence) -> Result<Self, SilenceError> {
        let matchers = silence.matchers.iter().map(CompiledMatcher::new);
        Ok(Self {
            silence: silence.clone(),
            by: Arc::new(Suppressor::Silence(silence.id.clone())),
            matchers: matchers.collect::<Result<_, _>>()?,
        })
    }

    fn fits(&self, instance: &AlertInstance) -> bool {
        let mut matchers = self.matchers.iter();
        matchers.all(|matcher| matcher.fits(matcher.matcher.label.of(instance)))
    }
}

impl CompiledMatcher {
    fn new(matcher: &Matcher) -> Result<Self, SilenceError> {
        let is_expression = matches!(
            matcher.operator,
            MatchOperator::Matches | MatchOperator::NotMatches
        );
        // As in Alertmanager, the whole value has to match.
        let expression = is_expression.then(|| Regex::new(&format!("^(?:{})$", matcher.value)));
        let expression = expression.transpose();
        Ok(Self {
            expression: expression.map_err(|source| SilenceError::Expression {
                matcher: matcher.to_string(),
                source: Box::new(source),
            })?,
            matcher: matcher.clone(),
        })
    }

    fn fits(&self, value: &str) -> bool {
        let wants_other = matches!(
            self.matcher.operator,
            MatchOperator::NotEqual | MatchOperator::NotMatches
        );
        let is_it = match &self.expression {
            Some(expression) => expression.is_match(value),
            None => self.matcher.value == value,
        };
        is_it != wants_other
    }
}

/// Checks a silence that somebody wants to make.
pub fn check_silence(silence: &Silence, now: Timestamp) -> Result<(), SilenceError> {
    let compiled = Compiled::new(silence)?;
    // As in Alertmanager: one of them has to ask for something.
    if compiled.matchers.iter().all(|matcher| matcher.fits("")) {
        return Err(SilenceError::MatchesEverything);
    }
    if silence.comment.trim().is_empty() {
        return Err(SilenceError::NoComment);
    }
    if silence.created_by.trim().is_empty() {
        return Err(SilenceError::NoCreator);
    }
    if silence.ends_at <= silence.starts_at || silence.ends_at <= now {
        return Err(SilenceError::Over);
    }
    if silence.ends_at.duration_since(silence.starts_at) > Silence::LONGEST {
        return Err(SilenceError::TooLong);
    }
    Ok(())
}
