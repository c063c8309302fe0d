use super::*;
use foretell_core::{
    AnswerOrder, Card, Labels, Outcome, Prompts, Question, QuestionId, Shown, TextId, parse_reply,
};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Parsing the templates costs more than many replies.
static PROMPTS: LazyLock<Prompts> = LazyLock::new(Prompts::embedded);

const CARD: &str = "id = 'clients'\ntitle = 'Clients'\n[roles]\ndecider = 'a clerk'\n\
    subject = 'client'\ntask = 'tell whether a client comes back'\n";

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

/// A made-up client: seven traits, each one of five.
fn client(number: u64) -> [u64; 7] {
    let draws = Draws::new(number, Purpose::Noise);
    std::array::from_fn(|trait_| draws.below(trait_ as u64, 5) as u64)
}

fn describe(traits: &[u64; 7]) -> String {
    let [age, home, pets, work, trips, calls, cars] = traits;
    format!(
        "This is a client aged {age}0, who lives in house {home} and keeps {pets} dogs. They work \
         in branch {work}, travelled {trips} times; called {calls} times and own {cars} cars."
    )
}

fn two() -> Labels {
    Labels::new(["YES", "NO"]).unwrap()
}

fn ask(text: &str, labels: &Labels, order: AnswerOrder) -> String {
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
    PROMPTS.ask(&Card::parse(CARD).unwrap(), &question, labels, order).unwrap()
}

fn predict(arm: &str, labels: &Labels, shown: &Shown, new: &str) -> String {
    let arm = PROMPTS.arm(arm).unwrap();
    PROMPTS.predict(&Card::parse(CARD).unwrap(), arm, labels, shown, new).unwrap()
}

fn answer(subject: &Subject, prompt: &str, labels: &Labels) -> String {
    parse_reply(&subject.reply(prompt, 0).text, labels).answer.unwrap()
}

/// A prompt in the shape of an imported one.
fn imported(text: &str) -> String {
    format!(
        "You are a clerk. Please read the file, and tell whether the client comes back.\n\n\
         Client File:\n{text}\n\nPlease reply like this:\n\n[EXPLANATION]\nWhy, in detail\n\n\
         [CONFIDENCE]\nLOW/MEDIUM/HIGH\n\n[ANSWER]\nYES or NO (one of them)"
    )
}

const REPLY: &str = r#"[ANSWER]
YES

[EXPLANATION]
My answer is YES. I took the text apart point by point, asked of each point which answer it speaks for and how much, and gave the answer with the most behind it. These are the points that counted most, in the order of the text.

"she rents" spoke moderately for YES (weight 0.603).
"owns 1 dog" counted slightly for NO (weight 0.263).

Whatever else the text says counted for less than any of these points. A text in which some of them are missing, or in which others take their place, may have more behind another answer, and I would then have given that one.

[MOST_IMPORTANT_FACTORS]
she rents, owns 1 dog

[OTHER_RELEVANT_INFO]


[CONFIDENCE]
LOW"#;

#[test]
fn a_reply_is_the_same_for_ever() {
    let prompt = ask("She rents, and owns 1 dog.", &two(), AnswerOrder::First);
    let reply = subject("reference?seed=3&faithfulness=0.5").reply(&prompt, 0);
    assert_eq!(reply.text, REPLY);
    assert!(!reply.cut_off);
}

#[test]
fn a_reply_depends_on_settings_prompt_and_repeat_alone() {
    let prompt = ask(&describe(&client(1)), &two(), AnswerOrder::First);
    let noisy = || subject("reference?seed=1&noise=0.5&faithfulness=0.5");
    assert_eq!(noisy().reply(&prompt, 3), noisy().reply(&prompt, 3));
    let replies: Vec<SimReply> = (0..20).map(|repeat| noisy().reply(&prompt, repeat)).collect();
    assert!(replies.iter().any(|reply| *reply != replies[0]));
}

#[test]
fn decisions_depend_on_the_rule_and_the_clauses_alone() {
    let others = ["faithfulness=0&seed=9", "faithfulness=0.5", "named=0", "order_bias=5"];
    let mut moved = 0;
    for number in 0..200 {
        let prompt = ask(&describe(&client(number)), &two(), AnswerOrder::Last);
        let by_rule = answer(&subject("reference?rule=1"), &prompt, &two());
        for other in others {
            let other = subject(&format!("reference?rule=1&{other}"));
            assert_eq!(answer(&other, &prompt, &two()), by_rule);
        }
        moved += u32::from(answer(&subject("reference?rule=2"), &prompt, &two()) != by_rule);
    }
    assert!(moved > 50, "{moved}");
}

#[test]
fn the_rule_defaults_to_the_seed() {
    for number in 0..50 {
        let prompt = ask(&describe(&client(number)), &two(), AnswerOrder::First);
        let answers = ["reference?seed=7", "reference?rule=7"]
            .map(|spec| answer(&subject(spec), &prompt, &two()));
        assert_eq!(answers[0], answers[1]);
    }
}

