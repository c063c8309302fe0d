//! What is added to a run that is there: models, arms, repeats, pairs. A run grows and does not shrink.

use crate::error::StudyError;
use crate::study::{ModelTable, Study};
use std::path::PathBuf;

/// What a run should have beside what it has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Growth {
    /// References; one that is there already may get more repeats, or move to another address.
    pub references: Vec<ModelTable>,
    /// Predictors; likewise.
    pub predictors: Vec<ModelTable>,
    /// The rationale model, where there is none yet.
    pub rationale: Option<ModelTable>,
    /// Arms.
    pub arms: Vec<String>,
    /// Repeats of every model at the least.
    pub repeats: Option<u32>,
    /// Repeats of every reference on counterfactuals at the least.
    pub ceiling: Option<u32>,
    /// Most pairs, if more than before.
    pub limit: Option<u64>,
    /// The most that the run may cost, US dollars, in the place of the run's.
    pub budget: Option<f64>,
    /// A file of known models, in the place of the run's.
    pub registry: Option<PathBuf>,
}

impl Growth {
    /// The study of a run, with all that is added.
    pub(crate) fn onto(&self, mut study: Study) -> Result<Study, StudyError> {
        add(&mut study.references, &self.references)?;
        add(&mut study.predictors, &self.predictors)?;
        study.rationale = self.rationale.clone().or(study.rationale);
        let more = self.arms.iter().filter(|arm| !study.arms.contains(arm)).cloned();
        let more: Vec<String> = more.collect();
        study.arms.extend(more);
        study.limit = self.limit.or(study.limit);
        study.budget = self.budget.or(study.budget);
        // One that is gone was read before: the run keeps what it said of its models.
        let there = study.registry.filter(|file| file.exists());
        study.registry = self.registry.clone().or(there);
        let lift = |number: &mut Option<u32>, least: u32| {
            *number = number.map(|number| number.max(least));
        };
        if let Some(repeats) = self.repeats {
            study.repeats = study.repeats.max(repeats);
            let tables = study.references.iter_mut().chain(&mut study.predictors);
            tables.for_each(|table| lift(&mut table.repeats, repeats));
        }
        if let Some(ceiling) = self.ceiling {
            study.ceiling = study.ceiling.max(ceiling);
            study.references.iter_mut().for_each(|table| lift(&mut table.ceiling, ceiling));
        }
        Ok(study)
    }
}

/// Adds models; one of a name that is there takes its place, with at least what it says of repeats.
fn add(tables: &mut Vec<ModelTable>, more: &[ModelTable]) -> Result<(), StudyError> {
    for table in more {
        let spec = table.spec()?;
        let mut table = table.clone();
        let (repeats, ceiling) = (spec.passes.repeats, spec.passes.ceiling);
        (table.repeats, table.ceiling) = (table.repeats.or(repeats), table.ceiling.or(ceiling));
        let mut same = None;
        for (at, old) in tables.iter().enumerate() {
            if old.spec()?.name == spec.name {
                same = Some(at);
            }
        }
        match same {
            None => tables.push(table),
            Some(at) => {
                let old = &mut tables[at];
                table.repeats = table.repeats.or(old.repeats);
                table.ceiling = table.ceiling.or(old.ceiling);
                *old = table;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> Study {
        let mut study = Study {
            references: vec![ModelTable::from_spec("sim:reference?name=r&repeats=4")],
            predictors: vec![ModelTable::from_spec("sim:reader?name=p")],
            ..Study::default()
        };
        study.resolve_passes().unwrap();
        study
    }

    #[test]
    fn nothing_added_changes_nothing() {
        assert_eq!(Growth::default().onto(study()).unwrap(), study());
    }

    #[test]
    fn repeats_are_lifted_and_never_lowered() {
        let growth = Growth { repeats: Some(3), ceiling: Some(10), ..Growth::default() };
        let grown = growth.onto(study()).unwrap();
        assert_eq!(grown.references[0].repeats, Some(4));
        assert_eq!(grown.references[0].ceiling, Some(10));
        assert_eq!((grown.predictors[0].repeats, grown.predictors[0].ceiling), (Some(3), None));
        assert_eq!((grown.repeats, grown.ceiling), (3, 10));
    }

    #[test]
    fn a_model_that_is_there_keeps_its_repeats_or_gets_more() {
        let add = |spec: &str| {
            let predictors = vec![ModelTable::from_spec(spec)];
            Growth { predictors, ..Growth::default() }.onto(study()).unwrap().predictors
        };
        assert_eq!(add("sim:reader?name=p").len(), 1);
        assert_eq!(add("sim:reader?name=p")[0].repeats, Some(1));
        assert_eq!(add("sim:reader?name=p&repeats=2")[0].repeats, Some(2));
        assert_eq!(add("sim:oracle?name=o").len(), 2);
    }
}
