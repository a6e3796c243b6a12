//! Names that rules use and that Lifeboat can't make true, each with the reason and what to ask instead.

/// A metric that is not written.
pub(in super::super) struct Absent {
    /// Its name.
    pub(in super::super) name: &'static str,
    /// Why it is not there.
    pub(in super::super) reason: &'static str,
    /// What tells something of the kind.
    pub(in super::super) instead: &'static str,
}

pub(in super::super) const ABSENT: &[Absent] = &[
    Absent {
        name: "up{job=\"cnpg-barman-plugin\"}",
        reason: "`up` is Prometheus's own: 0 or 1 for a target that it scrapes, and without such a job \
                 there is none.",
        instead: "`lifeboat_operator_available{kind=\"Operator\"} == 0`, which has the plugin's Deployment \
                  and the operator's.",
    },
];
