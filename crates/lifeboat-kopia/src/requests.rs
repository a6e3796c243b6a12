//! Requests: what a reading cost its store, as `kopia` itself counted its operations.

use lifeboat_repository::{RequestCounters, RequestKind};

/// How many objects a page of a listing holds, on S3 and Google's storage.
const PAGE: u64 = 1000;

/// Counts the requests behind the operations that `kopia` counted, in the text format of Prometheus.
///
/// An operation is a request, but for listings: each page is one. How many objects a listing had is
/// counted for all of them together, so at most one page is counted too many for each 1000 objects.
/// What `kopia` repeats beneath its own counting isn't seen.
///
/// Returns how many operations there were.
pub(crate) fn count(metrics: &str, counters: &RequestCounters) -> u64 {
    let mut operations = 0;
    for line in metrics.lines() {
        let Some((name, value)) = line.rsplit_once(' ') else {
            continue;
        };
        let Ok(value) = value.parse::<u64>() else {
            continue;
        };
        if let Some(kind) = kind_of(name) {
            counters.add(kind, value);
            operations += value;
        } else if name == "kopia_blob_list_items_total" {
            counters.add(RequestKind::List, value / PAGE);
        }
    }
    operations
}

fn kind_of(name: &str) -> Option<RequestKind> {
    let labels = name.strip_prefix("kopia_blob_storage_latency_ms_count{method=\"")?;
    match labels.strip_suffix("\"}")? {
        "GetBlob-full" | "GetBlob-partial" => Some(RequestKind::Read),
        "GetMetadata" => Some(RequestKind::Head),
        "ListBlobs" => Some(RequestKind::List),
        "PutBlob" | "ExtendBlobRetention" => Some(RequestKind::Write),
        "DeleteBlob" => Some(RequestKind::Delete),
        // What the store isn't asked for.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted_by_what_stores_charge_for() {
        let counters = RequestCounters::default();
        let captured = include_str!("../tests/captured/operations.txt");
        assert_eq!(count(captured, &counters), 16);
        let counts = RequestKind::ALL.map(|kind| (kind.name(), counters.count(kind)));
        let expected = [
            ("list", 6),
            ("read", 10),
            ("head", 0),
            ("write", 0),
            ("delete", 0),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn each_page_of_a_long_listing_is_a_request() {
        let counters = RequestCounters::default();
        let metrics = "# TYPE kopia_blob_list_items_total counter\n\
                       kopia_blob_list_items_total 250030\n\
                       kopia_blob_storage_latency_ms_count{method=\"ListBlobs\"} 4\n";
        count(metrics, &counters);
        assert_eq!(counters.count(RequestKind::List), 254);
    }
}
