//! docs/resources.md is made from the documents' own schema, so that it cannot go stale; the example can be read.
//!
//! After a change of a field: `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-resources --test resources_doc`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use std::{env, fmt::Write as _, fs, path::PathBuf};

use lifeboat_resources::{
    API_VERSION, BackupPolicySpec, Metadata, PrometheusBackupSpec, annotations,
};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

const INTRODUCTION: &str = "\
# Resources

What to back up and what is promised, as documents. They are read from the folder that `lifeboat
serve --resources` names: every file in it whose name ends in `.yaml`, `.yml` or `.json`, but not
folders below it, nor names that begin with a dot. A file may hold several documents with `---`
between them. A change is noticed within seconds; if anything is wrong then, everything stays as it
was, and the log says what is wrong and where.

`lifeboat resources check DIR` reads a folder in the same way and shows what its documents come to.
[An example](examples/prometheus-backup.yaml) to begin with.

- Reading is strict: a field that is not listed here is an error.
- Lengths of time are written as `25h`, `90m`, `7d` or `1d 6h`; a day has 24 hours.
- Secrets never stand in a document: it names the file that holds one. Such files are read each time
  they are needed, so a secret can be changed without a restart.
- No two documents of a kind may have the same namespace and name, and no two may keep their backups
  under the same instance of the same repository.

## In a cluster

The very same documents are custom resources of Kubernetes. [Their
definitions](../deploy/kubernetes/custom-resource-definitions.yaml) are what `lifeboat crds` prints:

```sh
lifeboat crds | kubectl apply --server-side -f -
kubectl get lifeboat --all-namespaces
```

`prombackup` and `bpol` are short for the two kinds. The API server checks most rules by itself and
says what Lifeboat would say. What takes more than it can do, such as whether a time zone exists or a
schedule ever comes, is told by the object's status. There, each object is read alone: a bad one takes
no other down. A null counts as a field that was left out. What `kubectl get --output yaml` prints can
be read from a file again, with all that the cluster has added.

## What comes first

For each objective by itself, the first that says anything holds:

1. what the asset says of itself: the annotations of an observed object, or `spec.objectives` of a
   `PrometheusBackup`;
2. the policies that fit it, the higher `spec.priority` first, then by namespace and name;
3. the default of its kind.

An asset is paused if it says so itself, or if any policy that fits it does.

**A policy is not bound to its own namespace**: it is for whatever its selector fits, in all namespaces that
Lifeboat watches. Whoever may write a `BackupPolicy` anywhere may change what is promised everywhere, and
may silence it. Grant that to those who answer for backups, and to nobody else.

Observed objects, such as a CloudNativePG `Cluster` or a `CronJob`, may have these annotations:

ANNOTATIONS
A value that can't be read, and an annotation `lifeboat.dev/...` that isn't listed here, is told as a
problem of the asset; the rest holds.

A `CronJob` is watched as a backup if `lifeboat.dev/backup` is `\"true\"`, or if a policy whose
`spec.selector.kinds` names `CronJob` selects it. With `\"false\"`, it is not, whatever policies say.

This page is made from the schema of the documents.
";

