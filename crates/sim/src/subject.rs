//! One simulated model.

use crate::asked::{Asked, Original, Section, given_answer};
use crate::clause::Clauses;
use crate::explanation::{Explanation, Telling};
use crate::hash::{Draws, Purpose, hash};
use crate::judging;
use crate::layout::{self, Content, Failure, SHAPELESS};
use crate::options::{Options, SimError};
use crate::rationale::Rationale;
use crate::reading::{Believed, foretell};
use crate::rule::{Decision, ONE, Rule};
use crate::statement;
use crate::writing;
use foretell_core::Labels;

/// Clauses that an explanation names, unless `named` says otherwise.
const NAMED: u64 = 8;

/// A simulated model, with its settings.
///
/// # Examples
/// ```
/// use foretell_sim::Subject;
/// let options = [("faithfulness".to_owned(), "0.5".to_owned())];
/// let subject = Subject::new("reference", &options)?;
/// let prompt = "The client:\nShe rents, and owns a dog.\n\n[ANSWER]\nYES or NO";
/// let reply = subject.reply(prompt, 0);
/// assert!(reply.text == "[ANSWER]\nYES" || reply.text == "[ANSWER]\nNO");
/// assert_eq!(reply, subject.reply(prompt, 0));
/// # Ok::<(), foretell_sim::SimError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Subject {
    mind: Mind,
    seed: u64,
    noise: f64,
    fail: f64,
}

/// How a subject comes to its answers.
#[derive(Debug, Clone)]
enum Mind {
    /// By its hidden rule.
    Reference { rule: Rule, faithfulness: f64, bias: i64, named: usize },
    /// By what it is shown, in words, as far as it understands it.
    Reader { skill: f64 },
    /// By what it is shown, to the last digit.
    Oracle,
    /// It answers nothing, and finds reasons for what somebody else answered.
    Rationaliser { named: usize },
    /// It answers nothing, and writes counterfactuals.
    Generator,
    /// It answers nothing, and judges counterfactuals and explanations.
    Judge,
}

/// What a simulated model returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimReply {
    /// The text.
    pub text: String,
    /// Whether the text was cut off by the length limit (finish reason `length`).
    pub cut_off: bool,
}

/// The streams that the draws of one reply come from.
struct Streams {
    subject: u64,
    prompt: u64,
    repeat: u64,
}

impl Streams {
    /// The stream for a purpose; another one in every repeat.
    fn of_repeat(&self, purpose: Purpose) -> Draws {
        self.of_prompt(purpose).of(self.repeat)
    }

    /// The stream for a purpose; the same one in every repeat.
    fn of_prompt(&self, purpose: Purpose) -> Draws {
        Draws::new(self.subject, purpose).of(self.prompt)
    }
}

impl Subject {
    /// The simulated model of a kind (`reference`, `reader`, `oracle`, `rationaliser`, `generator` or
    /// `judge`) with some options set.
    ///
    /// `docs/simulated.md` lists the options with their ranges and defaults.
    ///
    /// # Errors
    /// [`SimError`] for a kind or option that does not exist, an option given twice, and a value
    /// out of range.
    pub fn new(kind: &str, options: &[(String, String)]) -> Result<Self, SimError> {
        let options = Options::check(kind, options)?;
        let seed = options.whole("seed", 0);
        let mind = match options.kind {
            "reference" => Mind::Reference {
                rule: Rule::new(options.whole("rule", seed)),
                faithfulness: options.number("faithfulness", 1.0),
                bias: (options.number("order_bias", 0.0) * f64::from(ONE)).round() as i64,
                named: options.whole("named", NAMED) as usize,
            },
            "reader" => Mind::Reader { skill: options.number("skill", 1.0) },
            "rationaliser" => Mind::Rationaliser { named: options.whole("named", NAMED) as usize },
            "generator" => Mind::Generator,
            "judge" => Mind::Judge,
            _ => Mind::Oracle,
        };
        let (noise, fail) = (options.number("noise", 0.0), options.number("fail", 0.0));
        Ok(Self { mind, seed, noise, fail })
    }

    /// Replies to a prompt; `repeat` tells apart replies to the same prompt.
    ///
    /// The same settings, prompt and repeat give the same reply. A prompt that does not say which
    /// labels it wants gets prose without sections.
    #[must_use]
    pub fn reply(&self, prompt: &str, repeat: u32) -> SimReply {
        let streams =
            Streams { subject: self.seed, prompt: hash(prompt), repeat: u64::from(repeat) };
        let fail = streams.of_repeat(Purpose::Fail);
        let failing = (fail.fraction(0) < self.fail).then_some(fail);
        match self.mind {
            Mind::Generator => {
                let draws = writing::draws(self.seed, streams.prompt, streams.repeat);
                return writing::generate(prompt, draws, failing);
            }
            Mind::Judge => return judging::judge(prompt, failing),
            Mind::Reference { .. }
            | Mind::Reader { .. }
            | Mind::Oracle
            | Mind::Rationaliser { .. } => {}
        }
        let failure = failing.map(|fail| Failure::draw(fail, 1));
        let text = match failure {
            Some(Failure::Empty) => String::new(),
            Some(Failure::Shapeless) => SHAPELESS.to_owned(),
            _ => self.text(prompt, &streams, failure == Some(Failure::Hedged)),
        };
        let cut_off = failure == Some(Failure::Truncated);
        SimReply { text: if cut_off { layout::cut(text, fail, 2) } else { text }, cut_off }
    }

