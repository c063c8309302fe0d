//! Runs that are read, and the observations that several analyses share.

use crate::contrast::Contrast;
use crate::counts::Counts;
use crate::error::AnalysisError;
use crate::filter::Filter;
use crate::folder::{prediction_files, require_arms};
use crate::group::GroupKey;
use crate::guesses::{Guess, Guesses};
use crate::model::KnownModels;
use crate::observation::Observations;
use crate::reduction::missing_arms;
use crate::request::Request;
use crate::run_tables::RunTables;
use crate::selection::{Excluded, Selection};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Observations by what they are of.
type Made = Vec<((Vec<String>, Contrast, Selection), Arc<Observations>)>;

/// Runs that are read, for any number of analyses at once.
///
/// # Examples
/// ```no_run
/// use foretell_analysis::{Prepared, Request, analysis};
/// use std::path::Path;
///
/// let request = Request::default();
/// let prepared = Prepared::read(&[Path::new("runs/demo-1a2b3c4d")], &request)?;
/// let gain = analysis("gain").expect("it is in the list");
/// for sheet in (gain.run)(&prepared, &request)? {
///     print!("{}", sheet.to_csv());
/// }
/// # Ok::<(), foretell_analysis::AnalysisError>(())
/// ```
#[derive(Debug)]
pub struct Prepared {
    /// All guesses of all arms.
    pub guesses: Arc<Guesses>,
    /// The other tables, read when they are asked for.
    pub tables: RunTables,
    /// What was noticed while reading: tables without their counterpart.
    pub notices: Vec<String>,
    /// The run that this one is compared with, where there is one.
    pub other: Option<Box<Prepared>>,
    filter: Filter,
    made: Mutex<Made>,
}

impl Prepared {
    /// Reads all guesses of runs, and makes the filter ready for them.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run, file or pair, or says what is wrong with the request.
    pub fn read(runs: &[&Path], request: &Request) -> Result<Self, AnalysisError> {
        request.check()?;
        let files = prediction_files(runs)?;
        let Contrast { arm, against } = &request.contrast;
        require_arms(&files, runs, [arm, against])?;
        let guesses = Arc::new(Guesses::read(&files, &KnownModels::read(runs)?)?);
        let filter = Filter::parse(&request.filter, &guesses)?;
        let mut notices = missing_arms(&files, [arm, against]);
        notices.extend(guesses.originals_at_odds());
        let tables = RunTables::of(runs);
        Ok(Self { guesses, tables, notices, other: None, filter, made: Mutex::default() })
    }

    /// Reads two runs that are compared with each other. Unlike several runs that are read together
    /// they may hold the same guesses, made in other ways.
    ///
    /// # Errors
    /// As [`Prepared::read`].
    pub fn read_two(run: &Path, other: &Path, request: &Request) -> Result<Self, AnalysisError> {
        let other = Some(Box::new(Self::read(&[other], request)?));
        Ok(Self { other, ..Self::read(&[run], request)? })
    }

    /// What of the guesses a request is about.
    #[must_use]
    pub fn selection(&self, request: &Request) -> Selection {
        Selection {
            exclude_self: request.exclude_self,
            consistent_only: request.consistent_only,
            filter: self.filter.clone(),
        }
    }

    /// The observations that a request is about: of its contrast, or, where `by` has
    /// [`GroupKey::Arm`], of every arm against its baseline. Made once for all analyses.
    #[must_use]
    pub fn observations(&self, request: &Request, by: &[GroupKey]) -> Arc<Observations> {
        let contrast = &request.contrast;
        let arms: Vec<String> = match by.contains(&GroupKey::Arm) {
            false => vec![contrast.arm.clone()],
            true => {
                let others = self.guesses.arms.iter().filter(|arm| ***arm != *contrast.against);
                others.map(|arm| arm.to_string()).collect()
            }
        };
        self.observations_of(&arms, contrast, request)
    }

    /// The observations of another contrast under the same selection, such as that of a placebo.
    #[must_use]
    pub fn observations_of_contrast(
        &self,
        contrast: &Contrast,
        request: &Request,
    ) -> Arc<Observations> {
        self.observations_of(std::slice::from_ref(&contrast.arm), contrast, request)
    }

    /// The counts of a request's contrast by `keys`, with what was noticed while reading: those of
    /// [`Contrast::count`] of what is read already.
    #[must_use]
    pub fn counts(&self, request: &Request, keys: &[GroupKey]) -> Counts {
        let mut counts = Counts::of(&self.observations(request, keys), keys);
        counts.notices.extend(self.notices.iter().cloned());
        counts
    }

    fn observations_of(
        &self,
        arms: &[String],
        contrast: &Contrast,
        request: &Request,
    ) -> Arc<Observations> {
        let key = (arms.to_vec(), contrast.clone(), self.selection(request));
        // Nothing in here waits for other threads, so holding the lock cannot stop the pool.
        let mut made = self.made.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some((_, known)) = made.iter().find(|(known, _)| *known == key) {
            return Arc::clone(known);
        }
        let names: Vec<&str> = arms.iter().map(String::as_str).collect();
        let guesses = Arc::clone(&self.guesses);
        let observations =
            Arc::new(Observations::of_arms(guesses, &names, &contrast.against, &key.2));
        made.push((key, Arc::clone(&observations)));
        observations
    }

    /// The single guesses that a request is about, in order, and how many were left out by which
    /// condition or rule. For analyses that compare no arms.
    #[must_use]
    pub fn single_guesses(&self, request: &Request) -> (Vec<&Guess>, Vec<Excluded>) {
        let guesses = &self.guesses;
        let mut excluded: BTreeMap<(usize, String), u64> = BTreeMap::new();
        let mut kept = Vec::with_capacity(guesses.guesses.len());
        for guess in &guesses.guesses {
            let reference = guesses.subjects[guess.subject as usize].reference;
            let model = |number: u32| &guesses.models[number as usize];
            let rule = match self.filter.refuses(guesses, guess) {
                Some((place, what)) => Some((place, what.to_owned())),
                None => request
                    .exclude_self
                    .excludes(model(guess.predictor), model(reference))
                    .then(|| (usize::MAX, request.exclude_self.rule())),
            };
            match rule {
                None => kept.push(guess),
                Some(rule) => *excluded.entry(rule).or_default() += 1,
            }
        }
        let excluded = excluded.into_iter();
        (kept, excluded.map(|((_, what), count)| Excluded { what, count }).collect())
    }
}
