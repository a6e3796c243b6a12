//! Leading: the Lease is renewed until it is lost, or given back.

use std::sync::Arc;

use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    LeadingError, RETRY_EVERY, Term,
    candidate::{Candidate, Outcome},
    monotonic::Moment,
    requests::Failure,
};

/// Leading, until it is lost or given back.
pub struct Leadership {
    term: Arc<Term>,
    resign: CancellationToken,
    renewing: JoinHandle<Candidate>,
}

impl Leadership {
    pub(super) fn begin(candidate: Candidate, asked_at: Moment) -> Self {
        tracing::info!("leading by the Lease {}", candidate.place);
        let term = Term::begin(asked_at, candidate.place.to_string());
        let resign = CancellationToken::new();
        let renewing = tokio::spawn(keep(candidate, Arc::clone(&term), resign.clone()));
        Self {
            term,
            resign,
            renewing,
        }
    }

    /// How long it lasts.
    #[must_use]
    pub fn term(&self) -> &Arc<Term> {
        &self.term
    }

    /// Gives the Lease back, so that another leads at once. Whatever was done in its name must have ended.
    /// Gives the reason if it had been lost before.
    pub async fn resign(self) -> Result<(), LeadingError> {
        let lost = self.term.lost();
        self.term.resign();
        self.resign.cancel();
        // Its end is awaited so that no renewal comes after the giving back.
        let candidate = self.renewing.await;
        if let Some(error) = lost {
            return Err(error);
        }
        let Ok(mut candidate) = candidate else {
            tracing::error!("renewing the Lease was ended by a defect");
            return Ok(());
        };
        match candidate.give_back().await {
            Ok(()) => tracing::info!("gave back the Lease {}", candidate.place),
            Err(failure) => {
                tracing::warn!(
                    ?failure,
                    "the Lease {} could not be given back: the others wait until it has run out",
                    candidate.place
                );
            }
        }
        Ok(())
    }
}

/// Renews the Lease until the term is lost, or resigned from.
async fn keep(mut candidate: Candidate, term: Arc<Term>, resign: CancellationToken) -> Candidate {
    while term.holds() {
        tokio::select! {
            () = resign.cancelled() => return candidate,
            () = tokio::time::sleep(RETRY_EVERY.min(term.left())) => {}
        }
        if !term.holds() {
            break;
        }
        if let Err(error) = renew(&mut candidate, &term).await {
            tracing::error!("{error}");
            term.lose(error);
            return candidate;
        }
    }
    if let Some(error) = term.lost() {
        tracing::error!("{error}");
        term.lose(error);
    }
    candidate
}

/// Renews once, and until the deadline again if that fails. An error is that another leads.
async fn renew(candidate: &mut Candidate, term: &Term) -> Result<(), LeadingError> {
    let mut outcome = timeout(term.left(), candidate.claim()).await;
    while let Ok(Err(failure)) = outcome {
        let error = match failure {
            Failure::Conflict => None,
            Failure::Forbidden(error) | Failure::Other(error) => Some(error),
        };
        if let Some(error) = error {
            if term.note_trouble(&error) {
                tracing::warn!(error, "the Lease {} could not be renewed", candidate.place);
            }
            tokio::time::sleep(RETRY_EVERY.min(term.left()) / 4).await;
        }
        if !term.holds() {
            return Ok(());
        }
        // What is there now decides: the last attempt may have succeeded without an answer.
        outcome = timeout(term.left(), candidate.attempt()).await;
    }
    match outcome {
        Ok(Ok(Outcome::Leads { asked_at })) => term.renew(asked_at),
        Ok(Ok(Outcome::Waits { holder, .. })) => {
            let place = candidate.place.to_string();
            return Err(LeadingError::Taken { place, holder });
        }
        // The deadline has passed, which the term knows.
        Ok(Err(_)) | Err(_) => {}
    }
    Ok(())
}
