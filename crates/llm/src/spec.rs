//! Model specifications: `provider:model?option=value&...` and `http://host:port/v1#model?...`.

use crate::{pace, price};
use foretell_core::Effort;
use miette::Diagnostic;
use std::fmt;
use thiserror::Error;

/// A model as a user writes it.
///
/// # Examples
/// ```
/// use foretell_llm::ModelSpec;
/// let spec = ModelSpec::parse("http://127.0.0.1:8000/v1#qwen3?temperature=0&name=small")?;
/// assert_eq!((spec.provider(), spec.model.as_str(), spec.name.as_str()), ("http", "qwen3", "small"));
/// assert_eq!(spec.option("temperature"), Some("0"));
/// # Ok::<(), foretell_llm::SpecError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpec {
    /// Where it is asked.
    pub place: Place,
    /// The model as its provider calls it.
    pub model: String,
    /// Its name in this run.
    pub name: String,
    /// All other options, in the order given.
    pub options: Vec<(String, String)>,
    /// How often it is asked the same, where the specification says so.
    pub passes: SpecPasses,
}

/// How often a model is asked the same; no part of what makes it this model, nor of its requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpecPasses {
    /// Repeats of every prompt: the option `repeats`.
    pub repeats: Option<u32>,
    /// Repeats of a reference on every counterfactual question: the option `ceiling`.
    pub ceiling: Option<u32>,
}

/// Most repeats of one prompt: a slip of the hand should not be paid for.
pub const MOST_REPEATS: u32 = 10_000;

/// Where a model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Built in.
    Sim,
    /// An OpenAI-compatible server, by its base address; several that serve the same model are
    /// separated by commas.
    Http(String),
    /// OpenAI's API.
    Openai,
    /// OpenRouter.
    Openrouter,
    /// Anthropic's API.
    Anthropic,
    /// A server that is started for the purpose, with vLLM.
    Vllm,
}

/// Options that say where a model is asked, who pays and how long is waited: it stays the same model.
const NOT_IDENTITY: [&str; 6] =
    ["key_env", "address", "executable", "memory_share", "start_timeout_s", "stop_timeout_s"];

/// What is wrong with a specification.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum SpecError {
    /// Not of the form of a specification.
    #[error("`{spec}` is not a model: {fault}")]
    #[diagnostic(help(
        "a model is written `openai:MODEL`, `openrouter:MODEL`, `anthropic:MODEL`, `vllm:MODEL`, `http://HOST:PORT/v1#MODEL` or `sim:reader`, with options after `?`; docs/models.md has all of them"
    ))]
    Form {
        /// The specification.
        spec: String,
        /// What is wrong with it.
        fault: String,
    },
    /// An option that the provider does not have.
    #[error("model `{spec}`: there is no option `{option}`")]
    #[diagnostic(help("the options are {known}"))]
    UnknownOption {
        /// The specification.
        spec: String,
        /// The option.
        option: String,
        /// Those there are.
        known: String,
    },
    /// A value that an option cannot take.
    #[error("model `{spec}`: option `{option}`: `{value}` is not {wanted}")]
    #[diagnostic(help("write `{option}=` followed by {wanted}"))]
    Value {
        /// The specification.
        spec: String,
        /// The option.
        option: &'static str,
        /// The value given.
        value: String,
        /// What it takes.
        wanted: &'static str,
    },
    /// The environment variable of a key is not set.
    #[error(
        "model `{spec}`: the environment variable `{variable}` is not set, and it should hold the key"
    )]
    #[diagnostic(help(
        "export {variable}=..., or name another variable with `key_env=VARIABLE`; a server that takes no key needs no `key_env`"
    ))]
    NoKey {
        /// The specification.
        spec: String,
        /// The variable.
        variable: String,
    },
    /// A key that no request can carry.
    #[error(
        "model `{spec}`: what `{variable}` holds is no key: it has spaces, line ends or other signs that no header can carry"
    )]
    #[diagnostic(help("export {variable} again, with the key and nothing else"))]
    BadKey {
        /// The specification.
        spec: String,
        /// The variable.
        variable: String,
    },
    /// An effort that the model cannot make.
    #[error("model `{spec}`: {model} cannot be asked for effort `{effort}`; it can do {can}")]
    #[diagnostic(help(
        "give `effort=` one of these, or leave it out for what the model does unasked; a model that this program knows wrongly is set right in a file for `--registry`"
    ))]
    Effort {
        /// The specification.
        spec: String,
        /// The model.
        model: String,
        /// What was asked.
        effort: Effort,
        /// What it can do.
        can: String,
    },
    /// Options that exclude each other.
    #[error("model `{spec}`: {fault}")]
    #[diagnostic(help("{help}"))]
    Clash {
        /// The specification.
        spec: String,
        /// What is wrong.
        fault: String,
        /// How to mend it.
        help: String,
    },
    /// The program that serves models is not there.
    #[error("model `{spec}`: there is no program `{executable}`")]
    #[diagnostic(help(
        "install vLLM (`uv pip install vllm` or `pip install vllm`, on a machine with a GPU), or name the program with `executable=PATH`"
    ))]
    NoExecutable {
        /// The specification.
        spec: String,
        /// The program.
        executable: String,
    },
    /// A simulated subject that does not exist.
    #[error("model `{spec}`: {fault}")]
    #[diagnostic(help("docs/simulated.md lists the simulated subjects and their options"))]
    Sim {
        /// The specification.
        spec: String,
        /// What is wrong with it.
        fault: String,
    },
}

