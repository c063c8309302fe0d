//! What holds for every table.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Rows over these levels that often lie near each other: each keeps some codes of an earlier row.
fn rows(levels: Vec<u32>, most: usize) -> impl Strategy<Value = (Vec<u32>, Vec<Vec<u16>>)> {
    let code = |levels: &u32| 0..u16::try_from(levels - 1).unwrap().saturating_add(1);
    let codes: Vec<_> = levels.iter().map(code).collect();
    let kept = prop::collection::vec(prop::bool::weighted(0.8), levels.len());
    let row = (codes, kept, any::<prop::sample::Index>());
    prop::collection::vec(row, 1..most).prop_map(move |drawn| {
        let mut rows: Vec<Vec<u16>> = Vec::new();
        for (mut codes, kept, parent) in drawn {
            if !rows.is_empty() {
                let parent = &rows[parent.index(rows.len())];
                for ((code, kept), &old) in codes.iter_mut().zip(kept).zip(parent) {
                    *code = if kept { old } else { *code };
                }
            }
            rows.push(codes);
        }
        (levels.clone(), rows)
    })
}

/// Tables of 1 to 9 columns of 1 to 70,000 levels: up to 144 bits a row.
fn any_rows(most: usize) -> impl Strategy<Value = (Vec<u32>, Vec<Vec<u16>>)> {
    let levels = prop_oneof![Just(1_u32), 2..6_u32, 60..70_u32, 60_000..65_536_u32];
    prop::collection::vec(levels, 1..10).prop_flat_map(move |levels| rows(levels, most))
}

/// Tables of 4 columns of 3 levels: dense enough for balls.
fn dense_rows(most: usize) -> impl Strategy<Value = (Vec<u32>, Vec<Vec<u16>>)> {
    rows(vec![3; 4], most)
}

/// Labels of three kinds, the third rare.
fn label(number: usize) -> u32 {
    [0, 1, 0, 1, 1, 0, 2][(number * 31 + number / 7) % 7]
}

/// Equal rows have equal texts, and rows that differ in their last column alone may have.
fn texts(table: &CodeTable) -> Vec<u32> {
    let mut numbers = BTreeMap::new();
    (0..u32::try_from(table.rows()).unwrap())
        .map(|row| {
            let mut codes: Vec<u16> =
                (0..table.columns()).map(|column| table.code(row, column)).collect();
            *codes.last_mut().unwrap() /= 2;
            let next = u32::try_from(numbers.len()).unwrap();
            *numbers.entry(codes).or_insert(next)
        })
        .collect()
}

fn naive(rows: &[Vec<u16>], row: usize, max_distance: u32) -> Vec<Neighbour> {
    let distance = |other: &Vec<u16>| rows[row].iter().zip(other).filter(|(a, b)| a != b).count();
    let all = rows.iter().enumerate().map(|(number, other)| Neighbour {
        row: u32::try_from(number).unwrap(),
        distance: u32::try_from(distance(other)).unwrap(),
    });
    all.filter(|near| near.row as usize != row && near.distance <= max_distance).collect()
}

