//! Natural pairs of the six tabular datasets, where their raw files are at hand.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

use foretell_core::{AnswerOrder, Pair, Question};
use foretell_data::neighbours::BallOptions;
use foretell_data::{
    Cards, DataError, DrawOptions, NaturalOptions, NaturalPairs, OrderChoice, PairOptions, Table,
    draw_pairs, natural_pairs, raw_file,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

const DATASETS: [&str; 6] = [
    "heart_disease",
    "pima_diabetes",
    "breast_cancer_recurrence",
    "income",
    "attrition",
    "bank_marketing",
];

/// The folder of raw files; says so and gives none where it is absent.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn raw() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/raw");
    if !folder.is_dir() {
        println!("skipped: no folder {}", folder.display());
        return None;
    }
    Some(folder)
}

fn table(dataset: &str) -> Option<Table> {
    let cards = Cards::embedded();
    let source = cards.tabular(dataset).unwrap().source;
    let path = raw_file(dataset, source, &[raw()?]).unwrap();
    Some(Table::load(&cards, dataset, &path).unwrap())
}

fn pairs(table: &Table, balls: BallOptions, order: OrderChoice) -> NaturalPairs {
    natural_pairs(table, &NaturalOptions { balls, order }).unwrap()
}

/// The published study's balls, counted by an independent program from `docs/design/neighbours.md`;
/// it names 11,818 for income and 29,183 for bank marketing itself.
#[test]
fn with_identical_texts_the_balls_are_those_of_the_published_study_whatever_the_seed() {
    if raw().is_none() {
        return;
    }
    let sizes = |sizes: &[(u32, u64)]| sizes.iter().copied().collect::<BTreeMap<u32, u64>>();
    let expected = [
        (191, 1_514, sizes(&[(5, 26), (6, 1), (7, 4), (8, 28), (9, 3), (10, 129)])),
        (468, 4_138, sizes(&[(5, 11), (8, 9), (9, 1), (10, 447)])),
        (162, 1_138, sizes(&[(5, 46), (6, 2), (8, 40), (9, 2), (10, 72)])),
        (11_818, 100_255, sizes(&[(5, 917), (6, 8), (7, 13), (8, 721), (9, 9), (10, 10_150)])),
        (556, 3_810, sizes(&[(5, 188), (6, 1), (7, 9), (8, 109), (9, 5), (10, 244)])),
        (29_183, 257_899, sizes(&[(5, 669), (6, 14), (7, 27), (8, 626), (9, 14), (10, 27_833)])),
    ];
    for (dataset, (balls, members, sizes)) in DATASETS.iter().zip(expected) {
        let table = table(dataset).unwrap();
        let [one, other] = [3, 4].map(|seed| {
            let options = BallOptions { keep_identical: true, seed, ..BallOptions::default() };
            pairs(&table, options, OrderChoice::First).summary
        });
        assert_eq!((one.balls.balls, one.pairs, &one.balls.sizes), (balls, members, &sizes));
        assert_eq!(
            (&one.balls.sizes, &one.balls.make_up),
            (&other.balls.sizes, &other.balls.make_up)
        );
        assert_eq!(one.originals, other.originals);
    }
}

#[test]
fn every_pair_is_what_it_says_and_every_ball_what_the_options_ask() {
    for table in DATASETS.iter().filter_map(|dataset| table(dataset)) {
        let found = pairs(&table, BallOptions::default(), OrderChoice::Random);
        let questions: HashMap<_, _> =
            found.questions.iter().map(|question| (&question.question_id, question)).collect();
        assert_eq!(questions.len(), found.questions.len());
        let mut balls: BTreeMap<i64, Vec<&Pair>> = BTreeMap::new();
        for pair in &found.pairs {
            let [original, counterfactual] =
                [&pair.original_id, &pair.counterfactual_id].map(|id| questions[id]);
            assert_ne!(original.text, counterfactual.text);
            check_changes(pair, original, counterfactual);
            balls.entry(pair.original_row.unwrap()).or_default().push(pair);
        }
        for (row, members) in balls {
            check_ball(&table, row, &members, &questions);
        }
    }
}

fn check_changes(pair: &Pair, original: &Question, counterfactual: &Question) {
    let changed: Vec<&String> = original
        .features
        .iter()
        .zip(&counterfactual.features)
        .filter(|(one, other)| one != other)
        .map(|((name, _), _)| name)
        .collect();
    assert_eq!(changed, pair.changed.iter().collect::<Vec<_>>());
    assert_eq!(pair.distance, Some(changed.len() as i64));
    assert!((1..=2).contains(&changed.len()));
}

fn check_ball(
    table: &Table,
    row: i64,
    members: &[&Pair],
    questions: &HashMap<&foretell_core::QuestionId, &Question>,
) {
    let label = table.label(usize::try_from(row).unwrap());
    let texts: HashSet<_> = members.iter().map(|pair| &pair.counterfactual_text_id).collect();
    assert_eq!(texts.len(), members.len(), "no two members share a text");
    let orders: HashSet<_> = members.iter().map(|pair| pair.answer_order).collect();
    assert_eq!(orders.len(), 1, "one toss for each original");
    let truth = |pair: &&&Pair| questions[&pair.counterfactual_id].ground_truth.as_deref();
    let same = 1 + members.iter().filter(|pair| truth(pair) == Some(label)).count();
    let size = 1 + members.len();
    assert!((5..=10).contains(&size));
    assert!((2.0 * same as f64 - size as f64).abs() / (size as f64) < 0.3);
}

