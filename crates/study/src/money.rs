//! The money of a run: its budget, those of its models, and what was spent before.

use crate::error::{ModelsError, StudyError};
use crate::models::{Model, Models};
use crate::owner::Owners;
use foretell_llm::{
    Account, Charge, LedgerReader, Purse, Rate, Source, Spent, Tariff, Usage, budget_of,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The accounts of the models that cost something, by name.
#[derive(Default)]
pub(crate) struct Money(BTreeMap<String, Arc<Account>>);

impl Money {
    /// Opens an account for each model that may cost something. Where there is a budget, all that
    /// the ledger holds was spent from it: by `kept`, the models that were ever asked. So was perhaps
    /// what batches of models, by their names, are on their way and may cost.
    pub(crate) fn open(
        budget: Option<f64>,
        models: &Models,
        kept: impl FnOnce() -> Result<Models, StudyError>,
        reader: &LedgerReader,
        under_way: &[(String, f64)],
    ) -> Result<Self, StudyError> {
        let paid: Vec<&Model> =
            models.all().into_iter().filter(|model| model.spec.may_cost()).collect();
        let mut budgets = Vec::new();
        for model in &paid {
            budgets.push(budget_of(&model.spec)?);
        }
        let holds = budget.is_some() || budgets.iter().any(Option::is_some);
        let mut before = if holds { Before::read(&kept()?, reader)? } else { Before::default() };
        for (model, usd) in under_way {
            before.all.possible += usd;
            before.by_model.entry(model.clone()).or_default().possible += usd;
        }
        let run = Purse::new(None, budget, before.all);
        let mut accounts = BTreeMap::new();
        for (model, own) in paid.into_iter().zip(budgets) {
            let name = model.spec.name.clone();
            let mut purses = vec![Arc::clone(&run)];
            if own.is_some() {
                let spent = before.by_model.get(&name).copied().unwrap_or_default();
                purses.push(Purse::new(Some(name.clone()), own, spent));
            }
            let tariff = Tariff::of(&model.spec, &model.entry, &model.chat)?;
            accounts.insert(name, Account::new(tariff, purses));
        }
        Ok(Self(accounts))
    }

    pub(crate) fn account(&self, model: &Model) -> Option<&Arc<Account>> {
        self.0.get(&model.spec.name)
    }
}

/// What is wrong with the budgets of a study, before anything is sent.
pub(crate) fn faults(budget: Option<f64>, models: &Models) -> Vec<StudyError> {
    let mut faults = Vec::new();
    if let Some(budget) = budget.filter(|budget| !(budget.is_finite() && *budget > 0.0)) {
        faults.push(StudyError::Models(ModelsError::Budget { budget }));
    }
    for model in models.all().into_iter().filter(|model| model.spec.may_cost()) {
        match fault(budget, model) {
            Ok(None) => {}
            Ok(Some(fault)) | Err(fault) => faults.push(fault),
        }
    }
    faults
}

fn fault(budget: Option<f64>, model: &Model) -> Result<Option<StudyError>, StudyError> {
    let name = || model.spec.name.clone();
    if budget.is_none() && budget_of(&model.spec)?.is_none() {
        return Ok(None);
    }
    let tariff = Tariff::of(&model.spec, &model.entry, &model.chat)?;
    Ok(match (tariff.rate(), tariff.most_output()) {
        (Rate::Unknown, _) => Some(StudyError::Models(ModelsError::NoPrice { model: name() })),
        (Rate::Given(_) | Rate::Listed(_), None) => {
            Some(StudyError::Models(ModelsError::NoLength { model: name() }))
        }
        _ => None,
    })
}

/// What earlier commands spent.
#[derive(Default)]
struct Before {
    all: Spent,
    by_model: BTreeMap<String, Spent>,
}

impl Before {
    fn read(kept: &Models, reader: &LedgerReader) -> Result<Self, StudyError> {
        let (models, owners) = (kept.all(), Owners::of(kept));
        let tariffs: Vec<Tariff> = models
            .iter()
            .map(|model| Tariff::of(&model.spec, &model.entry, &model.chat))
            .collect::<Result<_, _>>()?;
        let mut before = Self::default();
        reader.each_attempt(|attempt| {
            let owner = owners.of_request(&attempt.key, attempt.body);
            let charge = match owner {
                Some(at) => tariffs[at].charge(attempt.body, &attempt.came),
                None => of_nobody(attempt.came.cost_usd),
            };
            before.all.add(&charge);
            if let Some(at) = owner {
                before.by_model.entry(models[at].spec.name.clone()).or_default().add(&charge);
            }
        })?;
        Ok(before)
    }
}

/// The charge of an attempt of a model that the run does not know.
pub(crate) fn of_nobody(cost_usd: Option<f64>) -> Charge {
    let usage = Usage::default();
    match cost_usd {
        Some(cost) => Charge { usd: cost.max(0.0), source: Source::Reported, usage },
        None => Charge { usd: 0.0, source: Source::Unknown, usage },
    }
}
