//! The API server with Lifeboat's definitions, and what it says of an object.

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;
use lifeboat_resources::custom_resources::{CustomResource, GROUP, VERSION, definitions_yaml};
use lifeboat_testkit::control_plane::ControlPlane;
use serde_json::Value;
use tokio::sync::OnceCell;

/// The API server of this test program, with the definitions as `lifeboat crds` prints them.
pub(crate) async fn server() -> &'static ControlPlane {
    static SHARED: OnceCell<ControlPlane> = OnceCell::const_new();
    SHARED
        .get_or_init(async || {
            let server = ControlPlane::start().await;
            server
                .apply_yaml(&definitions_yaml(&CustomResource::ALL).unwrap())
                .await;
            for resource in CustomResource::ALL {
                wait_until_served(&server, resource).await;
            }
            server
        })
        .await
}

async fn wait_until_served(server: &ControlPlane, resource: CustomResource) {
    for _ in 0..600 {
        if server
            .request("GET", &collection(resource), None)
            .await
            .is_success()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} is not served after a minute", resource.kind());
}

fn collection(resource: CustomResource) -> String {
    let plural = resource.plural();
    format!("/apis/{GROUP}/{VERSION}/namespaces/default/{plural}")
}

/// Why the API server would not take an object, if it wouldn't. Nothing is kept.
pub(crate) async fn refusal(object: &Value) -> Option<String> {
    let resource = CustomResource::ALL
        .into_iter()
        .find(|resource| resource.kind() == object["kind"])
        .unwrap();
    let path = format!("{}?dryRun=All&fieldValidation=Strict", collection(resource));
    let content = Some(("application/json", Bytes::from(object.to_string())));
    let answer = server().await.request("POST", &path, content).await;
    if answer.is_success() {
        return None;
    }
    // 422 is a broken rule, 400 an unknown field; all else would be no judgement.
    assert!(
        [400, 422].contains(&answer.status),
        "{}: {}",
        answer.status,
        answer.text()
    );
    Some(answer.json()["message"].as_str().unwrap().to_owned())
}

/// What each rule of the definitions says for certain when it is broken.
pub(crate) fn messages() -> BTreeSet<String> {
    let mut messages = BTreeSet::new();
    for resource in CustomResource::ALL {
        collect(&resource.definition(), &mut messages);
    }
    messages
}

fn collect(value: &Value, messages: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for rule in fields
                .get("x-kubernetes-validations")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let message = match rule["messageExpression"].as_str() {
                    Some(expression) => longest_literal(expression),
                    None => rule["message"].as_str().unwrap(),
                };
                messages.insert(message.to_owned());
            }
            fields.values().for_each(|below| collect(below, messages));
        }
        Value::Array(values) => values.iter().for_each(|below| collect(below, messages)),
        _ => {}
    }
}

fn longest_literal(expression: &str) -> &str {
    let literals = expression.split('"').skip(1).step_by(2);
    literals.max_by_key(|literal| literal.len()).unwrap()
}