#[test]
fn both_orders_are_two_pairs_and_a_toss_is_one_of_them() {
    let Some(table) = table("heart_disease") else { return };
    let of = |order| pairs(&table, BallOptions::default(), order).pairs;
    let (both, toss) = (of(OrderChoice::Both), of(OrderChoice::Random));
    assert_eq!(both.len(), 2 * toss.len());
    assert!(toss.iter().all(|pair| both.contains(pair)));
    let last = toss.iter().filter(|pair| pair.answer_order == AnswerOrder::Last).count();
    assert!(last > toss.len() / 3 && last < toss.len() * 2 / 3, "{last} of {}", toss.len());
    assert!(of(OrderChoice::Last).iter().all(|pair| pair.answer_order == AnswerOrder::Last));
}

fn draw(datasets: &[&str], change: impl FnOnce(&mut DrawOptions)) -> Result<Vec<Pair>, DataError> {
    let mut options = DrawOptions {
        pairs: PairOptions { raw: raw().into_iter().collect(), ..PairOptions::default() },
        ..DrawOptions::default()
    };
    change(&mut options);
    let datasets: Vec<String> = datasets.iter().map(|&name| name.to_owned()).collect();
    Ok(draw_pairs(&datasets, &Cards::embedded(), &options)?.pairs)
}

#[test]
fn a_drawn_set_is_nested_and_no_dataset_moves_another() {
    if raw().is_none() {
        return;
    }
    let two = ["heart_disease", "moral_machines"];
    let small = draw(&two, |options| options.per_dataset = Some(50)).unwrap();
    let large = draw(&two, |options| options.per_dataset = Some(200)).unwrap();
    assert_eq!((small.len(), large.len()), (100, 400));
    assert!(small.iter().all(|pair| large.contains(pair)));
    let alone = draw(&two[..1], |options| options.per_dataset = Some(50)).unwrap();
    assert_eq!(alone, small[..50]);
}

#[test]
fn a_number_of_balls_for_one_dataset_leaves_the_others_whole() {
    if raw().is_none() {
        return;
    }
    let pairs = draw(&["heart_disease", "pima_diabetes"], |options| {
        options.balls.insert("pima_diabetes".to_owned(), 20);
    })
    .unwrap();
    let centres = |dataset: &str| {
        let own = pairs.iter().filter(|pair| pair.dataset == dataset);
        own.map(|pair| pair.original_row).collect::<HashSet<_>>().len()
    };
    assert_eq!(centres("pima_diabetes"), 20);
    assert!(centres("heart_disease") > 100);
    let stray = draw(&["heart_disease"], |options| {
        options.balls.insert("incme".to_owned(), 20);
    });
    assert!(matches!(stray, Err(DataError::StrayBalls { dataset, .. }) if dataset == "incme"));
}

#[test]
fn the_same_pairs_come_from_one_thread_and_from_many() {
    let Some(table) = table("attrition") else { return };
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pairs(&table, BallOptions::default(), OrderChoice::Random))
    };
    assert_eq!(on(1), on(7));
}

#[test]
fn scenarios_are_drawn_in_the_orders_asked_for() {
    let draw = |order: OrderChoice, per_dataset: Option<u64>| {
        let natural = NaturalOptions { order, ..NaturalOptions::default() };
        let pairs = PairOptions { scenarios: 2_000, seed: 3, ..PairOptions::default() };
        let options = DrawOptions { natural, per_dataset, pairs, ..DrawOptions::default() };
        draw_pairs(&["moral_machines".to_owned()], &Cards::embedded(), &options).unwrap()
    };
    let is = |order: AnswerOrder| move |pair: &Pair| pair.answer_order == order;
    let (first, last) = (draw(OrderChoice::First, None), draw(OrderChoice::Last, None));
    assert!(first.pairs.iter().all(is(AnswerOrder::First)));
    assert!(last.pairs.iter().all(is(AnswerOrder::Last)));
    let (both, tossed) = (draw(OrderChoice::Both, None), draw(OrderChoice::Random, None));
    assert_eq!(both.pairs.len(), 2 * tossed.pairs.len());
    let ids: HashSet<_> = both.pairs.iter().map(|pair| pair.pair_id.clone()).collect();
    for set in [&first, &last, &tossed] {
        assert_eq!(set.pairs.len(), tossed.pairs.len());
        assert!(set.pairs.iter().all(|pair| ids.contains(&pair.pair_id)));
        assert_eq!(set.questions, both.questions);
    }
    assert!(tossed.pairs.iter().any(is(AnswerOrder::First)));
    assert!(tossed.pairs.iter().any(is(AnswerOrder::Last)));
    let sample = draw(OrderChoice::Both, Some(40));
    assert_eq!(sample.pairs.len(), 40);
    assert!(sample.pairs.chunks(2).all(|two| two[0].original_id == two[1].original_id));
}
