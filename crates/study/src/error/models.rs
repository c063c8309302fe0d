//! What can be wrong with the models of a study, one by one and together.

use foretell_core::registry::RegistryError;
use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why models cannot be asked as a study says.
#[derive(Debug, Error, Diagnostic)]
pub enum ModelsError {
    /// A simulated model that cannot do what it is named for.
    #[error("`{spec}` cannot be a {role}: it would not give one reply of use")]
    #[diagnostic(help("a simulated {role} is {}", named(kinds)))]
    WrongRole {
        /// The model.
        spec: String,
        /// What it is named for.
        role: &'static str,
        /// The simulated models that can do that.
        kinds: &'static [&'static str],
    },
    /// A file of known models that holds something else.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "docs/models.md explains every field; `foretell models show` prints an entry as it is written"
    ))]
    Registry {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: RegistryError,
    },
    /// Two models of one name.
    #[error("two models are called `{name}`: `{first}` and `{second}`")]
    #[diagnostic(help(
        "give one of them a name of its own: `...&name=NAME`, or `?name=NAME` where it has no options"
    ))]
    NameTaken {
        /// The name.
        name: String,
        /// One model.
        first: String,
        /// The other.
        second: String,
    },
    /// A model under the name that people have.
    #[error("model `{spec}` is called `{name}`, as the people are who rate cases")]
    #[diagnostic(help(
        "give it a name of its own: `...&name=NAME`, or `?name=NAME` where it has no options"
    ))]
    NamedAsPeople {
        /// The name.
        name: String,
        /// The model.
        spec: String,
    },
    /// A reference that the run does not have.
    #[error("the run has no reference `{name}`{meant}; its references are {known}")]
    #[diagnostic(help("name one of them, or leave out `--reference` for all"))]
    UnknownReference {
        /// The name given.
        name: String,
        /// The one that is spelt most like it, in words, if any is close.
        meant: String,
        /// Those there are.
        known: String,
    },
    /// One model twice.
    #[error("`{first}` and `{second}` are the same model with the same settings")]
    #[diagnostic(help(
        "leave one of them out, or let them differ, for instance in `seed` or `temperature`"
    ))]
    SameModel {
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// Repeats that no model can be asked for.
    #[error("{what}: `{field}` is {value}, and it takes {least} to {}", foretell_llm::MOST_REPEATS)]
    #[diagnostic(help(
        "`repeats = 1` asks everything once, `ceiling = 0` asks for no noise ceiling"
    ))]
    Repeats {
        /// The study, or a model.
        what: String,
        /// The field.
        field: &'static str,
        /// Its value.
        value: u32,
        /// The lowest value.
        least: u32,
    },
    /// Repeats for a model that is not repeated so.
    #[error("`{spec}`: {role} has no `{field}`")]
    #[diagnostic(help(
        "leave it out: references have `repeats` and `ceiling`, predictors `repeats`; docs/passes.md says what each is for"
    ))]
    NoSuchPass {
        /// The model.
        spec: String,
        /// What it is named for.
        role: &'static str,
        /// The field.
        field: &'static str,
    },
    /// An arm that shows what nobody is there to write.
    #[error(
        "the arm `{arm}` shows what another model says for the answers, and the study names none"
    )]
    #[diagnostic(help(
        "name it with `--rationale-model MODEL`, or as `[rationale]` in the study file; `sim:rationaliser` is one that costs nothing"
    ))]
    NoRationaliser {
        /// The arm.
        arm: String,
    },
    /// A budget for a model whose price nobody says.
    #[error("model `{model}`: a budget cannot be held, since its price is not known")]
    #[diagnostic(help(
        "give it in US dollars per million tokens: `...?price_in=0.25&price_out=2` (0 and 0 for a server of your own), or `price` of its entry in a file for `--registry`"
    ))]
    NoPrice {
        /// The model.
        model: String,
    },
    /// A budget for a model whose replies may be of any length.
    #[error("model `{model}`: a budget cannot be held, since its replies may be of any length")]
    #[diagnostic(help(
        "give it `max_tokens=N` (which changes what is asked), or `max_output` of its entry in a file for `--registry`"
    ))]
    NoLength {
        /// The model.
        model: String,
    },
    /// A budget that is none.
    #[error("`budget = {budget}` is not an amount of US dollars")]
    #[diagnostic(help("write a number above 0, such as 20 or 2.50"))]
    Budget {
        /// What was given.
        budget: f64,
    },
    /// A model that a run does not have.
    #[error("{}: the run has no model `{model}`", path.display())]
    #[diagnostic(help("its models are {known}"))]
    NoModel {
        /// The run.
        path: PathBuf,
        /// The model.
        model: String,
        /// Those that it has.
        known: String,
    },
}

/// Simulated models, as they are written.
fn named(kinds: &[&str]) -> String {
    kinds.iter().map(|kind| format!("`sim:{kind}`")).collect::<Vec<_>>().join(" or ")
}
