//! Schemas as Kubernetes wants them: structural, with everything in its place and no union of types.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// The structural schema of a type.
pub(super) fn structural<T: JsonSchema>() -> Value {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut schema = schema.to_value();
    restructure(&mut schema);
    schema
}

/// Makes a schema and all below it structural.
fn restructure(schema: &mut Value) {
    let Value::Object(fields) = schema else {
        return;
    };
    unite(fields);
    for key in ["$schema", "title"] {
        fields.remove(key);
    }
    if fields.get("additionalProperties") == Some(&Value::Bool(false)) {
        // Kubernetes drops what isn't listed, and refuses it where validation is strict.
        fields.remove("additionalProperties");
    }
    if fields.get("x-kubernetes-validations") == Some(&json!([])) {
        fields.remove("x-kubernetes-validations");
    }
    integer(fields);
    if fields.get("default") == Some(&Value::Null) {
        fields.remove("default");
    }
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        properties.values_mut().for_each(restructure);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(below) = fields.get_mut(key) {
            restructure(below);
        }
    }
}

/// One type where there were several alternatives: something or nothing, or one of some words.
///
/// What may be nothing isn't `nullable`: Kubernetes takes a null for a field that was left out, and
/// removes it.
fn unite(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            fields.insert("type".to_owned(), one);
        }
    }
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(mut alternatives)) = fields.remove(key) else {
            continue;
        };
        alternatives.retain(|one| one["type"] != "null");
        if let [Value::Object(only)] = alternatives.as_slice() {
            for (name, value) in only {
                // What is said of the field comes before what is said of its type.
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
            unite(fields);
        } else {
            words(fields, &alternatives);
        }
    }
    if let Some(word) = fields.remove("const") {
        fields.insert("enum".to_owned(), json!([word]));
    }
}

/// One of some words, each with its meaning in the description.
fn words(fields: &mut Map<String, Value>, alternatives: &[Value]) {
    let mut names = Vec::new();
    let mut meanings = Vec::new();
    for one in alternatives {
        let name = &one["const"];
        names.push(name.clone());
        if let (Some(name), Some(meaning)) = (name.as_str(), one["description"].as_str()) {
            meanings.push(format!("{name}: {}", meaning.trim_end_matches('.')));
        }
    }
    let mut description = fields
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if !meanings.is_empty() {
        description = format!("{description}\nOne of {}.", meanings.join("; "));
    }
    fields.insert("type".to_owned(), json!("string"));
    fields.insert("enum".to_owned(), Value::Array(names));
    fields.insert("description".to_owned(), json!(description.trim_start()));
}

/// The largest number up to which JSON has every one. The API server compares with bounds as floating
/// point numbers, and takes `i64::MAX` for one beyond `int64`: then it refuses every value.
const LARGEST: i64 = 1 << 53;

/// Kubernetes knows no unsigned numbers, so their bounds are written out.
fn integer(fields: &mut Map<String, Value>) {
    let (format, bounds) = match fields.get("format").and_then(Value::as_str) {
        Some("uint16") => ("int32", (0, i64::from(u16::MAX))),
        Some("uint32") => ("int64", (0, i64::from(u32::MAX))),
        Some("uint64") => ("int64", (0, LARGEST)),
        Some("int32") => ("int32", (i64::from(i32::MIN), i64::from(i32::MAX))),
        _ => return,
    };
    fields.insert("format".to_owned(), json!(format));
    for (key, bound) in [("minimum", bounds.0), ("maximum", bounds.1)] {
        fields.entry(key).or_insert_with(|| json!(bound));
    }
}
