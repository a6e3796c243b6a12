//! From a `CronJob` to a Job as `kubectl create job --from` makes it, and the Job's name.

use serde_json::{Map, Value, json};

/// The annotation by which a Job is known to be made by hand.
const INSTANTIATE: &str = "cronjob.kubernetes.io/instantiate";
/// The most characters of a Job's name: it becomes the value of a label.
const LONGEST_NAME: usize = 63;
/// What stands between the name of the `CronJob` and what is random.
const INFIX: &str = "-manual-";
/// The digits of what is random.
const RANDOM_DIGITS: usize = 8;

/// The Job's name: that of the `CronJob`, as far as there is room, and something random.
pub(super) fn name(cron_job: &str, random: u32) -> String {
    let room = LONGEST_NAME - INFIX.len() - RANDOM_DIGITS;
    let stem = &cron_job[..cron_job.floor_char_boundary(room)];
    let stem = stem.trim_end_matches(['-', '.']);
    format!("{stem}{INFIX}{random:0RANDOM_DIGITS$x}")
}

/// The Job that a `CronJob` describes. It belongs to the `CronJob`, goes with it, and counts for its
/// history limits.
pub(super) fn job(cron_job: &Value, name: &str) -> Value {
    let template = &cron_job["spec"]["jobTemplate"];
    let metadata = &cron_job["metadata"];
    // As kubectl has it: what the template says of the annotation wins.
    let mut annotations = Map::from_iter([(INSTANTIATE.to_owned(), json!("manual"))]);
    if let Some(own) = template["metadata"]["annotations"].as_object() {
        annotations.extend(own.clone());
    }
    let mut job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "annotations": annotations,
            // Without blockOwnerDeletion, which needs a permission more.
            "ownerReferences": [{
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": metadata["name"],
                "uid": metadata["uid"],
                "controller": true,
            }],
        },
        "spec": template["spec"],
    });
    if let Some(labels) = template["metadata"]["labels"].as_object() {
        job["metadata"]["labels"] = json!(labels);
    }
    job
}

/// The names of the Jobs of a `CronJob` that have not ended, among these.
pub(super) fn under_way<'a>(jobs: &'a [Value], uid: &str) -> Vec<&'a str> {
    let is_its = |job: &&Value| {
        let owners = job["metadata"]["ownerReferences"].as_array();
        let mut owners = owners.into_iter().flatten();
        owners.any(|owner| owner["uid"] == uid)
    };
    let has_ended = |job: &Value| {
        let conditions = job["status"]["conditions"].as_array();
        let mut conditions = conditions.into_iter().flatten();
        conditions.any(|condition| {
            condition["status"] == "True"
                && (condition["type"] == "Complete" || condition["type"] == "Failed")
        })
    };
    let jobs = jobs.iter().filter(is_its).filter(|job| !has_ended(job));
    jobs.filter_map(|job| job["metadata"]["name"].as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_a_label_whatever_the_cron_job_is_called() {
        assert_eq!(name("dump", 0x2f), "dump-manual-0000002f");
        for length in 1..=253 {
            let name = name(&"a".repeat(length), u32::MAX);
            assert!(name.len() <= LONGEST_NAME, "{name}");
        }
        let dotted = format!("{}.-b", "a".repeat(45));
        assert_eq!(
            name(&dotted, 1),
            format!("{}-manual-00000001", "a".repeat(45))
        );
    }

    #[test]
    fn only_what_has_not_ended_and_belongs_to_it_is_under_way() {
        let job = |name: &str, owner: &str, condition: Option<(&str, &str)>| {
            json!({
                "metadata": { "name": name, "ownerReferences": [{ "uid": owner }] },
                "status": { "conditions": condition.map(|(kind, status)| {
                    [json!({ "type": kind, "status": status })]
                }) },
            })
        };
        let jobs = [
            job("runs", "mine", None),
            job("suspended", "mine", Some(("Suspended", "True"))),
            job("not-failed", "mine", Some(("Failed", "False"))),
            job("failed", "mine", Some(("Failed", "True"))),
            job("done", "mine", Some(("Complete", "True"))),
            job("other", "others", None),
            json!({ "metadata": { "name": "alone" } }),
        ];
        assert_eq!(
            under_way(&jobs, "mine"),
            ["runs", "suspended", "not-failed"]
        );
    }
}