    fn text(&self, prompt: &str, streams: &Streams, hedged: bool) -> String {
        let asked = Asked::read(prompt);
        if let Mind::Rationaliser { named } = self.mind {
            // Both labels at once would explain neither.
            let prose = || SHAPELESS.to_owned();
            return if hedged { prose() } else { rationale(prompt, &asked, named, streams) };
        }
        let Some(labels) = &asked.labels else { return SHAPELESS.to_owned() };
        let names: Vec<&str> = labels.iter().collect();
        let clauses = Clauses::of(asked.question);
        let decision = self.decide(&asked, labels, &clauses, streams);
        let noise = streams.of_repeat(Purpose::Noise);
        let label = if noise.fraction(0) < self.noise {
            // Any label but the one decided on.
            (decision.label + 1 + noise.below(1, names.len() - 1)) % names.len()
        } else {
            decision.label
        };
        let explanation = if asked.sections.iter().any(|&section| needs_reasons(section)) {
            self.explain(labels, &clauses, names[label], streams)
        } else {
            Explanation::default()
        };
        let both;
        let answer = if hedged {
            let join = if streams.of_repeat(Purpose::Fail).below(3, 2) == 0 { "/" } else { " or " };
            both = format!("{}{join}{}", names[0], names[1]);
            &both
        } else {
            names[label]
        };
        layout::write(&asked, &Content { answer, margin: decision.margin, explanation })
    }

    fn decide(
        &self,
        asked: &Asked<'_>,
        labels: &Labels,
        clauses: &Clauses,
        streams: &Streams,
    ) -> Decision {
        let count = labels.iter().len();
        if let Mind::Reference { rule, bias, .. } = self.mind {
            let first = asked.sections.first() == Some(&Section::Answer);
            return rule.decide(clauses, count, if first { bias } else { 0 });
        }
        let original = asked.original.and_then(|original| {
            let answer = labels.find(original.answer)?;
            Some((original, labels.iter().position(|label| label == answer)?))
        });
        let Some((original, answer)) = original else {
            return Rule::own(self.seed).decide(clauses, count, 0);
        };
        let believed = self.believed(original, labels, streams);
        foretell(&Clauses::of(original.question), clauses, &believed, answer, count)
    }

    /// What a predictor takes from the explanation that it is shown.
    fn believed(
        &self,
        original: Original<'_>,
        labels: &Labels,
        streams: &Streams,
    ) -> Vec<Believed> {
        let Some(explanation) = original.explanation else { return Vec::new() };
        let understanding = streams.of_prompt(Purpose::Understanding);
        let statements = statement::read(explanation, labels).into_iter();
        statements
            .map(|statement| {
                let pull = match self.mind {
                    Mind::Reader { skill } => {
                        let understood = understanding.fraction(statement.id) < skill;
                        understood.then(|| statement.roughly())
                    }
                    _ => Some(statement.exactly()),
                };
                Believed { id: statement.id, pull }
            })
            .collect()
    }

    fn explain(
        &self,
        labels: &Labels,
        clauses: &Clauses,
        answer: &str,
        streams: &Streams,
    ) -> Explanation {
        let (rule, faithfulness, named) = match self.mind {
            Mind::Reference { rule, faithfulness, named, .. } => (rule, faithfulness, named),
            // A predictor that is asked for its reasons gives those of its own rule.
            _ => (Rule::own(self.seed), 1.0, NAMED as usize),
        };
        let draws = streams.of_repeat(Purpose::Telling);
        Telling { clauses, labels, rule, answer, faithfulness, named, draws }.write()
    }
}

/// The reasons for an answer that the prompt names.
fn rationale(prompt: &str, asked: &Asked<'_>, named: usize, streams: &Streams) -> String {
    let Some(answer) = given_answer(prompt) else { return SHAPELESS.to_owned() };
    let clauses = Clauses::of(asked.question);
    let draws = streams.of_repeat(Purpose::Rationale);
    let explanation = Rationale { clauses: &clauses, answer, named, draws }.write();
    layout::write(asked, &Content { answer, margin: 0, explanation })
}

fn needs_reasons(section: Section) -> bool {
    matches!(section, Section::Explanation | Section::Factors | Section::OtherInfo)
}

#[cfg(test)]
#[path = "subject_tests.rs"]
mod tests;
