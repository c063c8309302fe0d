//! Counting the different requests that the ledger lacks, for many models at once.

use crate::error::StudyError;
use crate::models::Model;
use crate::passes::Passes;
use foretell_llm::{
    Attempt, ChatModel, Checking, EndedKeys, ModelReply, Request, RequestKey, Shard,
};
use rayon::prelude::*;
use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;

/// Prompts that are counted together.
const PIECE: usize = 4096;

/// Requests of one model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Different ones that the ledger lacks and that this command asks.
    pub(crate) requests: u64,
    /// Different ones that the ledger lacks, whoever asks them.
    pub(crate) lacking: u64,
    /// Characters of their prompts.
    pub(crate) characters: u64,
}

/// What counts as there already.
pub(crate) struct Counted<'a> {
    pub(crate) ended: &'a EndedKeys,
    /// What is in batches on its way: lacking, and not to be asked.
    pub(crate) under_way: &'a HashSet<RequestKey>,
    /// The share of the requests that is counted.
    pub(crate) shard: Option<Shard>,
}

impl Counted<'_> {
    /// Counts, for each model, the requests that are not there. `requests` are those of a [`Verbatim`]
    /// model: the prompts, which are the same for all models, and made but once. What was `seen` before
    /// is left out.
    pub(crate) fn tally(
        &self,
        models: &[&Model],
        requests: impl Iterator<Item = Result<Request, StudyError>>,
        seen: &mut HashSet<RequestKey>,
    ) -> Result<Vec<Tally>, StudyError> {
        let mut tallies = vec![Tally::default(); models.len()];
        let mut piece = Vec::with_capacity(PIECE);
        for request in requests {
            let request = request?;
            if seen.insert(request.key) {
                piece.push(request);
            }
            if piece.len() == PIECE {
                self.count(models, &piece, &mut tallies);
                piece.clear();
            }
        }
        self.count(models, &piece, &mut tallies);
        Ok(tallies)
    }

    fn count(&self, models: &[&Model], prompts: &[Request], tallies: &mut [Tally]) {
        let here = |prompt: &Request| Tally {
            requests: 1,
            lacking: 1,
            characters: prompt.body.chars().count() as u64,
        };
        let sum = |one: Tally, other: Tally| Tally {
            requests: one.requests + other.requests,
            lacking: one.lacking + other.lacking,
            characters: one.characters + other.characters,
        };
        if self.ended.is_empty() && self.under_way.is_empty() && self.shard.is_none() {
            // Nothing was asked: every model lacks all of them.
            let all = prompts.iter().map(here).fold(Tally::default(), sum);
            tallies.iter_mut().for_each(|tally| *tally = sum(*tally, all));
            return;
        }
        for (model, tally) in models.iter().zip(tallies) {
            let one = |prompt: &Request| {
                let (provider, name) = (model.spec.provider(), &model.spec.model);
                let request =
                    Request::new(&*model.chat, provider, name, &prompt.body, prompt.repeat);
                if self.ended.contains(&request.key) {
                    Tally::default()
                } else if !self.under_way.contains(&request.key)
                    && self.shard.is_none_or(|shard| shard.holds(&request.key))
                {
                    here(prompt)
                } else {
                    Tally { lacking: 1, ..Tally::default() }
                }
            };
            *tally = sum(*tally, prompts.par_iter().map(one).reduce(Tally::default, sum));
        }
    }
}

/// The places of models that are asked the same, by what makes it so; in order of their first.
pub(crate) fn groups<K: PartialEq>(models: &[Model], key: impl Fn(&Model) -> K) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in 0..models.len() {
        let same = |group: &&mut Vec<usize>| key(&models[group[0]]) == key(&models[at]);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

/// A model whose bodies are the prompts: what is asked of every model, before it is put into the
/// words of a provider.
pub(crate) struct Verbatim;

impl Verbatim {
    /// As a model that is asked so often, in all else like another: the same prompt has the same key
    /// only where that is the same one.
    pub(crate) fn like(model: &Model, passes: Passes) -> Model {
        Model { chat: Arc::new(Self), passes, ..model.clone() }
    }

    /// The key under which a prompt is counted.
    pub(crate) fn key(prompt: &str, repeat: u32, like: &Model) -> RequestKey {
        Request::new(&Self, like.spec.provider(), &like.spec.model, prompt, repeat).key
    }
}

impl ChatModel for Verbatim {
    fn body(&self, prompt: &str) -> String {
        prompt.to_owned()
    }

    fn ask<'a>(
        &'a self,
        _body: &'a str,
        _repeat: u32,
    ) -> Pin<Box<dyn Future<Output = Attempt> + Send + 'a>> {
        unreachable!("prompts are counted here, not sent")
    }

    fn read(&self, _raw: &str) -> ModelReply {
        ModelReply::default()
    }

    fn check(&self) -> Checking<'_> {
        unreachable!("prompts are counted here, not sent")
    }
}
