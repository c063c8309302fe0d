//! Whose attempts a ledger holds: it knows requests by their keys, and no models.

use crate::models::Model;
use foretell_llm::{BodyShape, RequestKey};

/// Repeats that are tried where two models send the same bodies.
const REPEATS: u32 = 64;

/// The models that may have been asked.
pub(crate) struct Owners<'a>(Vec<Owner<'a>>);

struct Owner<'a> {
    model: &'a Model,
    shape: BodyShape,
    /// How its bodies name it.
    named: [String; 2],
}

impl<'a> Owners<'a> {
    pub(crate) fn of(models: &[&'a Model]) -> Self {
        let named = |name: &str| format!("\"model\":{}", serde_json::json!(name));
        let owner = |model: &&'a Model| Owner {
            model,
            shape: BodyShape::of(&*model.chat),
            named: [named(&model.spec.model), named(&model.spec.to_string())],
        };
        Self(models.iter().map(owner).collect())
    }

    /// The place of the model, among those given, that was sent a body under a key.
    pub(crate) fn of_request(&self, key: &RequestKey, body: &str) -> Option<usize> {
        let mut fitting: Vec<usize> =
            (0..self.0.len()).filter(|at| self.0[*at].shape.fits(body)).collect();
        if let [one] = fitting[..] {
            return Some(one);
        }
        if fitting.is_empty() {
            // A schema, for one, makes another shape.
            let named = |at: &usize| self.0[*at].named.iter().any(|name| body.contains(name));
            fitting = (0..self.0.len()).filter(named).collect();
        }
        // Bodies hold neither the provider nor the engine; the key does.
        fitting.into_iter().find(|at| self.0[*at].sent(key, body))
    }

    /// The prompt that a model, by its place, was sent in a body.
    pub(crate) fn prompt(&self, at: usize, body: &str) -> Option<String> {
        self.0[at].shape.prompt(body).map(std::borrow::Cow::into_owned)
    }
}

impl Owner<'_> {
    /// Whether a key is that of the model's request of that body.
    fn sent(&self, key: &RequestKey, body: &str) -> bool {
        let (provider, name) = (self.model.spec.provider(), &self.model.spec.model);
        let variant = self.model.chat.variant();
        (0..REPEATS).any(|repeat| RequestKey::of(provider, name, body, repeat, variant) == *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::Registry;
    use foretell_llm::{ModelSpec, open_to_read};

    fn model(spec: &str) -> Model {
        let spec = ModelSpec::parse(spec).unwrap();
        let registry = Registry::embedded();
        let chat = open_to_read(&spec, &registry).unwrap();
        let entry = registry.known(&spec.model);
        Model { spec, chat, entry, passes: crate::passes::Passes::ONCE }
    }

    #[test]
    fn a_request_finds_its_model_by_body_and_key() {
        let models = [
            model("openai:gpt-4?temperature=0&name=cold"),
            model("openai:gpt-4?temperature=1&name=warm"),
            // The same bodies as the first, by another provider.
            model("http://127.0.0.1:1/v1#gpt-4?temperature=0&name=elsewhere"),
        ];
        let all: Vec<&Model> = models.iter().collect();
        let owners = Owners::of(&all);
        for (at, model) in models.iter().enumerate() {
            let plain = model.request("a\nprompt");
            assert_eq!(owners.of_request(&plain.key, &plain.body), Some(at));
            assert_eq!(owners.prompt(at, &plain.body).as_deref(), Some("a\nprompt"));
            let schema = serde_json::json!({"type": "object"});
            let schema = model.request_in_schema("a prompt", "s", &schema);
            let found = owners.of_request(&schema.key, &schema.body);
            // A schema alone does not tell a temperature; the key tells a provider.
            let provider = found.map(|found| models[found].spec.provider());
            assert_eq!(provider, Some(model.spec.provider()));
        }
        let other = model("openai:gpt-3").request("a prompt");
        assert_eq!(owners.of_request(&other.key, &other.body), None);
    }
}
