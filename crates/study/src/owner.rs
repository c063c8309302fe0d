//! Whose attempts a ledger holds: it knows requests by their keys, and no models.

use crate::models::{Model, Models};
use foretell_llm::{BodyShape, RequestKey};

/// The models that may have been asked.
pub(crate) struct Owners<'a> {
    all: Vec<Owner<'a>>,
    /// Repeats that are tried where two models send the same bodies: a run never has fewer than before.
    repeats: u32,
}

struct Owner<'a> {
    model: &'a Model,
    shape: BodyShape,
    /// How its bodies name it.
    named: [String; 2],
}

impl<'a> Owners<'a> {
    /// Those of a run, in the order of [`Models::all`].
    pub(crate) fn of(models: &'a Models) -> Self {
        let named = |name: &str| format!("\"model\":{}", serde_json::json!(name));
        let owner = |model: &'a Model| Owner {
            model,
            shape: BodyShape::of(&*model.chat),
            named: [named(&model.spec.model), named(&model.spec.to_string())],
        };
        Self { all: models.all().into_iter().map(owner).collect(), repeats: models.most_repeats() }
    }

    /// The place of the model, among all, that was sent a body under a key. Of one that another run
    /// asked more often, in a ledger that they share, it is the first that sends such bodies: it is
    /// paid for, and a budget holds for all that the ledger holds.
    pub(crate) fn of_request(&self, key: &RequestKey, body: &str) -> Option<usize> {
        let all = 0..self.all.len();
        let mut fitting: Vec<usize> =
            all.clone().filter(|at| self.all[*at].shape.fits(body)).collect();
        if let [one] = fitting[..] {
            return Some(one);
        }
        if fitting.is_empty() {
            // A schema, for one, makes another shape.
            let named = |at: &usize| self.all[*at].named.iter().any(|name| body.contains(name));
            fitting = all.filter(named).collect();
        }
        // Bodies hold neither the provider nor the engine; the key does. First repeats first, which
        // are most of what a ledger holds.
        let sent =
            |repeat| fitting.iter().find(|at| self.all[**at].key(body, repeat) == *key).copied();
        (0..self.repeats).find_map(sent).or(fitting.first().copied())
    }

    /// The prompt that a model, by its place, was sent in a body.
    pub(crate) fn prompt(&self, at: usize, body: &str) -> Option<String> {
        self.all[at].shape.prompt(body).map(std::borrow::Cow::into_owned)
    }
}

impl Owner<'_> {
    /// The key of the model's request of that body.
    fn key(&self, body: &str, repeat: u32) -> RequestKey {
        let (provider, name) = (self.model.spec.provider(), &self.model.spec.model);
        RequestKey::of(provider, name, body, repeat, self.model.chat.variant())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::Passes;
    use foretell_core::Registry;
    use foretell_llm::{ModelSpec, open_to_read};

    fn model(spec: &str) -> Model {
        let spec = ModelSpec::parse(spec).unwrap();
        let registry = Registry::embedded();
        let chat = open_to_read(&spec, &registry).unwrap();
        let entry = registry.known(&spec.model);
        Model { spec, chat, entry, passes: Passes::ONCE }
    }

    fn models(references: &[&str]) -> Models {
        Models {
            references: references.iter().map(|spec| model(spec)).collect(),
            predictors: Vec::new(),
            rationaliser: None,
            judges: Vec::new(),
        }
    }

    #[test]
    fn a_request_finds_its_model_by_body_and_key() {
        let run = models(&[
            "openai:gpt-4?temperature=0&name=cold",
            "openai:gpt-4?temperature=1&name=warm",
            // The same bodies as the first, by another provider.
            "http://127.0.0.1:1/v1#gpt-4?temperature=0&name=elsewhere",
        ]);
        let (owners, models) = (Owners::of(&run), &run.references);
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

    #[test]
    fn as_many_repeats_are_known_as_the_run_has() {
        let mut run = models(&[
            "openai:gpt-4?temperature=0",
            "http://127.0.0.1:1/v1#gpt-4?temperature=0&name=elsewhere",
        ]);
        let asked = run.references[1].repeat("a prompt", 299);
        // The same model asked as a predictor too, more often.
        run.predictors = run.references[1..].to_vec();
        run.predictors[0].passes = Passes { repeats: 300, ceiling: 0 };
        assert_eq!(Owners::of(&run).of_request(&asked.key, &asked.body), Some(1));
        // What another run asked beyond that is somebody's who is paid for, too.
        let more = run.references[1].repeat("a prompt", 300);
        assert_eq!(Owners::of(&run).of_request(&more.key, &more.body), Some(0));
    }
}
