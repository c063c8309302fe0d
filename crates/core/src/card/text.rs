//! The text of a row: a template filled with the phrases of its features.

use super::{Feature, Level};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use std::collections::HashMap;
use thiserror::Error;

/// The name of the one template of an environment.
const NAME: &str = "text";

/// A card's `text`, ready to be filled: a Jinja template whose variables are the features, each the
/// phrase of its level.
///
/// # Examples
/// ```
/// use foretell_core::card::{Feature, TextTemplate};
/// let feature: Feature = toml::from_str(r#"
/// name = "age"
/// bins = [{ upto = 40, phrase = "40 or younger" }, { phrase = "over 40" }]
/// "#)?;
/// let text = TextTemplate::new("The patient is {{ age }}.", &[feature])?;
/// assert_eq!(text.render(&["over 40"])?, "The patient is over 40.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TextTemplate {
    names: Vec<String>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Nothing but features between literal text: filled without the template engine, which for a
    /// large table is what takes the time.
    Plain(Vec<Part>),
    /// Conditions, filters and whatever else the engine knows.
    Engine(Box<Environment<'static>>),
}

#[derive(Debug, PartialEq)]
enum Part {
    Literal(String),
    Feature(usize),
}

/// What is wrong with a text template.
#[derive(Debug, Error)]
pub enum TextError {
    /// It does not parse, or cannot be filled.
    #[error("{0:#}")]
    Template(#[from] minijinja::Error),
    /// It names what is no feature.
    #[error("`{0}` is no feature of the card")]
    Unknown(String),
    /// It leaves a feature out.
    #[error("the feature `{0}` is missing in it")]
    Unused(String),
}

/// Two rows that differ and have the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The codes of one.
    pub one: Vec<usize>,
    /// The codes of the other.
    pub other: Vec<usize>,
    /// Their text.
    pub text: String,
}

impl TextTemplate {
    /// Reads a template for these features, which has to use each of them and nothing else.
    ///
    /// # Errors
    /// The first [`TextError`]; [`TextTemplate::faults`] has them all.
    pub fn new(text: &str, features: &[Feature]) -> Result<Self, TextError> {
        let environment = environment(text)?;
        match faults(&environment, features).into_iter().next() {
            Some(fault) => Err(fault),
            None => {
                let names: Vec<String> = features.iter().map(|own| own.name.clone()).collect();
                let plain = plain(text.trim(), &names).map(Form::Plain);
                let form = plain.unwrap_or_else(|| Form::Engine(Box::new(environment)));
                Ok(Self { names, form })
            }
        }
    }

    /// All that keeps `text` from being a template for these features.
    #[must_use]
    pub fn faults(text: &str, features: &[Feature]) -> Vec<TextError> {
        match environment(text) {
            Ok(environment) => faults(&environment, features),
            Err(fault) => vec![fault],
        }
    }

    /// The text of a row, from the phrase of each feature in their order.
    ///
    /// # Errors
    /// [`TextError::Template`] where a filter or a condition fails.
    pub fn render(&self, phrases: &[&str]) -> Result<String, TextError> {
        match &self.form {
            Form::Plain(parts) => {
                let mut text = String::with_capacity(512);
                for part in parts {
                    text.push_str(match part {
                        Part::Literal(literal) => literal,
                        Part::Feature(at) => phrases[*at],
                    });
                }
                Ok(text)
            }
            Form::Engine(environment) => {
                let names = self.names.iter().map(String::as_str);
                let values = Value::from_pairs(names.zip(phrases.iter().copied()));
                let text = environment.get_template(NAME)?.render(values)?;
                Ok(text.trim().to_owned())
            }
        }
    }

    /// Whether rows that differ are known to have different texts.
    ///
    /// They do where the template is nothing but features between literal text and no phrase, with
    /// the literal text after it, begins another one of its feature: read from the left, the text
    /// then says each phrase. `false` means that this is not known.
    #[must_use]
    pub fn tells_rows_apart(&self, levels: &[Vec<Level>]) -> bool {
        matches!(&self.form, Form::Plain(parts) if can_be_told(parts, levels))
    }

    /// Looks for two rows that differ and have the same text, since the identity of a question is
    /// its text.
    ///
    /// There are none where [`TextTemplate::tells_rows_apart`]. Else all rows are tried that differ from the first or the last
    /// level of every feature in at most two.
    ///
    /// # Errors
    /// [`TextError::Template`] where a filter or a condition fails.
    pub fn clash(&self, levels: &[Vec<Level>]) -> Result<Option<Clash>, TextError> {
        if self.tells_rows_apart(levels) {
            return Ok(None);
        }
        let first = vec![0; levels.len()];
        let last: Vec<usize> = levels.iter().map(|own| own.len().saturating_sub(1)).collect();
        let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
        for base in [first, last] {
            for codes in near(&base, levels) {
                let phrases: Vec<&str> =
                    codes.iter().zip(levels).map(|(&code, own)| &*own[code].phrase).collect();
                let text = self.render(&phrases)?;
                match seen.get(&text) {
                    Some(one) if *one != codes => {
                        return Ok(Some(Clash { one: one.clone(), other: codes, text }));
                    }
                    _ => seen.insert(text, codes),
                };
            }
        }
        Ok(None)
    }
}

