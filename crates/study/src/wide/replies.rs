//! What references replied: each reply once, and further replies to a question as its repeats.

use super::columns::{OWN, SIDES, reply};
use super::names::Names;
use super::row::{Structs, Values};
use arrow_array::RecordBatch;
use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome, QuestionId, TextId};
use foretell_tables::AnswerRow;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Why a cell of a file that says nothing of that is no answer.
pub(super) const NO_ANSWER: &str = "the imported file holds no answer";

/// One reply of a reference.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) question: u32,
    pub(super) row: AnswerRow,
    /// Number of the label given.
    pub(super) answer: Option<u32>,
    content: u64,
}

/// The replies of a reference, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Replies {
    pub(super) replies: Vec<Reply>,
    /// The last reply to each question and order; those before it are linked behind.
    places: HashMap<(u32, AnswerOrder), Vec<u32>>,
    /// Questions that have more than one reply.
    pub(super) repeated: u64,
}

/// The columns of the replies to one side.
pub(super) struct ReplyColumns<'a> {
    pub(super) model: Values<'a>,
    pub(super) effort: Values<'a>,
    pub(super) temperature: Values<'a>,
    pub(super) max_tokens: Values<'a>,
    answer: Values<'a>,
    cot: Values<'a>,
    parsed: Structs<'a>,
    own: Option<Structs<'a>>,
    tokens: [Values<'a>; 3],
}

impl<'a> ReplyColumns<'a> {
    pub(super) fn of(batch: &'a RecordBatch, side: usize) -> Self {
        debug_assert!(side < SIDES.len(), "a row has two sides");
        let prefix = reply(side);
        let values = |name: &str| Values::of(batch, &format!("{prefix}{name}"));
        let own = batch.column_by_name(&format!("{prefix}{OWN}")).map(|_| values(OWN).structs());
        Self {
            model: values("model_info_model"),
            effort: values("model_info_thinking"),
            temperature: values("model_info_temperature"),
            max_tokens: values("model_info_max_tokens"),
            answer: values("answer"),
            cot: values("cot"),
            parsed: values("parsed_response").structs(),
            own,
            tokens: ["input_tokens", "reasoning_tokens", "output_tokens"].map(values),
        }
    }

    pub(super) fn answer(&self, at: usize) -> Option<&'a str> {
        self.answer.text(at).map(str::trim)
    }

    /// Whether our own columns say that nothing was asked here.
    fn is_absent(&self, at: usize) -> bool {
        self.own.is_some_and(|own| !own.is_there(at))
    }

    fn parsed(&self, member: &str, at: usize) -> Option<&'a str> {
        self.parsed.member(member).verbatim(at)
    }

    fn own(&self, member: &str, at: usize) -> Option<&'a str> {
        self.own?.member(member).verbatim(at)
    }

    /// What two replies differ in, if they do.
    fn content(&self, at: usize) -> u64 {
        let mut hash = DefaultHasher::new();
        self.answer(at).hash(&mut hash);
        self.cot.verbatim(at).hash(&mut hash);
        for member in ["answer", "confidence", "explanation"] {
            self.parsed(member, at).hash(&mut hash);
        }
        for tokens in &self.tokens {
            tokens.integer(at).hash(&mut hash);
        }
        self.own("reply_key", at).hash(&mut hash);
        self.own("outcome", at).hash(&mut hash);
        hash.finish()
    }

    fn row(&self, at: usize, order: AnswerOrder, repeat: usize) -> AnswerRow {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let answer = owned(self.answer(at));
        let said = self.own("outcome", at).and_then(word::<Outcome>);
        let told = self.own.is_some();
        let outcome =
            said.unwrap_or(if answer.is_some() { Outcome::Answered } else { Outcome::Unparsed });
        let confidence = owned(self.parsed("confidence", at)).filter(|text| !text.is_empty());
        let reasoning = owned(self.cot.verbatim(at)).filter(|text| !text.is_empty());
        let number = |member: &str| self.own.and_then(|own| own.member(member).integer(at));
        let read = owned(self.own("answer_read", at)).or_else(|| owned(self.parsed("answer", at)));
        let why = if told || answer.is_some() { None } else { Some(NO_ANSWER.to_owned()) };
        // No ledger holds it: the key only tells it from the other replies to its question.
        let key = owned(self.own("reply_key", at)).or_else(|| key(repeat));
        AnswerRow {
            reference: String::new(),
            dataset: String::new(),
            question_id: QuestionId::from(String::new()),
            text_id: TextId::from(String::new()),
            answer_order: order,
            repeat: repeat as i64,
            outcome,
            reason: owned(self.own("reason", at)).or(why),
            answer_read: read.filter(|_| answer.is_none()),
            answer,
            explanation: owned(self.parsed("explanation", at)),
            factors: self.parsed.member("most_important_factors").texts(at),
            other_info: self.parsed.member("other_relevant_info").texts(at),
            confidence_level: confidence.as_deref().and_then(ConfidenceLevel::read),
            confidence,
            reasoning_source: owned(self.own("reasoning_source", at))
                .or_else(|| reasoning.as_ref().filter(|_| !told).map(|_| "full".to_owned())),
            reasoning,
            input_tokens: self.tokens[0].integer(at),
            cached_tokens: number("cached_tokens"),
            output_tokens: self.tokens[2].integer(at),
            reasoning_tokens: self.tokens[1].integer(at),
            cost_usd: self.own.and_then(|own| own.member("cost_usd").real(at)),
            reply_key: key,
        }
    }
}

impl Replies {
    /// The number of the reply in row `at`; `None` where nothing was asked.
    pub(super) fn add(
        &mut self,
        columns: &ReplyColumns<'_>,
        at: usize,
        question: u32,
        order: AnswerOrder,
        labels: &mut Names,
    ) -> Option<u32> {
        if columns.is_absent(at) {
            return None;
        }
        let content = columns.content(at);
        let known = self.places.entry((question, order)).or_default();
        let same = |place: &&u32| self.replies[**place as usize].content == content;
        if let Some(&place) = known.iter().find(same) {
            return Some(place);
        }
        let row = columns.row(at, order, known.len());
        let answer = row.answer.as_deref().map(|answer| labels.number(answer));
        let place = u32::try_from(self.replies.len()).expect("fewer replies than rows");
        self.repeated += u64::from(known.len() == 1);
        known.push(place);
        self.replies.push(Reply { question, row, answer, content });
        Some(place)
    }
}

/// What tells a reply from others to the same question; the first needs nothing.
fn key(repeat: usize) -> Option<String> {
    (repeat > 0).then(|| format!("import:{repeat}"))
}

/// Reads one of the words of a type that columns hold as text.
pub(super) fn word<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(text)).ok()
}