/// The annotations of observed objects, and what each says.
const ANNOTATIONS: [(&str, &str, &str); 20] = [
    (
        annotations::BACKUP,
        "`\"true\"` or `\"false\"`",
        "Whether it is a backup to watch over. It may be a label as well; the annotation comes first.",
    ),
    (
        annotations::RESTORE_TEST,
        "`\"true\"` or `\"false\"`",
        "Whether a `CronJob` rehearses a restore. It may be a label as well; the annotation comes first.",
    ),
    (
        annotations::MAXIMUM_AGE,
        "length of time",
        "How old the newest good recovery point may be.",
    ),
    (
        annotations::VERIFICATION_AGE,
        "length of time",
        "How long ago the newest good verification may lie, where there are any.",
    ),
    (
        annotations::MAINTENANCE_AGE,
        "length of time",
        "How long ago the last good maintenance may lie, where there is any.",
    ),
    (
        annotations::MAXIMUM_RUN_DURATION,
        "length of time",
        "How long a run may take before it counts as stuck.",
    ),
    (
        annotations::WARNING_AGE,
        "length of time",
        "From which age of the newest good recovery point on one is warned.",
    ),
    (
        annotations::EXPECTED_RUN_DURATION,
        "length of time",
        "How long a run that succeeds should take at most.",
    ),
    (
        annotations::NEGLECT_AGE,
        "length of time",
        "From which age of the last good maintenance on a repository counts as neglected.",
    ),
    (
        annotations::BACKUP_SLO,
        "percentage",
        "For what share of thirty days the newest good recovery point is to be as young as promised. See \
         [slo.md](slo.md).",
    ),
    (
        annotations::WAL_ARCHIVING_SLO,
        "percentage",
        "What share of the attempts to archive WAL is to succeed within thirty days.",
    ),
    (
        annotations::DRILL_AGE,
        "length of time",
        "How long ago the last good rehearsal of a restore may lie.",
    ),
    (
        annotations::RECOVERY_TIME,
        "length of time",
        "How long a rehearsal of a restore may take.",
    ),
    (
        annotations::REPLAY_LAG,
        "length of time",
        "How far a standby may lie behind.",
    ),
    (
        annotations::STANDBY,
        "`\"true\"` or `\"false\"`",
        "Whether a `Cluster` is a standby that has to follow another; `\"false\"` once it was promoted on \
         purpose.",
    ),
    (
        annotations::SEVERITY,
        "`info`, `warning` or `critical`",
        "How bad a broken promise is.",
    ),
    (
        annotations::SUSPEND,
        "`\"true\"` or `\"false\"`",
        "Whether it is paused.",
    ),
    (
        annotations::NO_BACKUP,
        "text",
        "Why its data needs no backup; on a PersistentVolumeClaim, a StatefulSet or a `Cluster`. See \
         [coverage.md](coverage.md).",
    ),
    (
        annotations::COVERS,
        "such as `pvc/data, statefulset/search`",
        "What a `CronJob` or a `PrometheusBackup` covers. See [coverage.md](coverage.md).",
    ),
    (
        annotations::REPOSITORY,
        "text",
        "What its Kopia repository is called: objects with the same name mean the same repository, and \
         others another one. Without it, Secrets of one name mean one repository.",
    ),
];

fn annotations_table() -> String {
    let names = ANNOTATIONS.map(|(name, ..)| name);
    assert_eq!(names, annotations::ALL);
    let mut text = String::from("| annotation | value | meaning |\n|---|---|---|\n");
    for (name, value, meaning) in ANNOTATIONS {
        writeln!(text, "| `{name}` | {value} | {meaning} |").unwrap();
    }
    text
}

/// A schema with everything in its place.
fn schema<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// A table of an object's fields, then the tables of the objects below it.
fn tables(text: &mut String, heading: &str, path: &str, schema: &Value) {
    write!(text, "### {heading}\n\n").unwrap();
    if let Some(about) = schema["description"].as_str() {
        write!(text, "{}\n\n", plain(about)).unwrap();
    }
    text.push_str("| field | type | default | meaning |\n|---|---|---|---|\n");
    let fields = schema["properties"].as_object().unwrap();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, field) in fields {
        let default = if required.contains(&Value::from(name.as_str())) {
            "required".to_owned()
        } else {
            default(field)
        };
        let kind = kind(field);
        let meaning = meaning(field).replace('|', "\\|");
        writeln!(text, "| `{name}` | {kind} | {default} | {meaning} |").unwrap();
    }
    text.push('\n');
    for (name, field) in fields {
        let object = alternatives(field)
            .into_iter()
            .find(|one| one["properties"].is_object());
        if let Some(object) = object {
            let path = format!("{path}.{name}");
            tables(text, &format!("`{path}`"), &path, object);
        }
    }
}

/// A field's schema, or those that it may be one of, without the one for nothing at all.
fn alternatives(field: &Value) -> Vec<&Value> {
    let several = field["anyOf"]
        .as_array()
        .or_else(|| field["oneOf"].as_array());
    match several {
        Some(several) => several
            .iter()
            .filter(|one| one["type"] != "null")
            .flat_map(alternatives)
            .collect(),
        None => vec![field],
    }
}