fn environment(text: &str) -> Result<Environment<'static>, TextError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .expect("white space options are always valid"),
    );
    environment.add_template_owned(NAME, text.to_owned())?;
    Ok(environment)
}

fn faults(environment: &Environment<'static>, features: &[Feature]) -> Vec<TextError> {
    let template = environment.get_template(NAME).expect("it was just added");
    let used = template.undeclared_variables(false);
    let mut unknown: Vec<&String> =
        used.iter().filter(|name| features.iter().all(|own| own.name != **name)).collect();
    unknown.sort();
    let unused = features.iter().filter(|own| !used.contains(&own.name));
    let unknown = unknown.into_iter().cloned().map(TextError::Unknown);
    unknown.chain(unused.map(|own| TextError::Unused(own.name.clone()))).collect()
}

/// The parts of a template that is nothing but features between literal text.
fn plain(text: &str, names: &[String]) -> Option<Vec<Part>> {
    if text.contains("{%") || text.contains("{#") {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}")?;
        let at = names.iter().position(|own| own == name.trim())?;
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        parts.push(Part::Feature(at));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Some(parts)
}

/// Whether no phrase, with the literal text that follows it, begins another phrase of its feature
/// with the same text.
fn can_be_told(parts: &[Part], levels: &[Vec<Level>]) -> bool {
    (0..levels.len()).all(|feature| {
        let Some(at) = parts.iter().position(|part| *part == Part::Feature(feature)) else {
            return false;
        };
        let after = match parts.get(at + 1) {
            Some(Part::Literal(literal)) => literal,
            _ => "",
        };
        let mut words: Vec<String> =
            levels[feature].iter().map(|level| format!("{}{after}", level.phrase)).collect();
        // In order, a text that begins others stands right before one of them.
        words.sort_unstable();
        words.windows(2).all(|two| !two[1].starts_with(&two[0]))
    })
}

/// The rows that differ from `base` in at most two features.
fn near<'a>(base: &'a [usize], levels: &'a [Vec<Level>]) -> impl Iterator<Item = Vec<usize>> + 'a {
    let pairs = (0..base.len()).flat_map(move |a| (a..base.len()).map(move |b| (a, b)));
    pairs.flat_map(move |(a, b)| {
        (0..levels[a].len()).flat_map(move |one| {
            (0..levels[b].len()).map(move |other| {
                let mut codes = base.to_vec();
                codes[a] = one;
                codes[b] = other;
                codes
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(phrases: [&[&str]; 2]) -> Vec<Feature> {
        let feature = |(name, phrases): (&str, &[&str])| {
            let values: Vec<String> = phrases
                .iter()
                .enumerate()
                .map(|(at, phrase)| format!("{{ cell = '{at}', phrase = '{phrase}' }}"))
                .collect();
            toml::from_str(&format!("name = '{name}'\nvalues = [{}]", values.join(","))).unwrap()
        };
        ["a", "b"].into_iter().zip(phrases).map(feature).collect()
    }

    fn clash(text: &str, phrases: [&[&str]; 2]) -> Option<Clash> {
        let features = features(phrases);
        let levels: Vec<Vec<Level>> = features.iter().map(Feature::levels).collect();
        TextTemplate::new(text, &features).unwrap().clash(&levels).unwrap()
    }

    #[test]
    fn both_forms_give_the_same_text() {
        let features = features([&["x", "y"], &["z", "w"]]);
        let plain = TextTemplate::new("\nIt is {{ a }}, and {{b}}.\n", &features).unwrap();
        assert!(matches!(plain.form, Form::Plain(_)));
        let engine = "It is {{ a }}, {# why #}and {% if true %}{{ b | lower }}{% endif %}.";
        let engine = TextTemplate::new(engine, &features).unwrap();
        assert!(matches!(engine.form, Form::Engine(_)));
        assert_eq!(plain.render(&["x", "w"]).unwrap(), "It is x, and w.");
        assert_eq!(engine.render(&["x", "w"]).unwrap(), "It is x, and w.");
    }

    #[test]
    fn every_feature_is_used_and_nothing_else() {
        let features = features([&["x", "y"], &["z", "w"]]);
        let faults = TextTemplate::faults("{{ a }} {{ c }}", &features);
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["`c` is no feature of the card", "the feature `b` is missing in it"]);
        assert!(matches!(&TextTemplate::faults("{{ a", &features)[..], [TextError::Template(_)]));
    }

    #[test]
    fn rows_that_read_the_same_are_found() {
        assert_eq!(clash("{{ a }}, {{ b }}", [&["x", "y"], &["x", "y"]]), None);
        let found = clash("{{ a }}{{ b }}", [&["x", "xy"], &["yz", "z"]]).unwrap();
        assert_eq!(found.text, "xyz");
        // One phrase begins another, and yet no two rows read the same.
        assert_eq!(clash("{{ a }}{{ b }}", [&["x", "xy"], &["z", "w"]]), None);
        let found =
            clash("{% if a == 'x' %}{{ b }}{% else %}y{% endif %}", [&["x", "y"], &["z", "w"]]);
        assert_eq!(found.unwrap().text, "y");
    }
}