proptest! {
    #[test]
    fn every_method_finds_exactly_the_rows_within_the_distance(
        (levels, rows) in any_rows(60),
        max_distance in 0..=4_u32,
        blocks in 1..10_usize,
    ) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let methods = [
            Neighbours::new(&table, max_distance),
            Neighbours::by(&table, max_distance, Method::Exhaustive),
            Neighbours::by(&table, max_distance, Method::Blocks(blocks)),
        ];
        for row in 0..rows.len() {
            let expected = naive(&rows, row, max_distance);
            let row = u32::try_from(row).unwrap();
            for method in &methods {
                prop_assert_eq!(method.of(row), &expected[..], "{:?}", method.method());
            }
        }
    }

    #[test]
    fn a_visit_sees_each_row_once_with_its_neighbours((levels, rows) in any_rows(60)) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let neighbours = Neighbours::by(&table, 1, Method::Blocks(3));
        let seen = std::sync::Mutex::new(BTreeMap::new());
        neighbours.for_each(|row, near| {
            assert!(seen.lock().unwrap().insert(row, near.to_vec()).is_none());
        });
        for (row, near) in seen.into_inner().unwrap() {
            prop_assert_eq!(near, naive(&rows, row as usize, 1));
        }
    }

    #[test]
    fn every_ball_keeps_its_promises(
        (levels, rows) in dense_rows(80),
        keep_identical: bool,
        seed: u64,
        max_distance in 1..=3_u32,
        min_size in 2..6_u32,
        more in 0..6_u32,
        epsilon in prop_oneof![Just(0.3), 0.01..1.2],
    ) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let labels: Vec<u32> = (0..rows.len()).map(label).collect();
        let texts = texts(&table);
        let max_size = min_size + more;
        let options = BallOptions {
            max_distance, min_size, max_size, epsilon, keep_identical, seed, balls: None,
        };
        let found = balls(&table, &labels, &texts, &options).unwrap();
        for ball in &found.balls {
            check_ball(ball, &table, &labels, &texts, &options)?;
        }
        let centres: Vec<u32> = found.balls.iter().map(|ball| ball.centre).collect();
        prop_assert!(centres.is_sorted_by(|a, b| a < b));
        let summary = &found.summary;
        prop_assert_eq!(summary.tried, rows.len() as u64);
        prop_assert_eq!(summary.balls, found.balls.len() as u64);
        prop_assert_eq!(summary.balls + summary.too_few + summary.imbalanced, summary.tried);
        let pairs: usize = found.balls.iter().map(|ball| ball.members.len()).sum();
        prop_assert_eq!(summary.pairs(), pairs as u64);
    }

    #[test]
    fn with_twins_the_seed_moves_members_only((levels, rows) in dense_rows(80), seeds: [u64; 2]) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let labels: Vec<u32> = (0..rows.len()).map(label).collect();
        let [a, b] = seeds.map(|seed| {
            let options = BallOptions { keep_identical: true, seed, ..BallOptions::default() };
            balls(&table, &labels, &texts(&table), &options).unwrap()
        });
        let shape = |found: &Balls| -> Vec<(u32, u32, u32)> {
            found.balls.iter().map(|ball| (ball.centre, ball.same, ball.other)).collect()
        };
        prop_assert_eq!(shape(&a), shape(&b));
        let but_distances = |summary: &BallSummary| {
            BallSummary { distances: BTreeMap::new(), ..summary.clone() }
        };
        prop_assert_eq!(but_distances(&a.summary), but_distances(&b.summary));
    }

    #[test]
    fn balls_of_a_sample_are_those_of_all_and_samples_are_nested(
        (levels, rows) in dense_rows(80),
        keep_identical: bool,
        seed: u64,
        wanted in 0..20_u64,
    ) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let labels: Vec<u32> = (0..rows.len()).map(label).collect();
        let draw = |balls: Option<u64>| {
            let options = BallOptions { balls, keep_identical, seed, ..BallOptions::default() };
            super::balls(&table, &labels, &texts(&table), &options).unwrap()
        };
        let (all, few, more) = (draw(None), draw(Some(wanted)), draw(Some(wanted + 5)));
        prop_assert_eq!(few.balls.len(), all.balls.len().min(usize::try_from(wanted).unwrap()));
        prop_assert!(few.balls.iter().all(|ball| more.balls.contains(ball)));
        prop_assert!(more.balls.iter().all(|ball| all.balls.contains(ball)));
        prop_assert!(few.summary.tried <= more.summary.tried);
        let every = draw(Some(rows.len() as u64));
        prop_assert_eq!(every, all);
    }

    #[test]
    fn a_larger_size_only_adds_members((levels, rows) in dense_rows(80), keep_identical: bool) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let labels: Vec<u32> = (0..rows.len()).map(label).collect();
        let draw = |max_size| {
            let options = BallOptions { max_size, keep_identical, ..BallOptions::default() };
            balls(&table, &labels, &texts(&table), &options).unwrap().balls
        };
        let (small, large) = (draw(6), draw(10));
        prop_assert_eq!(small.len(), large.len());
        for (small, large) in small.iter().zip(&large) {
            prop_assert_eq!(small.centre, large.centre);
            prop_assert!(large.members.starts_with(&small.members));
        }
    }

    #[test]
    fn how_codes_are_written_moves_nothing(
        (levels, rows) in dense_rows(80),
        keep_identical: bool,
        seed: u64,
    ) {
        let table = CodeTable::from_rows(&levels, &rows).unwrap();
        let rewritten: Vec<[u16; 4]> =
            rows.iter().map(|row| [row[2] * 300, 900 - row[0], row[3], 2 - row[1]]).collect();
        let other = CodeTable::from_rows(&[60_000, 50_000, 40_000, 30_000], &rewritten).unwrap();
        let labels: Vec<u32> = (0..rows.len()).map(label).collect();
        let options = BallOptions { keep_identical, seed, ..BallOptions::default() };
        let draw = |of: &CodeTable| balls(of, &labels, &texts(&table), &options).unwrap();
        prop_assert_eq!(draw(&table), draw(&other));
    }
}

