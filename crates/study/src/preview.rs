//! What a study would send, before anything is asked.

use crate::answers;
use crate::error::{QuestionsError, StudyError};
use crate::folder::{Frozen, labels_of};
use crate::inputs;
use crate::notes::without_card;
use crate::rationales;
use crate::study::Study;
use foretell_core::{AnswerOrder, Arm, Need, Pair, Question, Shown};
use foretell_data::select;
use std::collections::HashSet;

/// A study's inputs, without a run folder.
pub struct Preview {
    frozen: Frozen,
    limit: Option<u64>,
    seed: u64,
    notes: Vec<String>,
}

/// One prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPrompt {
    /// Which question it is about.
    pub about: String,
    /// The prompt.
    pub prompt: String,
}

impl Preview {
    /// Reads the pairs, cards and prompts of a study.
    ///
    /// # Errors
    /// [`StudyError`] as a run of it would.
    pub fn open(study: &Study) -> Result<Self, StudyError> {
        StudyError::all(inputs::missing_folders(study))?;
        let prompts = inputs::prompts(study)?;
        let (set, cards) = inputs::pairs(study)?;
        let notes = without_card(set.questions.iter(), &cards);
        let frozen = Frozen::new(set, &cards, prompts)?;
        Ok(Self { frozen, limit: study.limit, seed: study.seed, notes })
    }

    /// What is worth knowing about the cards.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The prompts of the pairs within the limit: to a reference about the original, or to a
    /// predictor in `arm` (and before it to the model whose explanation that arm shows), with its first label and words in brackets where replies will stand.
    ///
    /// # Errors
    /// [`StudyError::Prompt`] for an arm that is not there or a template that does not render.
    pub fn prompts(&self, arm: Option<&str>) -> Result<Vec<ShownPrompt>, StudyError> {
        let frozen = &self.frozen;
        let mut shown = Vec::new();
        for pair in select(&frozen.pairs, self.limit, self.seed) {
            let original = frozen.question(&pair.original_id);
            let Some(arm) = arm else {
                let order = pair.answer_order;
                let about = format!("to a reference: {}, answer {order}", original.question_id);
                shown
                    .push(ShownPrompt { about, prompt: answers::prompt(frozen, original, order)? });
                continue;
            };
            let arm = frozen.prompts.arm(arm)?;
            if arm.needs(Need::Rationale) {
                let about = format!("to the rationale model: {}", original.question_id);
                shown.push(ShownPrompt { about, prompt: placeholder_rationale(frozen, original)? });
            }
            let prompt = placeholder_prompt(frozen, arm, pair)?;
            let about = format!("to a predictor, arm {}: {}", arm.name, pair.pair_id);
            shown.push(ShownPrompt { about, prompt });
        }
        Ok(shown)
    }
}

/// What a predictor is sent about a pair, with words in brackets where the reference's will stand.
pub(crate) fn placeholder_prompt(
    frozen: &Frozen,
    arm: &Arm,
    pair: &Pair,
) -> Result<String, StudyError> {
    let original = frozen.question(&pair.original_id);
    let counterfactual = frozen.question(&pair.counterfactual_id);
    let labels = labels_of(counterfactual)?;
    let label = labels.iter().next().expect("at least two labels");
    let text = Shown::placeholder(arm, &original.text, label);
    let card = frozen.card(&pair.dataset);
    Ok(frozen.prompts.predict(card, arm, &labels, &text, &counterfactual.text)?)
}

/// What the rationale model is sent about a question, with its first label as the answer given.
pub(crate) fn placeholder_rationale(
    frozen: &Frozen,
    original: &Question,
) -> Result<String, StudyError> {
    let labels = labels_of(original)?;
    let label = labels.iter().next().expect("at least two labels");
    rationales::prompt(frozen, original, label)
}

/// Renders every template once for each dataset, so that a broken one is found before a request.
pub(crate) fn check_prompts(
    frozen: &Frozen,
    arms: &[Arm],
    pairs: &[&Pair],
) -> Result<(), StudyError> {
    let mut seen = HashSet::new();
    for pair in pairs.iter().filter(|pair| seen.insert(&pair.dataset)) {
        let original = frozen.question(&pair.original_id);
        for order in [AnswerOrder::First, AnswerOrder::Last] {
            // An import's own prompt may say the question in other words.
            if original.imported_prompt(order).is_none() {
                let prompt = answers::prompt(frozen, original, order)?;
                holds("ask.jinja", "question", &prompt, &original.text)?;
            }
        }
        let counterfactual = frozen.question(&pair.counterfactual_id);
        if arms.iter().any(|arm| arm.needs(Need::Rationale)) {
            let prompt = placeholder_rationale(frozen, original)?;
            holds("rationale.jinja", "question", &prompt, &original.text)?;
        }
        for arm in arms {
            let prompt = placeholder_prompt(frozen, arm, pair)?;
            holds("predict.jinja", "counterfactual", &prompt, &counterfactual.text)?;
        }
    }
    Ok(())
}

fn holds(
    file: &'static str,
    variable: &'static str,
    prompt: &str,
    text: &str,
) -> Result<(), StudyError> {
    if prompt.contains(text.trim()) {
        Ok(())
    } else {
        Err(StudyError::Questions(QuestionsError::PromptLacks { file, variable }))
    }
}