impl ModelSpec {
    /// Reads a specification. Options are checked when the model is opened.
    ///
    /// # Errors
    /// [`SpecError::Form`] says what is missing.
    pub fn parse(spec: &str) -> Result<Self, SpecError> {
        let form = |fault: &str| SpecError::Form { spec: spec.to_owned(), fault: fault.to_owned() };
        let (head, query) = spec.split_once('?').unwrap_or((spec, ""));
        let (place, model) = if head.starts_with("http://") || head.starts_with("https://") {
            let (address, model) =
                head.split_once('#').ok_or_else(|| form("no `#MODEL` follows the address"))?;
            if address.split(',').any(holds_password) {
                return Err(password(model));
            }
            let addresses = address.split(',').map(|address| address.trim().trim_end_matches('/'));
            (Place::Http(addresses.collect::<Vec<_>>().join(",")), model)
        } else {
            match head.split_once(':') {
                Some(("sim", model)) => (Place::Sim, model),
                Some(("openai", model)) => (Place::Openai, model),
                Some(("openrouter", model)) => (Place::Openrouter, model),
                Some(("anthropic", model)) => (Place::Anthropic, model),
                Some(("vllm", model)) => (Place::Vllm, model),
                Some((provider, _)) => {
                    return Err(form(&format!("there is no provider `{provider}`")));
                }
                None => return Err(form("it names no provider")),
            }
        };
        if model.is_empty() {
            return Err(form("it names no model"));
        }
        let mut options = options(query).map_err(|part| {
            form(&format!("`{part}` in its options is not of the form `option=value`"))
        })?;
        if options.iter().any(|(option, value)| option == "address" && holds_password(value)) {
            return Err(password(model));
        }
        let passes = SpecPasses::take(spec, &mut options)?;
        let named = options.iter().position(|(option, _)| option == "name");
        let name = named.map(|at| options.remove(at).1);
        let is_sim = place == Place::Sim;
        let parsed = Self { place, model: model.to_owned(), name: String::new(), options, passes };
        let name = name.unwrap_or_else(|| match (is_sim, passes == SpecPasses::default()) {
            (true, true) => spec.to_owned(),
            // Without the repeats: with more of them it is still the same model.
            (true, false) => parsed.to_string(),
            (false, _) => model.to_owned(),
        });
        Ok(Self { name, ..parsed })
    }

    /// Adds an option.
    ///
    /// # Errors
    /// [`SpecError::Form`] for an address that holds a name or password, [`SpecError::Value`] for
    /// repeats that are none.
    pub fn with_option(mut self, option: String, value: String) -> Result<Self, SpecError> {
        if option == "address" && holds_password(&value) {
            return Err(password(&self.model));
        }
        let mut added = vec![(option, value)];
        let passes = SpecPasses::take(&self.to_string(), &mut added)?;
        self.passes.repeats = passes.repeats.or(self.passes.repeats);
        self.passes.ceiling = passes.ceiling.or(self.passes.ceiling);
        self.options.append(&mut added);
        Ok(self)
    }

