//! The columns of the guesses of one arm.

use super::arms::{PREDICTOR_ANSWERS, PREDICTOR_NAMES, prefix};
use super::columns::OWN;
use super::models::{Told, effort};
use super::predictions::Detail;
use super::replies::word;
use super::row::{Faults, List, Structs, Values};
use arrow_array::RecordBatch;

/// The names of an arm's columns.
#[derive(Debug)]
pub(super) struct ArmNames {
    pub(super) prefix: String,
    pub(super) answers: String,
    pub(super) names: String,
    pub(super) own: String,
}

impl ArmNames {
    pub(super) fn of(arm: &str) -> Self {
        let prefix = prefix(arm);
        Self {
            answers: format!("{prefix}{PREDICTOR_ANSWERS}"),
            names: format!("{prefix}{PREDICTOR_NAMES}"),
            own: format!("{prefix}{OWN}"),
            prefix,
        }
    }
}

/// An arm's columns of one batch.
pub(super) struct ArmColumns<'a> {
    pub(super) names: &'a ArmNames,
    pub(super) answers: Option<List<'a>>,
    pub(super) predictors: Option<List<'a>>,
    /// Our own details, one a predictor.
    pub(super) own: Option<List<'a>>,
    pub(super) answer: Values<'a>,
    pub(super) model: Values<'a>,
    pub(super) effort: Values<'a>,
    pub(super) temperature: Values<'a>,
    pub(super) max_tokens: Values<'a>,
    pub(super) confidence: Values<'a>,
    pub(super) tokens: [Values<'a>; 3],
}

impl<'a> ArmColumns<'a> {
    pub(super) fn of(batch: &'a RecordBatch, names: &'a ArmNames) -> Self {
        let values = |name: &str| Values::of(batch, &format!("{}{name}", names.prefix));
        Self {
            answers: Values::of(batch, &names.answers).list(),
            predictors: Values::of(batch, &names.names).list(),
            own: Values::of(batch, &names.own).list(),
            answer: values("answer"),
            model: values("model_info_model"),
            effort: values("model_info_thinking"),
            temperature: values("model_info_temperature"),
            max_tokens: values("model_info_max_tokens"),
            confidence: values("parsed_response").structs().member("confidence"),
            tokens: ["input_tokens", "reasoning_tokens", "output_tokens"].map(values),
            names,
        }
    }

    /// Whether a row has as many answers as names, where it has both.
    pub(super) fn check_lengths(&self, at: usize, row: u64, faults: &mut Faults) -> bool {
        let length = |list: Option<List<'_>>| Some(list?.items(at)?.len());
        let lengths = length(self.answers).zip(length(self.predictors));
        let Some((answers, names)) = lengths.filter(|(answers, names)| answers != names) else {
            return true;
        };
        let reason = format!(
            "{answers} answers for {names} predictors: write one answer a predictor, null where there \
             is none"
        );
        faults.add(row, &self.names.answers, "", reason);
        false
    }

    /// What a row says of the predictor whose reply it holds whole.
    pub(super) fn told(&self, at: usize) -> Option<Told> {
        Some(Told {
            model: self.model.text(at)?.trim().to_owned(),
            effort: effort(self.effort, at),
            temperature: self.temperature.real(at),
            max_tokens: self.max_tokens.integer(at),
        })
    }

    /// What is known of the guess of the model whose reply the row holds whole.
    pub(super) fn whole_reply(&self, at: usize) -> Option<Box<Detail>> {
        let confidence = self.confidence.verbatim(at).filter(|text| !text.is_empty());
        let detail = Detail {
            confidence: confidence.map(str::to_owned),
            input_tokens: self.tokens[0].integer(at),
            reasoning_tokens: self.tokens[1].integer(at),
            output_tokens: self.tokens[2].integer(at),
            ..Detail::default()
        };
        (detail != Detail::default()).then(|| Box::new(detail))
    }
}

/// The details of one guess in a file that we wrote; `None` where there is no guess.
pub(super) fn own_detail(own: Structs<'_>, at: usize) -> Option<Box<Detail>> {
    if !own.is_there(at) {
        return None;
    }
    let text = |name: &str| own.member(name).verbatim(at).map(str::to_owned);
    let number = |name: &str| own.member(name).integer(at);
    Some(Box::new(Detail {
        outcome: own.member("outcome").text(at).and_then(word),
        reason: text("reason"),
        donor: text("donor_id"),
        shown_reply: text("shown_reply"),
        confidence: text("confidence"),
        input_tokens: number("input_tokens"),
        cached_tokens: number("cached_tokens"),
        output_tokens: number("output_tokens"),
        reasoning_tokens: number("reasoning_tokens"),
        cost_usd: own.member("cost_usd").real(at),
        reply_key: text("reply_key"),
    }))
}
