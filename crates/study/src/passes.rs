//! How often models are asked the same: repeats, and the pass for the noise ceiling.

use crate::error::{ModelsError, StudyError};
use crate::study::{ModelTable, Study};
use foretell_llm::MOST_REPEATS;

/// Repeats of one model, resolved. They are no part of what makes it this model: repeat 0 is the same
/// request however many follow, and more of them later ask for those that are new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Repeats of every prompt.
    pub repeats: u32,
    /// Repeats of a reference on every question that is a counterfactual, those of `repeats` among
    /// them.
    pub ceiling: u32,
}

impl Passes {
    /// Everything once.
    pub const ONCE: Self = Self { repeats: 1, ceiling: 0 };

    /// The repeats of a model: its own, or those given for all.
    ///
    /// # Errors
    /// [`StudyError::Spec`] for a model that cannot be read.
    pub(crate) fn of(table: &ModelTable, all: Self) -> Result<Self, StudyError> {
        let spec = table.spec()?.passes;
        Ok(Self {
            repeats: table.repeats.or(spec.repeats).unwrap_or(all.repeats),
            ceiling: table.ceiling.or(spec.ceiling).unwrap_or(all.ceiling),
        })
    }

    /// How often a reference is asked a question that is a counterfactual, or is none.
    #[must_use]
    pub fn of_question(self, is_counterfactual: bool) -> u32 {
        if is_counterfactual { self.repeats.max(self.ceiling) } else { self.repeats }
    }

    /// What a run that has these passes would lose with `new` ones, in words.
    pub(crate) fn shrinks(self, new: Self) -> Option<String> {
        let back = |what: &str, old: u32, new: u32| {
            (new < old).then(|| format!("is asked {what} {old} times and cannot go back to {new}"))
        };
        back("everything", self.repeats, new.repeats)
            .or_else(|| back("counterfactuals", self.of_question(true), new.of_question(true)))
    }
}

impl Study {
    /// The repeats of models that say nothing of their own.
    #[must_use]
    pub fn passes(&self) -> Passes {
        Passes { repeats: self.repeats, ceiling: self.ceiling }
    }

    /// Writes down the repeats of each model, so that others for all change none of them.
    pub(crate) fn resolve_passes(&mut self) -> Result<(), StudyError> {
        let all = self.passes();
        for table in &mut self.references {
            let passes = Passes::of(table, all)?;
            (table.repeats, table.ceiling) = (Some(passes.repeats), Some(passes.ceiling));
        }
        for table in &mut self.predictors {
            table.repeats = Some(Passes::of(table, all)?.repeats);
        }
        Ok(())
    }

    /// What is wrong with the repeats.
    pub(crate) fn wrong_passes(&self) -> Vec<StudyError> {
        let mut faults = Vec::new();
        let mut check = |what: String, field: &'static str, value: Option<u32>, least: u32| {
            if let Some(value) = value.filter(|value| !(least..=MOST_REPEATS).contains(value)) {
                faults.push(StudyError::Models(ModelsError::Repeats { what, field, value, least }));
            }
        };
        check("the study".to_owned(), "repeats", Some(self.repeats), 1);
        check("the study".to_owned(), "ceiling", Some(self.ceiling), 0);
        for table in self.references.iter().chain(&self.predictors) {
            let what = format!("model `{}`", table.model);
            check(what.clone(), "repeats", table.repeats, 1);
            check(what, "ceiling", table.ceiling, 0);
        }
        faults.extend(unused(&self.predictors, "a predictor", &["ceiling"]));
        let rationale = self.rationale.as_slice();
        faults.extend(unused(rationale, "the rationale model", &["repeats", "ceiling"]));
        faults
    }
}

/// The models among `tables` that are given repeats which such a model does not have.
pub(crate) fn unused(
    tables: &[ModelTable],
    role: &'static str,
    fields: &[&'static str],
) -> Vec<StudyError> {
    let mut faults = Vec::new();
    for table in tables {
        // A model that cannot be read is told where it is opened.
        let Ok(spec) = table.spec() else { continue };
        let given = [
            ("repeats", table.repeats.or(spec.passes.repeats)),
            ("ceiling", table.ceiling.or(spec.passes.ceiling)),
        ];
        for (field, value) in given {
            if value.is_some() && fields.contains(&field) {
                faults.push(StudyError::Models(ModelsError::NoSuchPass {
                    spec: table.model.clone(),
                    role,
                    field,
                }));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_goes_before_its_specification_and_both_before_all() {
        let all = Passes { repeats: 2, ceiling: 10 };
        let of = |table: &ModelTable| Passes::of(table, all).unwrap();
        let mut table = ModelTable::from_spec("sim:reference");
        assert_eq!(of(&table), all);
        table.model = "sim:reference?repeats=3&ceiling=0".to_owned();
        assert_eq!(of(&table), Passes { repeats: 3, ceiling: 0 });
        table.repeats = Some(4);
        assert_eq!(of(&table), Passes { repeats: 4, ceiling: 0 });
    }

    #[test]
    fn the_ceiling_counts_the_repeats_that_are_there_anyway() {
        let passes = |repeats, ceiling| Passes { repeats, ceiling };
        assert_eq!(passes(3, 10).of_question(true), 10);
        assert_eq!(passes(3, 10).of_question(false), 3);
        assert_eq!(passes(3, 0).of_question(true), 3);
    }

    #[test]
    fn passes_grow_and_do_not_shrink() {
        let passes = |repeats, ceiling| Passes { repeats, ceiling };
        assert_eq!(passes(1, 0).shrinks(passes(3, 10)), None);
        // The ceiling is reached by the repeats themselves.
        assert_eq!(passes(1, 3).shrinks(passes(3, 0)), None);
        assert!(passes(3, 0).shrinks(passes(1, 10)).unwrap().contains("everything 3 times"));
        assert!(passes(1, 10).shrinks(passes(1, 0)).unwrap().contains("counterfactuals 10 times"));
    }

    #[test]
    fn passes_that_a_model_does_not_have_are_named() {
        let study = Study {
            repeats: 0,
            predictors: vec![ModelTable::from_spec("sim:reader?ceiling=10")],
            rationale: Some(ModelTable::from_spec("sim:rationaliser?repeats=2")),
            ..Study::default()
        };
        let faults: Vec<String> = study.wrong_passes().iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("`repeats` is 0"), "{faults:?}");
        assert!(faults[1].contains("a predictor has no `ceiling`"), "{faults:?}");
        assert!(faults[2].contains("the rationale model has no `repeats`"), "{faults:?}");
    }
}