    /// The kind of provider, as keys and tables name it.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        match self.place {
            Place::Sim => "sim",
            Place::Http(_) => "http",
            Place::Openai => "openai",
            Place::Openrouter => "openrouter",
            Place::Anthropic => "anthropic",
            Place::Vllm => "vllm",
        }
    }

    /// Where it is asked, one or several addresses. A provider of its own kind stands for itself, with
    /// the address and the key that are not its usual ones; a server of our own for its model.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let others = match &self.place {
            Place::Http(addresses) => return addresses.split(',').map(str::to_owned).collect(),
            Place::Vllm => [Some(self.model.as_str()), None],
            _ => [self.option("address"), self.option("key_env")],
        };
        let parts = std::iter::once(self.provider()).chain(others.into_iter().flatten());
        vec![parts.collect::<Vec<_>>().join(" ")]
    }

    /// What makes it this model and no other: all of the specification but where and how fast it is
    /// asked, who pays, and how much.
    #[must_use]
    pub fn identity(&self) -> String {
        let counts = |option: &str| {
            !NOT_IDENTITY.contains(&option)
                && !pace::OPTIONS.contains(&option)
                && !price::OPTIONS.contains(&option)
        };
        let options = self.options.iter().filter(|(option, _)| counts(option));
        let options: Vec<String> =
            options.map(|(option, value)| format!("{option}={value}")).collect();
        format!("{}:{}?{}", self.provider(), self.model, options.join("&"))
    }

    /// Whether asking it may cost money.
    #[must_use]
    pub fn may_cost(&self) -> bool {
        self.place != Place::Sim
    }

    /// The value of an option.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(option, _)| option == name).map(|(_, value)| value.as_str())
    }

    /// The effort asked for.
    ///
    /// # Errors
    /// [`SpecError::Value`] where the option holds something else.
    pub fn effort(&self) -> Result<Effort, SpecError> {
        Ok(self.number("effort", Effort::WANTED)?.unwrap_or_default())
    }

    /// Refuses options that are not among `known`.
    pub(crate) fn check_options(&self, known: &[&str]) -> Result<(), SpecError> {
        let known = [known, &pace::OPTIONS[..], &price::OPTIONS].concat();
        let is_known = |option: &str| known.contains(&option);
        match self.options.iter().find(|(option, _)| !is_known(option)) {
            None => Ok(()),
            Some((option, _)) => Err(SpecError::UnknownOption {
                spec: self.to_string(),
                option: option.clone(),
                known: known.join(", "),
            }),
        }
    }

    /// The value of an option, as a number.
    pub(crate) fn number<T: std::str::FromStr>(
        &self,
        option: &'static str,
        wanted: &'static str,
    ) -> Result<Option<T>, SpecError> {
        let Some(value) = self.option(option) else { return Ok(None) };
        value.parse().map(Some).map_err(|_| SpecError::Value {
            spec: self.to_string(),
            option,
            value: value.to_owned(),
            wanted,
        })
    }

    /// Whether a switch is on; `None` where it is not given.
    pub(crate) fn switch(&self, option: &'static str) -> Result<Option<bool>, SpecError> {
        self.number(option, "true or false")
    }

    /// The values of an option, separated by commas.
    pub(crate) fn list(&self, option: &str) -> Vec<String> {
        let values = self.option(option).unwrap_or_default().split(',').map(str::trim);
        values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }
}

impl SpecPasses {
    /// Takes the options that say how often a model is asked out of its options.
    fn take(spec: &str, options: &mut Vec<(String, String)>) -> Result<Self, SpecError> {
        let mut take = |option: &'static str, least: u32, wanted: &'static str| {
            let Some(at) = options.iter().position(|(name, _)| name == option) else {
                return Ok(None);
            };
            let (_, value) = options.remove(at);
            match value.parse() {
                Ok(number) if (least..=MOST_REPEATS).contains(&number) => Ok(Some(number)),
                _ => Err(SpecError::Value { spec: spec.to_owned(), option, value, wanted }),
            }
        };
        Ok(Self {
            repeats: take("repeats", 1, "a whole number from 1 to 10000")?,
            ceiling: take("ceiling", 0, "a whole number from 0 to 10000")?,
        })
    }
}

fn holds_password(address: &str) -> bool {
    let host = address.split("://").nth(1).and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| host.contains('@'))
}

/// Without the address: it would reach files and messages.
fn password(model: &str) -> SpecError {
    SpecError::Form {
        spec: format!("...#{model}"),
        fault: "its address holds a name or password; name the variable that holds the key with \
                `key_env=VARIABLE` instead"
            .to_owned(),
    }
}

fn options(query: &str) -> Result<Vec<(String, String)>, &str> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once('=') {
            Some((option, value)) => Ok((option.to_owned(), value.to_owned())),
            None => Err(part),
        })
        .collect()
}