fn plain(description: &str) -> String {
    description.replace('\n', " ")
}

fn kind(field: &Value) -> String {
    let one = alternatives(field)[0];
    if let Some(title) = one["title"].as_str() {
        return title.to_owned();
    }
    let names = match &one["type"] {
        Value::Array(names) => names.clone(),
        name => vec![name.clone()],
    };
    let name = names
        .iter()
        .find(|name| *name != "null")
        .and_then(Value::as_str);
    match name {
        Some("object") if one["additionalProperties"].is_object() => "map of texts".to_owned(),
        Some("object") => "group".to_owned(),
        Some("array") => "list".to_owned(),
        Some("string") => "text".to_owned(),
        Some("integer") => "number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        other => panic!("no word for {other:?} in {field}"),
    }
}

fn default(field: &Value) -> String {
    match &field["default"] {
        Value::Null | Value::Object(_) => String::new(),
        Value::Array(list) if list.is_empty() => String::new(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// What a field is for, and which values it may have.
fn meaning(field: &Value) -> String {
    let mut text = plain(field["description"].as_str().unwrap_or_default());
    let of = match &field["items"] {
        Value::Null => field,
        items => items,
    };
    let choices: Vec<String> = alternatives(of)
        .into_iter()
        .filter_map(|one| {
            let value = one["const"].as_str()?;
            let about = one["description"].as_str().map(plain).unwrap_or_default();
            Some(format!("`{value}`: {}", about.trim_end_matches('.')))
        })
        .collect();
    if !choices.is_empty() {
        write!(text, " One of {}.", choices.join("; ")).unwrap();
    }
    match (field["minimum"].as_u64(), field["maximum"].as_u64()) {
        (Some(minimum), Some(maximum)) => write!(text, " From {minimum} to {maximum}.").unwrap(),
        (Some(minimum @ 1..), None) => write!(text, " At least {minimum}.").unwrap(),
        _ => {}
    }
    text
}

fn render() -> String {
    let mut text = INTRODUCTION.replace("ANNOTATIONS\n", &format!("{}\n", annotations_table()));
    let kinds = [
        ("PrometheusBackup", schema::<PrometheusBackupSpec>()),
        ("BackupPolicy", schema::<BackupPolicySpec>()),
    ];
    text.push_str(
        "\n## Every document\n\n| field | type | default | meaning |\n|---|---|---|---|\n",
    );
    writeln!(text, "| `apiVersion` | text | required | `{API_VERSION}` |").unwrap();
    text.push_str("| `kind` | text | required | `PrometheusBackup` or `BackupPolicy` |\n");
    text.push_str("| `metadata` | group | required | What the document says of itself. |\n");
    text.push_str("| `spec` | group | required | What it asks for; see its kind. |\n\n");
    tables(&mut text, "`metadata`", "metadata", &schema::<Metadata>());
    for (kind, schema) in kinds {
        write!(text, "## {kind}\n\n").unwrap();
        tables(&mut text, "`spec`", "spec", &schema);
    }
    format!("{}\n", text.trim_end())
}

fn docs(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

#[test]
fn the_reference_is_that_of_the_schema() {
    let expected = render();
    let path = docs("resources.md");
    if env::var_os("LIFEBOAT_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    let document = fs::read_to_string(&path).unwrap();
    let differing = expected
        .lines()
        .zip(document.lines())
        .find(|(expected, found)| expected != found);
    assert!(
        expected == document,
        "docs/resources.md is not what the schema says; write it anew with \
         `LIFEBOAT_WRITE_DOCS=1 cargo test -p lifeboat-resources --test resources_doc`. \
         First difference (schema, document): {differing:#?}"
    );
}

#[test]
fn the_example_can_be_read() {
    let content = fs::read_to_string(docs("examples/prometheus-backup.yaml")).unwrap();
    let resources = support::read(&[("prometheus-backup.yaml", &content)]).unwrap();
    assert_eq!((resources.backups.len(), resources.policies.len()), (1, 1));
}
