//! The form of a generator's and a judge's reply as a JSON schema, for providers that constrain
//! replies to one.

use serde_json::{Value, json};

/// The schema of a reply that [`super::read_generation`] reads, by one of `methods`. All fields are
/// required and no others allowed, which is what providers ask of a strict schema.
#[must_use]
pub fn generation_schema(methods: &[&str]) -> Value {
    let text = json!({"type": "string"});
    let named = json!({"type": "array", "items": object(&[("name", &text), ("value", &text)])});
    let counterfactual = object(&[
        ("text", &text),
        ("changes", &named),
        ("likely_to_change", &json!({"type": "boolean"})),
        ("coherence", &json!({"type": "integer"})),
        ("coherence_reason", &text),
    ]);
    object(&[
        ("method", &json!({"type": "string", "enum": methods})),
        ("reason", &text),
        ("reasoning", &text),
        ("concepts", &named),
        ("counterfactuals", &json!({"type": "array", "items": counterfactual})),
    ])
}

/// The schema of a reply that [`super::read_verdict`] reads.
#[must_use]
pub fn coherence_schema() -> Value {
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    object(&[("reason", &text), ("coherence", &number)])
}

/// An object of these members: all required, no others allowed.
pub(crate) fn object(members: &[(&str, &Value)]) -> Value {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let members: serde_json::Map<String, Value> =
        members.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
    json!({
        "type": "object",
        "properties": members,
        "required": names,
        "additionalProperties": false,
    })
}
