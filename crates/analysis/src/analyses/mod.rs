//! The analyses that there are. To add one: a file here with a `const` of type [`Analysis`], and a line
//! in [`ANALYSES`].

mod arms;
mod baseline;
mod baselines;
mod ceiling;
pub(crate) mod changed_risk;
mod compare;
mod cross;
mod cross_arms;
mod cross_published;
pub(crate) mod cross_units;
mod cues;
mod drivers;
mod effort;
mod egregious;
mod gain_leave_one_out;
mod gain_length;
pub(crate) mod gain_sheet;
mod gain_split;
mod gain_switch;
mod metrics;
mod missing;
mod order;
pub(crate) mod power;
mod predictors;
mod references;
mod scaling;
mod scaling_slope;
mod silent;

use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Column, Sheet};
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// One analysis.
#[derive(Debug, Clone, Copy)]
pub struct Analysis {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it tells, in a sentence.
    pub says: &'static str,
    /// The keys that it can group by.
    pub keys: &'static [GroupKey],
    /// The keys that it groups by unasked.
    pub by: &'static [GroupKey],
    /// The flags that it honours; others are refused.
    pub honours: &'static [Flag],
    /// The columns of its sheets after those of the groups, for documentation.
    pub columns: fn() -> Vec<Column>,
    /// Computes its sheets.
    pub run: fn(&Prepared, &Request) -> Result<Vec<Sheet>, AnalysisError>,
}

/// Every analysis, in the order in which `--all` prints them.
pub const ANALYSES: &[Analysis] = &[
    gain_sheet::ANALYSIS,
    gain_split::ANALYSIS,
    gain_switch::ANALYSIS,
    gain_leave_one_out::ANALYSIS,
    gain_length::ANALYSIS,
    arms::ANALYSIS,
    effort::ANALYSIS,
    order::ANALYSIS,
    scaling::ANALYSIS,
    compare::ANALYSIS,
    predictors::ANALYSIS,
    references::ANALYSIS,
    baseline::ANALYSIS,
    baselines::ANALYSIS,
    ceiling::ANALYSIS,
    metrics::ANALYSIS,
    cross::ANALYSIS,
    egregious::ANALYSIS,
    drivers::ANALYSIS,
    silent::ANALYSIS,
    cues::ANALYSIS,
    missing::ANALYSIS,
    power::ANALYSIS,
];

/// The analysis of a name.
#[must_use]
pub fn analysis(name: &str) -> Option<&'static Analysis> {
    ANALYSES.iter().find(|analysis| analysis.name == name)
}

impl Analysis {
    /// What of a request this analysis cannot do: flags that it does not honour among those given,
    /// keys that it does not group by, and a level that it cannot be asked at.
    #[must_use]
    pub fn refuses(&self, given: &[Flag], request: &Request) -> Vec<String> {
        let flags = given.iter().filter(|flag| !self.honours.contains(flag));
        let flags = flags.map(|flag| match flag {
            Flag::Compat => format!("`{}` has no published variant: leave out `{flag}`", self.name),
            _ => format!("`{}` takes no `{flag}`", self.name),
        });
        let by = request.by.iter().flatten().filter(|_| self.honours.contains(&Flag::By));
        let keys = by.filter(|key| !self.keys.contains(key)).map(|key| {
            let known: Vec<&str> = self.keys.iter().map(|key| key.as_str()).collect();
            format!("`{}` does not group by `{key}`; it does by {}", self.name, known.join(", "))
        });
        let level = if self.name == power::ANALYSIS.name { power::refusal(request) } else { None };
        flags.chain(keys).chain(level).collect()
    }
}

/// What became of one analysis.
#[derive(Debug)]
pub struct Finished {
    /// The analysis.
    pub name: &'static str,
    /// Its sheets, or why there are none.
    pub sheets: Result<Vec<Sheet>, AnalysisError>,
    /// How long it took; others ran beside it.
    pub took: Duration,
}

/// Runs several analyses over the same guesses, in parallel; what comes back is in their order.
#[must_use]
pub fn run_all(analyses: &[&Analysis], prepared: &Prepared, request: &Request) -> Vec<Finished> {
    let run = |analysis: &&Analysis| {
        let start = Instant::now();
        let sheets = (analysis.run)(prepared, request);
        Finished { name: analysis.name, sheets, took: start.elapsed() }
    };
    analyses.par_iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_told_apart_and_group_by_what_they_offer() {
        let names: BTreeSet<&str> = ANALYSES.iter().map(|analysis| analysis.name).collect();
        assert_eq!(names.len(), ANALYSES.len());
        for analysis in ANALYSES {
            assert!(analysis.by.iter().all(|key| analysis.keys.contains(key)), "{}", analysis.name);
            assert!((analysis.columns)().iter().all(|column| !column.says.is_empty()));
        }
    }

    #[test]
    fn what_an_analysis_does_not_honour_is_refused_by_name() {
        let missing = analysis("missing").unwrap();
        let faults = missing.refuses(&[Flag::Weights, Flag::Where], &Request::default());
        assert_eq!(faults, ["`missing` takes no `--weights`"]);
    }

    #[test]
    fn power_refuses_a_level_that_no_test_can_have() {
        let power = analysis("power").unwrap();
        let at = |level| power.refuses(&[], &Request { level, ..Request::default() });
        assert!(at(0.95).is_empty() && at(0.25).is_empty());
        assert!(at(0.2)[0].starts_with("`power` takes no `--level 0.2`"), "{:?}", at(0.2));
    }
}