fn check_ball(
    ball: &Ball,
    table: &CodeTable,
    labels: &[u32],
    texts: &[u32],
    options: &BallOptions,
) -> Result<(), TestCaseError> {
    let label = |row: u32| labels[row as usize];
    let rows: BTreeSet<u32> = ball.members.iter().map(|member| member.row).collect();
    prop_assert_eq!(rows.len(), ball.members.len());
    prop_assert!(!rows.contains(&ball.centre));
    let size = u32::try_from(rows.len() + 1).unwrap();
    prop_assert!((options.min_size..=options.max_size).contains(&size));
    let like = rows.iter().filter(|&&row| label(row) == label(ball.centre)).count();
    prop_assert_eq!(ball.same as usize, like + 1);
    prop_assert_eq!(ball.same + ball.other, size);
    let imbalance = f64::from(ball.same.abs_diff(ball.other)) / f64::from(size);
    prop_assert!(imbalance < options.epsilon);
    for member in &ball.members {
        prop_assert_eq!(member.distance, table.distance(ball.centre, member.row));
        prop_assert!(member.distance <= options.max_distance);
    }
    if !options.keep_identical {
        let all = rows.iter().chain([&ball.centre]).map(|&row| texts[row as usize]);
        prop_assert_eq!(all.collect::<BTreeSet<_>>().len(), rows.len() + 1);
    }
    Ok(())
}

/// A table of many rows by a fixed rule, with labels and texts.
fn large(rows: u32, levels: u16) -> (CodeTable, Vec<u32>, Vec<u32>) {
    let mixed = |row: u32, column: u32| {
        let x = (row / 3 * 12 + column + 1).wrapping_mul(0x9E37_79B1);
        u16::try_from((x ^ (x >> 15)).wrapping_mul(0x85EB_CA77) >> 20).unwrap() % levels
    };
    let codes: Vec<[u16; 6]> = (0..rows)
        .map(|row| std::array::from_fn(|column| mixed(row, u32::try_from(column).unwrap())))
        .collect();
    let table = CodeTable::from_rows(&[u32::from(levels); 6], &codes).unwrap();
    let labels = (0..rows).map(|row| u32::from(mixed(row, 17) % 2 == 0)).collect();
    let texts = texts(&table);
    (table, labels, texts)
}

#[test]
fn large_tables_are_blocked_and_small_ones_are_not() {
    let (large, ..) = large(30_000, 8);
    let neighbours = Neighbours::new(&large, 2);
    assert!(matches!(neighbours.method(), Method::Blocks(3..)), "{:?}", neighbours.method());
    let exhaustive = Neighbours::by(&large, 2, Method::Exhaustive);
    for row in (0..30_000).step_by(997) {
        assert_eq!(neighbours.of(row), exhaustive.of(row));
    }
    let small = CodeTable::from_rows(&[3, 3], &[[0, 1], [2, 2]]).unwrap();
    assert_eq!(Neighbours::new(&small, 2).method(), Method::Exhaustive);
}

#[test]
fn the_number_of_threads_moves_nothing() {
    let (table, labels, texts) = large(9_000, 6);
    for options in [
        BallOptions { seed: 7, ..BallOptions::default() },
        BallOptions { seed: 7, balls: Some(1_500), keep_identical: true, ..BallOptions::default() },
    ] {
        let [one, many] = [1, 8].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| balls(&table, &labels, &texts, &options).unwrap())
        });
        assert!(one.balls.len() >= 1_000, "{:?}", one.summary);
        assert_eq!(one, many);
    }
}

#[test]
fn other_seeds_draw_other_members_and_other_centres() {
    let (table, labels, texts) = large(9_000, 6);
    let draw = |seed, balls| {
        let options = BallOptions { seed, balls, ..BallOptions::default() };
        super::balls(&table, &labels, &texts, &options).unwrap().balls
    };
    assert_ne!(draw(1, None), draw(2, None));
    let centres =
        |seed| -> Vec<u32> { draw(seed, Some(50)).iter().map(|ball| ball.centre).collect() };
    assert_ne!(centres(1), centres(2));
}

