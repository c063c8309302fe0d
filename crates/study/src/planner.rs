//! Counting what a run would send, and estimating what that takes.

use crate::answers;
use crate::bound;
use crate::error::StudyError;
use crate::estimate::{self, Estimate, Load, Range};
use crate::folder::Frozen;
use crate::measured::{Measured, Prompted};
use crate::models::{Model, Models};
use crate::plan::{Plan, Planned};
use crate::predictions;
use crate::rationales;
use crate::said::Said;
use crate::tally::{Counted, Tally, Verbatim, groups};
use foretell_core::{Arm, Need, Pair};
use foretell_llm::{EndedKeys, LedgerReader, Limits, RequestKey};
use std::collections::{BTreeMap, HashSet};

/// What was said before, where all of it is there.
pub(crate) trait Known {
    /// What a reference said whose replies are all in the ledger; `None` where that cannot be told.
    fn said(&self, model: &Model) -> Result<Option<Said>, StudyError>;

    /// Adds what the rationaliser `model` said for references, when its replies are all in the ledger;
    /// `false` where that cannot be told.
    fn explain(&self, model: &Model, said: &mut [Said]) -> Result<bool, StudyError>;
}

/// Makes a plan.
pub(crate) struct Planner<'a> {
    pub(crate) frozen: &'a Frozen,
    pub(crate) models: &'a Models,
    pub(crate) arms: &'a [Arm],
    pub(crate) pairs: &'a [&'a Pair],
    pub(crate) limits: &'a Limits,
    /// Requests in batches on their way.
    pub(crate) under_way: &'a HashSet<RequestKey>,
    pub(crate) reader: Option<&'a LedgerReader>,
    pub(crate) known: &'a dyn Known,
}

/// What is known so far of what predictors are shown.
struct Before {
    /// What references said whose answers are all there.
    said: Vec<Said>,
    /// Whether what the rationaliser says for them is there too.
    explained: bool,
    /// Repeats of the references whose answers are not all there.
    open: u64,
}