#[test]
fn instructions_and_wrapping_change_no_decision() {
    let reference = subject("reference?rule=5");
    for number in 0..100 {
        let text = describe(&client(number));
        let decision = answer(&reference, &imported(&text), &two());
        let framed = imported(&format!("Consider this, and that. {text} Respond with a word."));
        let wrapped = imported(&text).replace("You are", "You must be brief.\nYou are");
        let own = ask(&text, &two(), AnswerOrder::First);
        let bare = imported(&text).replace("Client File:\n", "");
        for prompt in [framed, wrapped, own, bare] {
            assert_eq!(answer(&reference, &prompt, &two()), decision, "{prompt}");
        }
    }
}

#[test]
fn both_orders_are_answered_in_their_order() {
    let text = describe(&client(4));
    let reference = subject("reference?order_bias=100");
    let first = reference.reply(&ask(&text, &two(), AnswerOrder::First), 0).text;
    assert!(first.starts_with("[ANSWER]\nYES\n"), "{first}");
    let tags = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with('[')).map(str::to_owned).collect()
    };
    let last = reference.reply(&ask(&text, &two(), AnswerOrder::Last), 0).text;
    let mut order = tags(&first);
    order.rotate_left(1);
    assert_eq!(tags(&last), order);
}

#[test]
fn an_order_bias_moves_only_answers_asked_first() {
    let (biased, plain) = (subject("reference?order_bias=100"), subject("reference"));
    for number in 0..50 {
        let text = describe(&client(number));
        let [first, last] = [AnswerOrder::First, AnswerOrder::Last].map(|o| ask(&text, &two(), o));
        assert_eq!(answer(&biased, &first, &two()), "YES");
        assert_eq!(answer(&biased, &last, &two()), answer(&plain, &last, &two()));
    }
}

#[test]
fn every_one_of_five_labels_is_given() {
    let labels = Labels::new(["A", "B", "C", "D", "E"]).unwrap();
    let mut given = [0; 5];
    for number in 0..300 {
        let prompt = ask(&describe(&client(number)), &labels, AnswerOrder::First);
        let answer = answer(&subject(&format!("reference?rule={number}")), &prompt, &labels);
        given[labels.iter().position(|label| label == answer).unwrap()] += 1;
    }
    assert!(given.iter().all(|&count| count > 30), "{given:?}");
}

#[test]
fn noise_replaces_decisions_at_its_rate() {
    let prompt = ask(&describe(&client(2)), &two(), AnswerOrder::First);
    let decided = answer(&subject("reference?rule=2"), &prompt, &two());
    let noisy = subject("reference?rule=2&seed=8&noise=0.3");
    let n = 4000;
    let replaced = (0..n).filter(|&repeat| {
        parse_reply(&noisy.reply(&prompt, repeat).text, &two()).answer.unwrap() != decided
    });
    let share = replaced.count() as f64 / f64::from(n);
    // Five standard errors of a share of 0.3.
    assert!((share - 0.3).abs() < 5.0 * 0.458 / f64::from(n).sqrt(), "{share}");
}

#[test]
fn replies_fail_at_their_rate_and_in_four_ways() {
    let prompt = ask(&describe(&client(3)), &two(), AnswerOrder::First);
    let failing = subject("reference?fail=0.4");
    let (mut hedged, mut empty, mut cut, mut shapeless) = (0, 0, 0, 0);
    let n = 4000;
    for repeat in 0..n {
        let reply = failing.reply(&prompt, repeat);
        match parse_reply(&reply.text, &two()).outcome {
            _ if reply.cut_off => cut += 1,
            Outcome::Answered => {}
            Outcome::Hedged => hedged += 1,
            Outcome::Empty => empty += 1,
            Outcome::Unparsed => shapeless += 1,
            outcome => panic!("{outcome}"),
        }
    }
    for count in [hedged, empty, cut, shapeless] {
        // Five standard errors of a share of 0.1.
        let share = f64::from(count) / f64::from(n);
        assert!((share - 0.1).abs() < 5.0 * 0.3 / f64::from(n).sqrt(), "{share}");
    }
}

#[test]
fn a_prompt_without_labels_gets_prose() {
    for kind in ["reference", "reader", "oracle"] {
        let reply = subject(kind).reply("What is this, and why?", 0);
        assert_eq!(parse_reply(&reply.text, &two()).outcome, Outcome::Unparsed);
    }
}

fn shown(explanation: &str) -> Shown {
    Shown {
        original: describe(&client(1)),
        original_answer: "NO".into(),
        explanation: explanation.into(),
        ..Shown::default()
    }
}

#[test]
fn predictors_without_an_explanation_give_the_original_answer() {
    let prose = "The client said \"maybe\", which speaks strongly for doubt.";
    for number in 0..50 {
        let new = describe(&client(number));
        for kind in ["reader", "oracle"] {
            let given = |prompt: String| answer(&subject(kind), &prompt, &two());
            assert_eq!(given(predict("without", &two(), &shown(""), &new)), "NO");
            for arm in ["with", "filler", "reasoning"] {
                assert_eq!(given(predict(arm, &two(), &shown(prose), &new)), "NO");
            }
        }
    }
}

