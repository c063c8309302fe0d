//! Drawing a study of people, and freezing it.

use super::HUMAN;
use super::cases::eligible;
use super::design::{HumanStudy, Sizes, Texts, assign, draw};
use crate::error::{HumanError, StudyError};
use crate::folder::{Frozen, Layout};
use crate::manifest::{Manifest, write_whole};
use foretell_core::id::hex;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Version of `study.json`.
const FORMAT: u32 = 1;

/// Cases for checks of attention, which any rater may get: they count for nothing.
const CHECK_CASES: usize = 6;

/// What a study of people is to be.
///
/// # Examples
/// ```
/// use foretell_study::HumanRequest;
///
/// let request = HumanRequest { raters: 3, per_rater: 40, ..HumanRequest::default() };
/// assert_eq!(request.second, 4);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HumanRequest {
    /// Raters, at least two.
    pub raters: u32,
    /// Guesses of each, an even number.
    pub per_rater: u32,
    /// Those among them that another rater makes too, an even number; they need a third rater.
    pub second: u32,
    /// Checks of attention of each, beside them.
    pub checks: u32,
    /// The references asked about; none means all of the run.
    pub references: Vec<String>,
    /// Seed of all that is drawn.
    pub seed: u64,
}

impl Default for HumanRequest {
    fn default() -> Self {
        Self { raters: 3, per_rater: 40, second: 4, checks: 0, references: Vec::new(), seed: 1 }
    }
}

impl HumanRequest {
    fn check(&self) -> Result<(), StudyError> {
        let mut faults = Vec::new();
        if self.raters < 2 {
            faults.push("one case goes to two people: `--raters` is at least 2".to_owned());
        }
        if self.per_rater < 2 || !self.per_rater.is_multiple_of(2) {
            let per_rater = self.per_rater;
            faults.push(format!("half of a rater's cases come with an explanation: `--per-rater` is even, not {per_rater}"));
        }
        if self.second > 0 && self.raters < 3 {
            faults.push(
                "a second guess needs a third rater: `--second 0`, or three `--raters`".to_owned(),
            );
        }
        if !self.second.is_multiple_of(2) || self.second >= self.per_rater.max(1) {
            faults.push(format!("`--second` is even and below `--per-rater`, not {}", self.second));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(StudyError::Human(HumanError::Request { faults: faults.join("; ") }))
        }
    }
}

/// Draws a study of people over a run, and writes nothing.
///
/// # Errors
/// [`StudyError`]: the request is at odds with itself, names no reference of the run, or asks for more
/// cases than the run has.
pub fn plan(run: &Path, request: &HumanRequest) -> Result<HumanStudy, StudyError> {
    request.check()?;
    let manifest = Manifest::read(run)?;
    let layout = Layout::new(run);
    let frozen = Frozen::read(&layout)?;
    let name = |table: &crate::study::ModelTable| table.name_in_run();
    let known: Vec<String> =
        manifest.study.references.iter().map(name).collect::<Result<_, _>>()?;
    for predictor in manifest.study.predictors.iter().map(name) {
        if predictor? == HUMAN {
            let faults =
                format!("a predictor of the run is called `{HUMAN}`, which people are called");
            return Err(StudyError::Human(HumanError::Request { faults }));
        }
    }
    if let Some(stranger) = request.references.iter().find(|wanted| !known.contains(wanted)) {
        let faults = format!("the run has no reference `{stranger}`, only {}", known.join(", "));
        return Err(StudyError::Human(HumanError::Request { faults }));
    }
    let asked = if request.references.is_empty() { &known } else { &request.references };
    let all: Vec<Vec<Texts>> = asked
        .iter()
        .map(|reference| eligible(&layout, &frozen, reference))
        .collect::<Result<_, _>>()?;
    let HumanRequest { raters, per_rater, second, checks, seed, .. } = *request;
    let sizes = Sizes { raters, per_rater, second, checks };
    let of_checks = if checks > 0 { CHECK_CASES } else { 0 };
    let wanted = sizes.cases() + of_checks;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let cases = draw(all, wanted, &mut rng);
    if cases.len() < wanted {
        return Err(StudyError::Human(HumanError::FewCases { found: cases.len(), wanted }));
    }
    let tasks = assign(sizes, &cases, seed);
    Ok(HumanStudy { format: FORMAT, seed, raters, per_rater, cases, tasks })
}

/// Freezes a study of people in its run, with a link for each rater.
///
/// # Errors
/// [`HumanError::There`] where one is there already: its answers would be of other cases.
pub fn setup(run: &Path, study: &HumanStudy) -> Result<(), StudyError> {
    let layout = Layout::new(run);
    let path = layout.human_study();
    if path.exists() {
        return Err(StudyError::Human(HumanError::There { path: layout.human() }));
    }
    std::fs::create_dir_all(layout.human())
        .map_err(|fault| StudyError::Io { path: layout.human(), fault })?;
    let raters: BTreeMap<String, u32> = (1..=study.raters)
        .map(|rater| Ok((token()?, rater)))
        .collect::<io::Result<_>>()
        .map_err(|fault| StudyError::Io { path: layout.human_raters(), fault })?;
    let json = |value: Result<String, serde_json::Error>| value.expect("texts are always JSON");
    write_whole(&layout.human_raters(), &json(serde_json::to_string_pretty(&raters)))?;
    // Last: a folder with a study is whole.
    write_whole(&path, &json(serde_json::to_string_pretty(study)))
}

/// A name that cannot be guessed. It tells raters apart and is no part of what is drawn.
fn token() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_link_is_of_128_bits_and_no_two_are_alike() {
        let tokens: BTreeSet<String> = (0..1000).map(|_| token().unwrap()).collect();
        assert_eq!(tokens.len(), 1000);
        let is_hex =
            |token: &String| token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(tokens.iter().all(is_hex));
    }
}
