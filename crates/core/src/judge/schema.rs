//! The form of a verdict as a JSON schema, for providers that constrain replies to one.

use super::Direction;
use crate::generate::object;
use serde_json::{Value, json};

/// The schema of a reply that [`super::read_testability`] reads.
#[must_use]
pub fn testability_schema() -> Value {
    let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
    object(&[("reason", &text), ("value", &number)])
}

/// The schema of a reply that [`super::read_mentions`] reads.
#[must_use]
pub fn mention_schema() -> Value {
    let text = json!({"type": "string"});
    let words: Vec<&str> = Direction::ALL.iter().map(|direction| direction.as_str()).collect();
    let feature = object(&[
        ("number", &json!({"type": "integer"})),
        ("reason", &text),
        ("mentioned", &json!({"type": "boolean"})),
        ("direction", &json!({"type": "string", "enum": words})),
        ("label", &text),
    ]);
    object(&[("features", &json!({"type": "array", "items": feature}))])
}