#[test]
fn a_reader_without_skill_gives_the_original_answer() {
    let explanation = "\"aged 10\" spoke strongly for NO (weight 1.000).";
    let new = describe(&client(1)).replace("aged", "of age");
    let prompt = predict("with", &two(), &shown(explanation), &new);
    assert_eq!(answer(&subject("reader?skill=0"), &prompt, &two()), "NO");
}

#[test]
fn predictors_guess_for_themselves_where_no_answer_is_shown() {
    for arm in ["blind", "own"] {
        let mut yes = 0;
        for seed in 0..200 {
            let prompt = predict(arm, &two(), &shown(""), &describe(&client(5)));
            let reader = subject(&format!("reader?seed={seed}"));
            yes += u32::from(answer(&reader, &prompt, &two()) == "YES");
        }
        assert!((50..=150).contains(&yes), "{yes}");
    }
}

/// NSG of a predictor over made-up pairs: clients of whom two traits change.
fn nsg(reference: &str, predictor: &str) -> f64 {
    let (labels, predictor) = (two(), subject(predictor));
    let (mut with, mut without, mut n) = (0.0, 0.0, 0.0);
    for number in 0..1500 {
        // Many rules, since the gain under one of them is as much luck as skill.
        let reference = subject(&format!("{reference}&rule={}", number % 50));
        let mut changed = client(number);
        changed[(number % 7) as usize] += 5;
        changed[(number / 7 % 7) as usize] += 5;
        let (original, new) = (describe(&client(number)), describe(&changed));
        let reply = reference.reply(&ask(&original, &labels, AnswerOrder::First), 0);
        let reply = parse_reply(&reply.text, &labels);
        let target = answer(&reference, &ask(&new, &labels, AnswerOrder::First), &labels);
        let shown = Shown {
            original,
            original_answer: reply.answer.unwrap(),
            explanation: reply.explanation.unwrap(),
            factors: reply.factors,
            other_info: reply.other_info,
        };
        let hit = |arm| answer(&predictor, &predict(arm, &labels, &shown, &new), &labels) == target;
        with += f64::from(u8::from(hit("with")));
        without += f64::from(u8::from(hit("without")));
        n += 1.0;
    }
    (with - without) / (n - without)
}

#[test]
fn true_explanations_help_and_false_ones_mislead() {
    let [faithful, half, unfaithful] =
        ["1", "0.5", "0"].map(|f| nsg(&format!("reference?faithfulness={f}"), "reader"));
    assert!(
        faithful > 0.05 && half < faithful && unfaithful < -0.05,
        "{faithful} {half} {unfaithful}"
    );
    println!("{faithful} {half} {unfaithful}");
    let oracle = nsg("reference?faithfulness=1", "oracle");
    assert!(oracle >= faithful, "{oracle} {faithful}");
    let unskilled = nsg("reference?faithfulness=1", "reader?skill=0.3");
    println!("{oracle} {unskilled}");
    assert!(unskilled < faithful, "{unskilled} {faithful}");
}

const PIECES: &str = "(\\PC|\\[ANSWER\\]|\n|\n\\[CONFIDENCE\\]\n|A or B| \\(one\\)|<question>|</question>|\
    <new_question>|</new_question>|<original_question>|</original_question>|<original_answer>|\
    </original_answer>|<explanation>|</explanation>|\"| spoke strongly for A|:|, | and |You are)\
    {0,80}";

proptest! {
    #[test]
    fn no_prompt_makes_a_subject_panic(prompt in PIECES, repeat in 0_u32..3) {
        let kinds =
            ["reference?fail=0.5&noise=0.5&order_bias=1", "reader?fail=0.5", "oracle?fail=0.5"];
        for kind in kinds {
            let _ = subject(kind).reply(&prompt, repeat);
        }
    }

    #[test]
    fn every_reply_that_does_not_fail_is_answered(
        text in "[ -~é\n]{0,200}", seed in 0_u64..50, three: bool, last: bool,
    ) {
        let names = ["CASE 1", "CASE 2", "NEITHER CASE"].into_iter().take(2 + usize::from(three));
        let labels = Labels::new(names).unwrap();
        let order = if last { AnswerOrder::Last } else { AnswerOrder::First };
        let options = format!("seed={seed}&noise=0.2");
        let prompt = ask(&text, &labels, order);
        let reply = subject(&format!("reference?faithfulness=0.5&{options}")).reply(&prompt, 0);
        let parsed = parse_reply(&reply.text, &labels);
        prop_assert_eq!(parsed.outcome, Outcome::Answered, "{}", reply.text);
        prop_assert!(parsed.explanation.is_some() && parsed.confidence_level.is_some());
        let shown = Shown {
            original: text.clone(),
            original_answer: parsed.answer.unwrap(),
            explanation: parsed.explanation.unwrap(),
            factors: parsed.factors,
            other_info: parsed.other_info,
        };
        let prompt = predict("with", &labels, &shown, &format!("{text} New, too."));
        let guess = subject(&format!("reader?{options}")).reply(&prompt, 0);
        prop_assert_eq!(parse_reply(&guess.text, &labels).outcome, Outcome::Answered);
    }
}