/// The specification without its name and repeats, as it can be given again.
impl fmt::Display for ModelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Sim => write!(f, "sim:{}", self.model)?,
            Place::Http(address) => write!(f, "{address}#{}", self.model)?,
            _ => write!(f, "{}:{}", self.provider(), self.model)?,
        }
        for (at, (option, value)) in self.options.iter().enumerate() {
            write!(f, "{}{option}={value}", if at == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

/// Where keys (and the search path of programs) come from: a lookup by variable name, which `cli`
/// connects to the environment.
pub type Keys<'a> = &'a dyn Fn(&str) -> Option<String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_subject_is_named_by_its_specification() {
        let spec = ModelSpec::parse("sim:reference?faithfulness=0.5&seed=3").unwrap();
        assert_eq!(spec.name, "sim:reference?faithfulness=0.5&seed=3");
        assert_eq!(spec.to_string(), spec.name);
        assert!(!spec.may_cost());
    }

    #[test]
    fn a_model_stays_the_same_however_often_it_is_asked() {
        let once = ModelSpec::parse("sim:reference?seed=3").unwrap();
        let often = ModelSpec::parse("sim:reference?repeats=3&seed=3&ceiling=10").unwrap();
        assert_eq!(often.passes, SpecPasses { repeats: Some(3), ceiling: Some(10) });
        assert_eq!((&often.name, often.identity()), (&once.name, once.identity()));
        assert_eq!((often.to_string(), &often.options), (once.to_string(), &once.options));
        let often = once.with_option("repeats".to_owned(), "2".to_owned()).unwrap();
        assert_eq!(often.passes.repeats, Some(2));
        for wrong in ["repeats=0", "repeats=x", "ceiling=-1", "repeats=10001"] {
            let error = ModelSpec::parse(&format!("openai:m?{wrong}")).unwrap_err().to_string();
            assert!(error.contains("a whole number from"), "{error}");
        }
    }

    #[test]
    fn a_model_stays_the_same_at_another_address() {
        let at = |port: u16| {
            let spec = format!("http://127.0.0.1:{port}/v1#m?temperature=0&key_env=K{port}");
            ModelSpec::parse(&spec).unwrap().identity()
        };
        assert_eq!(at(80), at(81));
        assert_eq!(at(80), "http:m?temperature=0");
    }

    #[test]
    fn several_addresses_are_one_model() {
        let pool = ModelSpec::parse("http://a/v1/, http://b:1/v1#m?rpm=60&concurrency=4").unwrap();
        assert_eq!(pool.addresses(), ["http://a/v1", "http://b:1/v1"]);
        assert_eq!(pool.identity(), ModelSpec::parse("http://c/v1#m").unwrap().identity());
        assert_eq!(pool.to_string(), "http://a/v1,http://b:1/v1#m?rpm=60&concurrency=4");
        let error = ModelSpec::parse("http://a/v1,http://me:secret@b/v1#m").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn models_with_a_limit_of_their_own_are_endpoints_of_their_own() {
        let addresses = |spec| ModelSpec::parse(spec).unwrap().addresses();
        assert_eq!(addresses("openai:gpt-5"), addresses("openai:gpt-5-mini"));
        assert_ne!(addresses("openai:gpt-5"), addresses("openai:gpt-5?key_env=OTHER"));
        assert_ne!(addresses("vllm:a"), addresses("vllm:b"));
    }

    #[test]
    fn a_hosted_model_keeps_the_colons_and_slashes_of_its_name() {
        let spec = ModelSpec::parse("openrouter:qwen/qwen3-8b:free?effort=none").unwrap();
        assert_eq!((spec.provider(), spec.model.as_str()), ("openrouter", "qwen/qwen3-8b:free"));
        assert_eq!(spec.name, "qwen/qwen3-8b:free");
        assert!(spec.effort().unwrap().is_none());
        let spec = ModelSpec::parse("openai:m?effort=lots").unwrap();
        assert!(spec.effort().unwrap_err().to_string().contains("`lots`"));
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for spec in ["http://me:secret@host/v1#m", "openai:m?address=https://me:secret@host/v1"] {
            let error = ModelSpec::parse(spec).unwrap_err().to_string();
            assert!(error.contains("key_env") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn faults_are_said() {
        for (spec, says) in [
            ("gpt-5", "it names no provider"),
            ("opnai:gpt-5", "there is no provider `opnai`"),
            ("sim:", "it names no model"),
            ("http://127.0.0.1:80/v1", "no `#MODEL` follows the address"),
            ("sim:reader?skill", "`skill` in its options is not of the form `option=value`"),
        ] {
            let error = ModelSpec::parse(spec).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