/// A centre (row 0) and so many neighbours of its own and of the other label, all of other texts.
fn around(same: u16, other: u16) -> (CodeTable, Vec<u32>, Vec<u32>) {
    let rows: Vec<[u16; 2]> = (0..=same + other).map(|row| [row, 0]).collect();
    let table = CodeTable::from_rows(&[u32::from(same + other) + 1, 1], &rows).unwrap();
    let labels = (0..=same + other).map(|row| u32::from(row > same)).collect();
    let texts = (0..u32::from(same + other) + 1).collect();
    (table, labels, texts)
}

#[test]
fn growth_alternates_lends_and_stops_below_epsilon() {
    // (same, other) neighbours; (same, other) of the ball with the centre, or none.
    let cases = [
        ((9, 9), Some((5, 5))),
        ((9, 3), Some((5, 3))),
        ((9, 2), Some((3, 2))),
        ((9, 1), None),
        ((1, 9), Some((2, 3))),
        ((0, 9), None),
        ((2, 1), None),
        ((2, 9), Some((3, 5))),
    ];
    for ((same, other), expected) in cases {
        let (table, labels, texts) = around(same, other);
        let found = balls(&table, &labels, &texts, &BallOptions::default()).unwrap();
        let first = found.balls.iter().find(|ball| ball.centre == 0);
        assert_eq!(first.map(|ball| (ball.same, ball.other)), expected, "{same}+{other}");
    }
    let (table, labels, texts) = around(9, 9);
    let found = balls(&table, &labels, &texts, &BallOptions::default()).unwrap();
    let drawn: Vec<u32> =
        found.balls[0].members.iter().map(|member| labels[member.row as usize]).collect();
    assert_eq!(drawn, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
}

#[test]
fn centres_without_a_ball_are_counted_by_reason() {
    let (table, labels, texts) = around(2, 1);
    let summary = balls(&table, &labels, &texts, &BallOptions::default()).unwrap().summary;
    assert_eq!((summary.too_few, summary.imbalanced), (4, 0));
    let (table, labels, texts) = around(9, 0);
    let summary = balls(&table, &labels, &texts, &BallOptions::default()).unwrap().summary;
    assert_eq!((summary.too_few, summary.imbalanced), (0, 10));
}

#[test]
fn each_neighbour_is_drawn_about_equally_often() {
    // Four rows of one kind, and three of their own: a draw is of rows, not of kinds.
    let codes = [[0, 0], [1, 0], [1, 0], [1, 0], [1, 0], [2, 0], [0, 1], [0, 2]];
    let table = CodeTable::from_rows(&[3, 3], &codes).unwrap();
    let labels = [0, 1, 1, 1, 1, 1, 1, 1];
    let texts = [0, 1, 1, 1, 1, 2, 3, 4];
    let mut drawn = [0_u32; 8];
    for seed in 0..7_000 {
        let options = BallOptions {
            min_size: 2,
            max_size: 2,
            keep_identical: true,
            seed,
            ..BallOptions::default()
        };
        let found = balls(&table, &labels, &texts, &options).unwrap();
        drawn[found.balls[0].members[0].row as usize] += 1;
    }
    // 1,000 expected each, standard deviation 29: five of them.
    assert!(drawn[1..].iter().all(|&count| count.abs_diff(1_000) < 146), "{drawn:?}");
}

#[test]
fn all_faults_of_options_are_named_at_once() {
    let table = CodeTable::from_rows(&[2], &[[0], [1]]).unwrap();
    let options =
        BallOptions { min_size: 1, max_size: 0, epsilon: f64::NAN, ..BallOptions::default() };
    let error = balls(&table, &[0], &[0, 1], &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no balls can be grown: 1 labels for 2 rows; `min_size` 1 is below 2; `max_size` 0 is below \
         `min_size` 1; `epsilon` NaN is not above 0"
    );
}

#[test]
fn an_empty_table_has_no_balls() {
    let table = CodeTable::from_columns(&[2], &[Vec::new()]).unwrap();
    let found = balls(&table, &[], &[], &BallOptions::default()).unwrap();
    assert_eq!(found.summary, BallSummary::default());
    let sampled = BallOptions { balls: Some(3), ..BallOptions::default() };
    assert!(balls(&table, &[], &[], &sampled).unwrap().balls.is_empty());
}