impl Planner<'_> {
    pub(crate) fn plan(&self) -> Result<Plan, StudyError> {
        let ended = match self.reader {
            Some(reader) => reader.ended(self.limits.retry_failed)?,
            None => EndedKeys::default(),
        };
        let counted =
            Counted { ended: &ended, under_way: self.under_way, shard: self.limits.shard };
        let mut prompted = Prompted::default();
        let answered = self.answers(&counted, &mut prompted)?;
        let rationaliser = self.rationaliser();
        if rationaliser.is_some() {
            prompted.rationales = bound::rationale_keys(self.frozen, self.pairs, self.models)?;
        }
        let measured = match self.reader {
            Some(reader) if !ended.is_empty() => Measured::read(reader, self.models, &prompted)?,
            _ => Measured::default(),
        };
        let mut rows = Vec::new();
        let mut before = Before { said: Vec::new(), explained: false, open: 0 };
        for (model, tally) in self.models.references.iter().zip(&answered) {
            let said = if tally.lacking == 0 { self.known.said(model)? } else { None };
            before.open += if said.is_none() { u64::from(model.passes.repeats) } else { 0 };
            before.said.extend(said);
            rows.push(row(model, "answers", None, tally, 0, Range::default(), &measured));
        }
        if let Some(model) = rationaliser {
            let (row, lacking) = self.rationales(model, &counted, &measured, &before)?;
            if lacking == 0 && before.open == 0 {
                before.explained = self.known.explain(model, &mut before.said)?;
            }
            rows.push(row);
        }
        rows.extend(self.predictions(&counted, &measured, &before)?);
        self.add_time(&mut rows)?;
        Ok(Plan { rows, ..Plan::default() })
    }

    /// The model that explains answers, where an arm shows that.
    fn rationaliser(&self) -> Option<&Model> {
        let shown = self.arms.iter().any(|arm| arm.needs(Need::Rationale));
        self.models.rationaliser.as_ref().filter(|_| shown)
    }

    /// What each reference lacks, with the prompts of all.
    fn answers(
        &self,
        counted: &Counted<'_>,
        prompted: &mut Prompted,
    ) -> Result<Vec<Tally>, StudyError> {
        let references = &self.models.references;
        let questions = answers::questions(self.frozen, self.pairs);
        let mut tallies = vec![Tally::default(); references.len()];
        for group in groups(references, |model| model.passes) {
            let verbatim = Verbatim::like(&references[0], references[group[0]].passes);
            let requests = answers::requests(self.frozen, &verbatim, &questions);
            let models: Vec<&Model> = group.iter().map(|&at| &references[at]).collect();
            let mut seen = HashSet::new();
            let counted = counted.tally(&models, requests, &mut seen)?;
            group.iter().zip(counted).for_each(|(&at, tally)| tallies[at] = tally);
            prompted.answers.extend(seen);
        }
        Ok(tallies)
    }

    /// The row of the rationaliser, and how many of the requests that are known are not there.
    fn rationales(
        &self,
        model: &Model,
        counted: &Counted<'_>,
        measured: &Measured,
        before: &Before,
    ) -> Result<(Planned, u64), StudyError> {
        let originals = rationales::originals(self.pairs);
        let verbatim = Verbatim::like(&self.models.references[0], model.passes);
        let requests = rationales::requests(self.frozen, &verbatim, &before.said, &originals);
        let exact = counted.tally(&[model], requests, &mut HashSet::new())?[0];
        let most = self.share(bound::most_rationales(self.frozen, &originals, before.open));
        let characters = if most == 0 {
            Range::default()
        } else {
            bound::rationale_characters(self.frozen, &originals)?
        };
        let row = row(model, "rationales", None, &exact, most, characters, measured);
        Ok((row, exact.lacking))
    }

    /// The rows of the predictors.
    fn predictions(
        &self,
        counted: &Counted<'_>,
        measured: &Measured,
        before: &Before,
    ) -> Result<Vec<Planned>, StudyError> {
        let predictors = &self.models.predictors;
        let nobody = [Said::nobody()];
        let mut rows: Vec<Vec<Planned>> = predictors.iter().map(|_| Vec::new()).collect();
        for group in groups(predictors, |model| model.passes.repeats) {
            let passes = predictors[group[0]].passes;
            let verbatim = Verbatim::like(&self.models.references[0], passes);
            let models: Vec<&Model> = group.iter().map(|&at| &predictors[at]).collect();
            let mut seen = HashSet::new();
            for arm in self.arms {
                let (said, open) = self.shown_in(arm, before, &nobody);
                let arms = std::slice::from_ref(arm);
                let requests =
                    predictions::requests(self.frozen, &verbatim, said, arms, self.pairs);
                let exact = counted.tally(&models, requests, &mut seen)?;
                let most = bound::most(self.frozen, arm, self.pairs, open);
                let characters = if most == 0 {
                    Range::default()
                } else {
                    let shown = estimate::shown(arm, self.models, measured)?;
                    bound::characters(self.frozen, arm, self.pairs)? + shown
                };
                let most = self.share(most * u64::from(passes.repeats));
                for (&at, tally) in group.iter().zip(&exact) {
                    let (model, name) = (&predictors[at], Some(&*arm.name));
                    let row = row(model, "predictions", name, tally, most, characters, measured);
                    rows[at].push(row);
                }
            }
        }
        Ok(rows.into_iter().flatten().collect())
    }

    /// What is known of all that an arm shows, and the repeats of references of which it is not.
    fn shown_in<'b>(
        &self,
        arm: &Arm,
        before: &'b Before,
        nobody: &'b [Said; 1],
    ) -> (&'b [Said], u64) {
        if !arm.needs(Need::Original) {
            // The same for all references, and known at once.
            return (nobody, 0);
        }
        if arm.needs(Need::Rationale) && !before.explained {
            let repeats =
                self.models.references.iter().map(|model| u64::from(model.passes.repeats));
            return (&[], repeats.sum());
        }
        (&before.said, before.open)
    }

    /// This shard's share of requests that cannot be told apart yet.
    fn share(&self, most: u64) -> u64 {
        self.limits.shard.map_or(most, |shard| most.div_ceil(u64::from(shard.of())))
    }

    /// Fills in how long each row takes: models at one address share what may be in flight there.
    fn add_time(&self, rows: &mut [Planned]) -> Result<(), StudyError> {
        let all = self.models.all();
        let model = |name: &str| all.iter().find(|model| model.spec.name == name).copied();
        let mut sharing: BTreeMap<(&str, Vec<String>), HashSet<String>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.requests > 0) {
            if let Some(model) = model(&row.model) {
                let place = (row.stage, model.spec.addresses());
                sharing.entry(place).or_default().insert(row.model.clone());
            }
        }
        for row in rows {
            let Some(model) = model(&row.model) else { continue };
            let sharers = sharing.get(&(row.stage, model.spec.addresses())).map_or(1, HashSet::len);
            if let Some(estimate) = &mut row.estimate {
                estimate.seconds =
                    estimate::seconds(model, self.limits, row.requests, estimate, sharers)?;
            }
        }
        Ok(())
    }
}

/// A row of requests that were counted, and at most `most` others of so many characters.
fn row(
    model: &Model,
    stage: &'static str,
    arm: Option<&str>,
    tally: &Tally,
    most: u64,
    characters: Range,
    measured: &Measured,
) -> Planned {
    let requests = tally.requests + most;
    let load = Load {
        requests,
        characters: Range::exactly(tally.characters as f64) + characters.times(most as f64),
    };
    let estimate = model.spec.may_cost().then(|| Estimate::of(model, stage, &load, measured));
    Planned {
        arm: arm.map(str::to_owned),
        estimate,
        ..Planned::counted(model, stage, requests, most > 0)
    }
}
