//! Which guesses an analysis is about.

use crate::filter::Filter;
use crate::model::Model;
use std::fmt;
use std::str::FromStr;

/// Which predictors are left out of the guesses about a model because they are that model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ExcludeSelf {
    /// None.
    #[default]
    None,
    /// Those that are the reference itself, whatever the effort ([`Model::is_same_model`]).
    Model,
    /// Those of the reference's family ([`Model::is_same_family`]).
    Family,
}

impl ExcludeSelf {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::None, Self::Model, Self::Family];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Model => "model",
            Self::Family => "family",
        }
    }

    /// The rule in words, for what it left out.
    #[must_use]
    pub fn rule(self) -> String {
        format!("predictor of the reference's own {self}")
    }

    /// Whether guesses of `predictor` about `reference` are left out.
    #[must_use]
    pub fn excludes(self, predictor: &Model, reference: &Model) -> bool {
        match self {
            Self::None => false,
            Self::Model => predictor.is_same_model(reference),
            Self::Family => predictor.is_same_family(reference),
        }
    }
}

impl fmt::Display for ExcludeSelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExcludeSelf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|choice| choice.as_str() == text);
        found.ok_or_else(|| "none, model or family".to_owned())
    }
}

/// What of the guesses is analysed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Predictors left out for being the reference.
    pub exclude_self: ExcludeSelf,
    /// Whether only subjects count whose treated guesses are all one label.
    pub consistent_only: bool,
    /// Conditions on columns.
    pub filter: Filter,
}

impl Selection {
    /// What the figures are conditional on: what was chosen by what comes after the treatment.
    #[must_use]
    pub fn conditional(&self) -> Vec<String> {
        let consistent = self.consistent_only.then(|| "treated guesses that agree".to_owned());
        self.filter.after_treatment().map(str::to_owned).chain(consistent).collect()
    }
}

/// How many observations were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excluded {
    /// The reason: a condition, or a rule.
    pub what: String,
    /// How many observations; of analyses of single guesses, how many guesses.
    pub count: u64,
}

/// The predictors whose guesses an analysis rests on, with an id that tells panels apart.
///
/// An absolute NSG depends on who guesses, so figures of two panels are not comparable; every sheet
/// shows the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Eight hex digits: a hash of the sorted names.
    pub id: String,
    /// The names, sorted.
    pub predictors: Vec<String>,
}

impl Panel {
    /// The panel of some predictors.
    ///
    /// # Examples
    /// ```
    /// use foretell_analysis::Panel;
    ///
    /// let panel = Panel::of(["b", "a", "b"]);
    /// assert_eq!(panel.predictors, ["a", "b"]);
    /// assert_eq!(panel, Panel::of(["a", "b"]));
    /// assert_ne!(panel.id, Panel::of(["a"]).id);
    /// ```
    #[must_use]
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: std::collections::BTreeSet<&str> = names.into_iter().collect();
        let predictors: Vec<String> = names.into_iter().map(str::to_owned).collect();
        // A hash of texts that is at hand, of a text that no question is.
        let hash = foretell_core::TextId::of("panel of predictors", &predictors.join("\n"));
        Self { id: hash.as_str()[..8].to_owned(), predictors }
    }
}
