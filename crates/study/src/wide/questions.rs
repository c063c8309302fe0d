//! The questions and pairs of a file, each once, whatever the number of references that answer it.

use super::columns::{
    ANSWER_FIRST, CHANGED, DATASET, DISTANCE, GENERATOR, METHOD, OWN_PAIR, SIDES, own_question,
};
use super::names::Names;
use super::row::{Faults, Structs, Values};
use arrow_array::RecordBatch;
use foretell_core::{AnswerOrder, Pair, Question, QuestionId, TextId, prompt};
use foretell_data::Cell;
use std::collections::HashMap;

/// Questions and pairs, while a file is read.
#[derive(Debug, Default)]
pub(super) struct Questions {
    ids: Names,
    questions: Vec<Known>,
    names: Names,
    places: HashMap<(u32, u32), u32>,
    pub(super) pairs: Vec<KnownPair>,
    id: String,
}

#[derive(Debug)]
struct Known {
    question: Question,
    text: Option<String>,
    /// Row of the file in which its text came first.
    row: u64,
}

/// A pair, with the numbers of its questions.
#[derive(Debug)]
pub(super) struct KnownPair {
    pub(super) pair: Pair,
    pub(super) sides: [u32; 2],
}

/// What a row is about, before it is known which reference it is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    /// Number of the name that the pair has, unless it stands there twice.
    pub(super) name: u32,
    pub(super) sides: [u32; 2],
    pub(super) order: AnswerOrder,
}

/// The columns of questions of one batch.
pub(super) struct QuestionColumns<'a> {
    dataset: Values<'a>,
    answer_first: Values<'a>,
    generator: Values<'a>,
    method: Values<'a>,
    distance: Values<'a>,
    changed: Values<'a>,
    own_pair: Structs<'a>,
    sides: [SideColumns<'a>; 2],
}

struct SideColumns<'a> {
    index: Values<'a>,
    texts: [Values<'a>; 2],
    prompt: Values<'a>,
    truth: Values<'a>,
    options: Values<'a>,
    own: Structs<'a>,
}

impl<'a> QuestionColumns<'a> {
    pub(super) fn of(batch: &'a RecordBatch) -> Self {
        let values = |name: &str| Values::of(batch, name);
        let side = |side: usize| {
            let values = |part: &str| Values::of(batch, &format!("{}_{part}", SIDES[side]));
            SideColumns {
                index: values("question_idx"),
                texts: [values("question"), values("description")],
                prompt: values("question_prompt"),
                truth: values("ground_truth"),
                options: values("question_options"),
                own: Values::of(batch, &own_question(side)).structs(),
            }
        };
        Self {
            dataset: values(DATASET),
            answer_first: values(ANSWER_FIRST),
            generator: values(GENERATOR),
            method: values(METHOD),
            distance: values(DISTANCE),
            changed: values(CHANGED),
            own_pair: values(OWN_PAIR).structs(),
            sides: [side(0), side(1)],
        }
    }
}

impl Questions {
    /// Reads what row `at` of a batch, number `row` of the file, is about; `None` for a faulty one.
    pub(super) fn read(
        &mut self,
        columns: &QuestionColumns<'_>,
        at: usize,
        row: u64,
        faults: &mut Faults,
    ) -> Option<About> {
        let dataset = name(columns.dataset.cell(at), DATASET, row, faults)?;
        let order = order(columns, at, row, faults)?;
        let mut sides = [0; 2];
        for (side, number) in sides.iter_mut().enumerate() {
            *number = self.question(columns, side, &dataset, order, at, row, faults)?;
        }
        let mut id = std::mem::take(&mut self.id);
        id.clear();
        match columns.own_pair.member("pair_id").text(at) {
            Some(own) => id.push_str(own),
            None => {
                let [original, counterfactual] = sides.map(|side| self.ids.name(side));
                let index = counterfactual.strip_prefix(dataset.as_str());
                let index = index.and_then(|rest| rest.strip_prefix('/')).unwrap_or(counterfactual);
                id.extend([original, ">", index, ":", order.as_str()]);
            }
        }
        let name = self.names.number(&id);
        self.id = id;
        Some(About { name, sides, order })
    }

    /// The number of the pair of that name: of its first, second, ... row of one reference.
    pub(super) fn pair(
        &mut self,
        about: About,
        copy: u32,
        columns: &QuestionColumns<'_>,
        at: usize,
        row: u64,
        faults: &mut Faults,
    ) -> Option<u32> {
        if let Some(&place) = self.places.get(&(about.name, copy)) {
            let known = &self.pairs[place as usize];
            if known.sides == about.sides && known.pair.answer_order == about.order {
                return Some(place);
            }
            let name = self.names.name(about.name);
            faults.add(row, OWN_PAIR, name, "an earlier row gives this pair other questions");
            return None;
        }
        let number = columns.distance.integer(at);
        if number.is_none_or(|number| number < 0) && columns.distance.cell(at) != Cell::Empty {
            let shown = columns.distance.cell(at).written().unwrap_or_default();
            faults.add(row, DISTANCE, &shown, "write a whole number from 0, or leave it empty");
        }
        let name = self.names.name(about.name);
        let id = if copy == 1 { name.to_owned() } else { format!("{name}#{copy}") };
        let text = |values: Values<'_>| values.text(at).map(str::to_owned);
        let own = |member: &str| text(columns.own_pair.member(member));
        let [original, counterfactual] = about.sides.map(|side| self.known(side));
        let pair = Pair {
            pair_id: id.into(),
            dataset: original.dataset.clone(),
            original_id: original.question_id.clone(),
            counterfactual_id: counterfactual.question_id.clone(),
            original_row: original.row,
            counterfactual_row: counterfactual.row,
            original_text_id: original.text_id.clone(),
            counterfactual_text_id: counterfactual.text_id.clone(),
            answer_order: about.order,
            distance: number,
            changed: columns.changed.texts(at),
            generator: text(columns.generator),
            method: text(columns.method),
            generator_reply_key: own("generator_reply_key"),
            cue_label: own("cue_label"),
        };
        let place = u32::try_from(self.pairs.len()).expect("fewer pairs than rows");
        self.pairs.push(KnownPair { pair, sides: about.sides });
        self.places.insert((about.name, copy), place);
        Some(place)
    }

