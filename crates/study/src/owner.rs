//! Whose attempts a ledger holds: it knows requests by their keys, and no models.

use crate::models::Model;
use foretell_llm::{BodyShape, RequestKey};

/// Repeats that are tried where two models send the same bodies.
const REPEATS: u32 = 64;

/// The models that may have been asked.
pub(crate) struct Owners<'a>(Vec<(&'a Model, BodyShape)>);

impl<'a> Owners<'a> {
    pub(crate) fn of(models: &[&'a Model]) -> Self {
        Self(models.iter().map(|model| (*model, BodyShape::of(&*model.chat))).collect())
    }

    /// The place of the model, among those given, that was sent a body under a key.
    pub(crate) fn of_request(&self, key: &RequestKey, body: &str) -> Option<usize> {
        let mut fitting = (0..self.0.len()).filter(|at| self.0[*at].1.fits(body));
        let first = fitting.next()?;
        let others: Vec<usize> = fitting.collect();
        if others.is_empty() {
            return Some(first);
        }
        // Bodies hold neither the provider nor the engine; the key does.
        let sent = |at: &usize| {
            let (model, _) = &self.0[*at];
            let (provider, name) = (model.spec.provider(), &model.spec.model);
            let variant = model.chat.variant();
            (0..REPEATS).any(|repeat| RequestKey::of(provider, name, body, repeat, variant) == *key)
        };
        std::iter::once(first).chain(others).find(sent)
    }

    /// The prompt that a model, by its place, was sent in a body.
    pub(crate) fn prompt(&self, at: usize, body: &str) -> Option<String> {
        self.0[at].1.prompt(body).map(std::borrow::Cow::into_owned)
    }
}
