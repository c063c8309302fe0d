//! What is asked of an analysis.

use crate::contrast::Contrast;
use crate::error::AnalysisError;
use crate::group::GroupKey;
use crate::selection::ExcludeSelf;
use crate::unit::Weights;
use std::fmt;
use std::str::FromStr;

/// Whose rules the figures follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Compat {
    /// Those of this program.
    #[default]
    Own,
    /// Those of the published code, point estimates only.
    Published,
}

impl Compat {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Published => "published",
        }
    }
}

impl FromStr for Compat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = [Self::Own, Self::Published].into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| "own or published".to_owned())
    }
}

/// What can be asked of analyses, one name a flag of the command. An analysis says which of them it
/// honours ([`crate::Analysis::honours`]); others are refused, not ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flag {
    /// Groups.
    By,
    /// The treated arm.
    Arm,
    /// The baseline.
    Against,
    /// What weighs the same.
    Weights,
    /// Predictors left out for being the reference.
    ExcludeSelf,
    /// Only subjects whose treated guesses agree.
    ConsistentOnly,
    /// Conditions on columns.
    Where,
    /// Level of the intervals.
    Level,
    /// Draws of the bootstrap, or of permutations.
    Bootstrap,
    /// Seed of what is drawn.
    Seed,
    /// Least observations of what is reported.
    MinN,
    /// Least answers of a panel.
    MinAnswered,
    /// Whose rules are followed.
    Compat,
}

impl Flag {
    /// Those that choose what is analysed: most analyses honour them all.
    pub const SELECTION: &'static [Self] =
        &[Self::By, Self::Arm, Self::Against, Self::ExcludeSelf, Self::ConsistentOnly, Self::Where];

    /// Those, and the level of intervals.
    pub const INTERVALS: &'static [Self] = &[
        Self::By,
        Self::Arm,
        Self::Against,
        Self::ExcludeSelf,
        Self::ConsistentOnly,
        Self::Where,
        Self::Level,
    ];

    /// Those, and how units are weighted.
    pub const ESTIMATES: &'static [Self] = &[
        Self::By,
        Self::Arm,
        Self::Against,
        Self::ExcludeSelf,
        Self::ConsistentOnly,
        Self::Where,
        Self::Weights,
        Self::Level,
    ];

    /// The flag as the command has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::By => "--by",
            Self::Arm => "--arm",
            Self::Against => "--against",
            Self::Weights => "--weights",
            Self::ExcludeSelf => "--exclude-self",
            Self::ConsistentOnly => "--consistent-only",
            Self::Where => "--where",
            Self::Level => "--level",
            Self::Bootstrap => "--bootstrap",
            Self::Seed => "--seed",
            Self::MinN => "--min-n",
            Self::MinAnswered => "--min-answered",
            Self::Compat => "--compat",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is asked of an analysis.
///
/// # Examples
/// ```
/// use foretell_analysis::{GroupKey, Request};
///
/// let request = Request { by: Some(vec![GroupKey::Reference]), ..Request::default() };
/// assert_eq!(request.contrast.against, "without");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Keys that make the groups; `None` leaves the choice to the analysis.
    pub by: Option<Vec<GroupKey>>,
    /// The arms compared.
    pub contrast: Contrast,
    /// What weighs the same.
    pub weights: Weights,
    /// Predictors left out for being the reference.
    pub exclude_self: ExcludeSelf,
    /// Whether only subjects count whose treated guesses agree.
    pub consistent_only: bool,
    /// Conditions on columns, as written ([`crate::Filter`]).
    pub filter: String,
    /// Level of the intervals, a fraction.
    pub level: f64,
    /// Draws of the bootstrap; 0 leaves it out.
    pub bootstrap: u32,
    /// Seed of what is drawn.
    pub seed: u64,
    /// Least observations of what is reported.
    pub min_n: u64,
    /// Least answers of a panel; `None` asks for all.
    pub min_answered: Option<u32>,
    /// Whose rules are followed.
    pub compat: Compat,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            by: None,
            contrast: Contrast::default(),
            weights: Weights::default(),
            exclude_self: ExcludeSelf::default(),
            consistent_only: false,
            filter: String::new(),
            level: 0.95,
            bootstrap: 10_000,
            seed: 0,
            min_n: 200,
            min_answered: None,
            compat: Compat::Own,
        }
    }
}

impl Request {
    /// The keys asked for, or those given.
    #[must_use]
    pub fn by_or(&self, keys: &[GroupKey]) -> Vec<GroupKey> {
        self.by.clone().unwrap_or_else(|| keys.to_vec())
    }

    /// Refuses what makes no sense whatever the run.
    pub(crate) fn check(&self) -> Result<(), AnalysisError> {
        self.contrast.check()?;
        match self.level > 0.0 && self.level < 1.0 {
            true => Ok(()),
            false => Err(AnalysisError::Level { level: self.level }),
        }
    }
}