    fn known(&self, number: u32) -> &Question {
        &self.questions[number as usize].question
    }

    #[expect(clippy::too_many_arguments, reason = "one call, and each is another thing")]
    fn question(
        &mut self,
        columns: &QuestionColumns<'_>,
        side: usize,
        dataset: &str,
        order: AnswerOrder,
        at: usize,
        row: u64,
        faults: &mut Faults,
    ) -> Option<u32> {
        let of = &columns.sides[side];
        let column = format!("{}_question_idx", SIDES[side]);
        let index = name(of.index.cell(at), &column, row, faults)?;
        let mut id = std::mem::take(&mut self.id);
        id.clear();
        match of.own.member("question_id").text(at) {
            Some(own) => id.push_str(own),
            None => id.extend([dataset, "/", &index]),
        }
        let number = self.ids.number(&id);
        self.id = id;
        let text = of.texts.iter().find_map(|texts| texts.text(at));
        if number as usize == self.questions.len() {
            let question = new_question(of, self.ids.name(number), dataset, &index, at);
            self.questions.push(Known { question, text: text.map(str::to_owned), row });
        }
        let known = &mut self.questions[number as usize];
        match (&known.text, text) {
            (Some(old), Some(new)) if old != new => {
                let reason = format!(
                    "its text is not that of `{}` in row {}; an id stands for one text: give one of the \
                     two another idx",
                    known.question.question_id, known.row
                );
                faults.add(row, &column, &index, reason);
                return None;
            }
            (None, Some(new)) => (known.text, known.row) = (Some(new.to_owned()), row),
            _ => {}
        }
        let question = &mut known.question;
        if question.ground_truth.is_none() {
            question.ground_truth = of.truth.cell(at).written();
        }
        let prompt = match order {
            AnswerOrder::First => &mut question.prompt_first,
            AnswerOrder::Last => &mut question.prompt_last,
        };
        if prompt.is_none() {
            *prompt = of.prompt.text(at).map(str::to_owned);
        }
        Some(number)
    }

    /// The questions, whole: those without a text have their name for one. Pairs get the identities.
    pub(super) fn finish(mut self) -> (Vec<Question>, Vec<KnownPair>) {
        let whole = |known: Known| {
            let Known { mut question, text, .. } = known;
            question.text = text.unwrap_or_else(|| question.question_id.to_string());
            question.text_id = TextId::of(&question.dataset, &question.text);
            question
        };
        let questions: Vec<Question> = self.questions.drain(..).map(whole).collect();
        for known in &mut self.pairs {
            let [original, counterfactual] =
                known.sides.map(|side| questions[side as usize].text_id.clone());
            known.pair.original_text_id = original;
            known.pair.counterfactual_text_id = counterfactual;
        }
        (questions, self.pairs)
    }
}

fn new_question(of: &SideColumns<'_>, id: &str, dataset: &str, index: &str, at: usize) -> Question {
    let own = |member: &str| of.own.member(member);
    let text = |values: Values<'_>| values.verbatim(at).map(str::to_owned);
    let number: Option<i64> = index.parse().ok();
    let canonical = number.filter(|number| number.to_string() == index);
    let (names, values) = (own("feature_names").texts(at), own("feature_values").texts(at));
    let row = if of.own.is_there(at) { own("row").integer(at) } else { canonical };
    Question {
        question_id: QuestionId::from(id.to_owned()),
        // Known once the text is.
        text_id: TextId::from(String::new()),
        dataset: dataset.to_owned(),
        source: text(own("source")).unwrap_or_default(),
        row,
        text: String::new(),
        labels: own("labels").texts(at),
        options: of.options.texts(at),
        ground_truth: None,
        features: names.into_iter().zip(values).collect(),
        prompt_first: text(own("prompt_first")),
        prompt_last: text(own("prompt_last")),
    }
}

/// A value that becomes part of ids.
fn name(cell: Cell<'_>, column: &str, row: u64, faults: &mut Faults) -> Option<String> {
    match cell.written() {
        None => faults.add(row, column, "", "the cell is empty, and every row needs one"),
        // Ids of pairs join those of questions with this sign.
        Some(name) if name.contains(|c: char| c == '>' || c.is_control()) => {
            faults.add(row, column, &name, "cannot be part of an id: no `>`, no line breaks");
        }
        Some(name) => return Some(name),
    }
    None
}

/// The answer order: that of its column, else that of the prompts, else answer first.
fn order(
    columns: &QuestionColumns<'_>,
    at: usize,
    row: u64,
    faults: &mut Faults,
) -> Option<AnswerOrder> {
    let cell = columns.answer_first.cell(at);
    if cell != Cell::Empty {
        let Some(first) = columns.answer_first.flag(at) else {
            let shown = cell.written().unwrap_or_default();
            faults.add(row, ANSWER_FIRST, &shown, "write true or false, or leave it empty");
            return None;
        };
        return Some(if first { AnswerOrder::First } else { AnswerOrder::Last });
    }
    let asked = columns.sides.iter().find_map(|side| {
        let prompt = side.prompt.text(at).filter(|prompt| prompt::has_format_block(prompt))?;
        prompt::order_of(prompt)
    });
    Some(asked.unwrap_or(AnswerOrder::First))
}
