//! Simulated judges of explanations.

use super::*;
use crate::Subject;
use crate::clause::Clauses;
use crate::hash::Purpose;
use crate::rule::Rule;
use foretell_core::judge::{
    Direction, Mention as Read, Point, Testability as Graded, read_mentions, read_testability,
};
use foretell_core::{
    AnswerOrder, Card, Outcome, Prompts, Question, QuestionId, Shown, TextId, parse_reply,
};
use std::collections::BTreeSet;
use std::sync::LazyLock;

static PROMPTS: LazyLock<Prompts> = LazyLock::new(Prompts::embedded);
static CARD: LazyLock<Card> =
    LazyLock::new(|| Card::parse(include_str!("../../../cards/neutral/card.toml")).unwrap());

fn subject(spec: &str) -> Subject {
    let (kind, options) = spec.split_once('?').unwrap_or((spec, ""));
    let pair = |option: &str| {
        let (name, value) = option.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    let options: Vec<(String, String)> =
        options.split('&').filter(|option| !option.is_empty()).map(pair).collect();
    Subject::new(kind, &options).unwrap()
}

fn two() -> Labels {
    Labels::new(["YES", "NO"]).unwrap()
}

const TRAITS: [&str; 6] = ["house", "pets", "branch", "trips", "calls", "cars"];

fn client(number: u64) -> [usize; 6] {
    let draws = Draws::new(number, Purpose::Noise);
    std::array::from_fn(|place| draws.below(place as u64, 5))
}

/// What a text says of each trait: a clause.
fn phrases(client: &[usize; 6]) -> Vec<String> {
    TRAITS.iter().zip(client).map(|(name, value)| format!("{name} of kind {value}")).collect()
}

fn describe(client: &[usize; 6]) -> String {
    format!("This is a client, {}.", phrases(client).join(", "))
}

fn ask(text: &str) -> String {
    let question = Question {
        question_id: QuestionId::new("clients", 1),
        text_id: TextId::of("clients", text),
        dataset: "clients".into(),
        source: String::new(),
        row: None,
        text: text.into(),
        labels: Vec::new(),
        options: Vec::new(),
        ground_truth: None,
        features: Vec::new(),
        prompt_first: None,
        prompt_last: None,
    };
    PROMPTS.ask(&CARD, &question, &two(), AnswerOrder::First).unwrap()
}

/// What a reference says of a text, as judges and predictors are shown it.
fn shown(reference: &str, text: &str) -> Shown {
    let reply = parse_reply(&subject(reference).reply(&ask(text), 0).text, &two());
    Shown {
        original: text.to_owned(),
        original_answer: reply.answer.unwrap(),
        explanation: reply.explanation.unwrap(),
        factors: reply.factors,
        other_info: reply.other_info,
    }
}

fn graded(shown: &Shown, new: &str) -> Graded {
    let prompt = PROMPTS.testability(&CARD, &two(), shown, new).unwrap();
    read_testability(&subject("judge").reply(&prompt, 0).text)
}

fn said(explanation: &str) -> Shown {
    Shown {
        original: "red, tall, old".into(),
        original_answer: "YES".into(),
        explanation: explanation.into(),
        ..Shown::default()
    }
}

#[test]
fn grades_follow_the_rubric() {
    let all = "\"red\" spoke strongly for YES (weight 0.900).\n\
        \"tall\" counted slightly for NO (weight 0.200).\n\
        \"old\" weighed moderately for YES (weight 0.400).";
    let cases = [
        (all, "red, tall, old", 10.0, "nothing changed"),
        (all, "red, tall", 9.0, "one way, and 0.7 is left"),
        (all, "red", 8.0, "both ways, and 0.9 is left"),
        (all, "blue, tall, old", 7.0, "one way, and what came in may weigh as much as is left"),
        (all, "blue, short, old", 6.0, "both ways, likewise"),
        ("\"red\" spoke strongly for YES (weight 0.900).", "tall", 4.5, "one of two, one way"),
        ("\"red\" spoke strongly for YES (weight 0.900).", "blue, short, new", 4.3, "one of three"),
        (
            "\"red\" spoke strongly for YES.\n\"tall\" counted slightly for NO.",
            "blue, short, new",
            3.0,
            "two of three, both ways",
        ),
        ("\"red\" spoke strongly for YES (weight 0.900).", "red, tall, new", 2.0, "none of it"),
        ("It was the whole that decided.", "blue, tall, old", 1.0, "general words"),
        ("", "blue, tall, old", 0.0, "nothing"),
        ("\"red\" spoke strongly for NO (weight 0.900).", "blue", 0.0, "against its own answer"),
    ];
    for (explanation, new, grade, why) in cases {
        let read = graded(&said(explanation), new);
        assert_eq!(read.value, Some(grade), "{why}: {:?}", read.reason);
    }
}

/// Over made-up pairs: the grade of the explanation, and what it brings an oracle, which without it gives
/// the original answer.
fn helped() -> Vec<(f64, f64)> {
    let (oracle, labels) = (subject("oracle"), two());
    let arm = PROMPTS.arm("with").unwrap();
    let mut helped = Vec::new();
    for number in 0..8000 {
        let reference = format!("reference?named=5&rule={}", number % 40);
        let (client, mut changed) = (client(number), client(number));
        changed[(number % 6) as usize] += 5;
        changed[(number / 6 % 6) as usize] += 5;
        let new = describe(&changed);
        let shown = shown(&reference, &describe(&client));
        let target = parse_reply(&subject(&reference).reply(&ask(&new), 0).text, &labels).answer;
        let prompt = PROMPTS.predict(&CARD, arm, &labels, &shown, &new).unwrap();
        let guess = parse_reply(&oracle.reply(&prompt, 0).text, &labels).answer;
        let hit = |guess: Option<&str>| f64::from(u8::from(guess == target.as_deref()));
        let (with, without) = (hit(guess.as_deref()), hit(Some(&shown.original_answer)));
        helped.push((graded(&shown, &new).value.unwrap(), with - without));
    }
    helped
}

#[test]
fn explanations_of_a_higher_grade_help_more() {
    let helped = helped();
    let mean = |fits: &dyn Fn(f64) -> bool| {
        let gains: Vec<f64> =
            helped.iter().filter(|(grade, _)| fits(*grade)).map(|(_, gain)| *gain).collect();
        assert!(gains.len() > 1000, "{}", gains.len());
        gains.iter().sum::<f64>() / gains.len() as f64
    };
    let (low, high) = (mean(&|grade| grade < 5.0), mean(&|grade| grade >= 5.0));
    let n = helped.len() as f64;
    let (grades, gains) = (helped.iter().map(|pair| pair.0), helped.iter().map(|pair| pair.1));
    let (x, y) = (grades.sum::<f64>() / n, gains.sum::<f64>() / n);
    let cross: f64 = helped.iter().map(|(grade, gain)| (grade - x) * (gain - y)).sum();
    let spread = |of: &dyn Fn(&(f64, f64)) -> f64| helped.iter().map(of).sum::<f64>().sqrt();
    let correlation =
        cross / (spread(&|pair| (pair.0 - x).powi(2)) * spread(&|pair| (pair.1 - y).powi(2)));
    // Three standard errors of a correlation of zero.
    assert!(correlation > 3.0 / n.sqrt() && high > low, "{correlation} {low} {high}");
}

fn mentioned(shown: &Shown, points: &[Point]) -> Vec<Read> {
    let prompt = PROMPTS.mention(&CARD, &two(), shown, points).unwrap();
    read_mentions(&subject("judge").reply(&prompt, 0).text, points.len(), &two()).features
}

/// Points for every trait of a client, as a card would name them.
fn points(client: &[usize; 6]) -> Vec<Point> {
    let names = TRAITS.iter().zip(phrases(client));
    names.map(|(name, phrase)| Point { name: (*name).to_owned(), here: Some(phrase) }).collect()
}

#[test]
fn mentions_are_the_rules_where_the_subject_is_faithful_and_chance_where_not() {
    let share = |faithfulness: &str| {
        let (mut right, mut all) = (0, 0);
        for number in 0..200 {
            let client = client(number);
            let rule = number % 20;
            let reference = format!("reference?named=3&rule={rule}&faithfulness={faithfulness}");
            let text = describe(&client);
            let shown = shown(&reference, &text);
            let clauses = Clauses::of(&text);
            let strength = |id| Rule::new(rule).pull(id, 2).strength;
            let mut heaviest: Vec<u64> = clauses.ids();
            heaviest.sort_by_key(|&id| std::cmp::Reverse(strength(id)));
            for (read, phrase) in mentioned(&shown, &points(&client)).iter().zip(phrases(&client)) {
                let id = hash(&phrase);
                assert_eq!(read.outcome, Outcome::Answered);
                assert_eq!(read.mentioned, Some(heaviest[..3].contains(&id)), "{phrase}");
                if read.mentioned == Some(true) {
                    let label = ["YES", "NO"][Rule::new(rule).pull(id, 2).label];
                    assert_eq!(read.direction, Some(Direction::Toward));
                    right += u32::from(read.label.as_deref() == Some(label));
                    all += 1;
                }
            }
        }
        f64::from(right) / f64::from(all)
    };
    assert_eq!(share("1"), 1.0);
    let unfaithful = share("0");
    // 500 and more mentions: five standard errors of a half.
    assert!((unfaithful - 0.5).abs() < 5.0 * 0.5 / 500_f64.sqrt(), "{unfaithful}");
}

#[test]
fn features_are_found_by_what_is_said_of_them() {
    let shown = said(
        "\"the pain is none at all\" spoke strongly for NO (weight 0.900).\n\
         \"two large men\" counted slightly for YES (weight 0.100).",
    );
    let point = |here: Option<&str>| Point { name: "x".into(), here: here.map(str::to_owned) };
    let points = [
        point(Some("None at all")),
        point(Some("2 large men, 1 woman")),
        point(Some("all")),
        point(Some("a woman")),
        point(Some("he")),
        point(None),
        Point { name: "clause 2".into(), here: None },
    ];
    let read = mentioned(&shown, &points);
    let labels: Vec<Option<&str>> = read.iter().map(|read| read.label.as_deref()).collect();
    assert_eq!(labels, [Some("NO"), Some("YES"), Some("NO"), None, None, None, None]);
    let quoted = Shown { explanation: "\"tall\" counted slightly for NO.".into(), ..shown };
    assert_eq!(mentioned(&quoted, &points)[6].label.as_deref(), Some("NO"), "the second clause");
}

#[test]
fn verdicts_go_wrong_in_three_ways() {
    let prompt = PROMPTS.testability(&CARD, &two(), &said("x"), "blue").unwrap();
    let failing = subject("judge?fail=1");
    let outcomes: BTreeSet<&str> = (0..40)
        .map(|repeat| read_testability(&failing.reply(&prompt, repeat).text).outcome.as_str())
        .collect();
    assert_eq!(outcomes, BTreeSet::from(["empty", "truncated", "unparsed"]));
}

proptest::proptest! {
    #[test]
    fn no_prompt_makes_a_judge_panic(
        prompt in "(\\PC|\n|The possible answers: A or B\n|<original_question>|</original_question>|\
            <original_answer>|</original_answer>|<explanation>|</explanation>|<new_question>|</new_question>|\
            <features>|</features>|1\\. x|\\(here: |\\)|\"a\" spoke strongly for A|, ){0,60}",
        form in "(\"value\":|\"features\":|\"coherence\":)",
    ) {
        let _ = subject("judge?fail=0.5").reply(&format!("{prompt}\n{form}"), 0);
    }
}
