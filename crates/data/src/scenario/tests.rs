//! The generator: what it draws, and which scenarios it pairs.

use super::character::Group;
use super::dilemma::Light;
use super::dimension::{DIMENSIONS, Dimension, MOST};
use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

const MANY: u32 = 15_000;

fn options(seed: u64, scenarios: u32) -> PairOptions {
    PairOptions { seed, scenarios, ..PairOptions::default() }
}

fn published(seed: u64) -> Vec<Dilemma> {
    draw_all(&PairOptions { published: true, ..options(seed, MANY) })
}

/// Five standard errors of a share `p` among `n` draws: less than one false alarm in a million.
fn near(count: usize, n: usize, p: f64) -> bool {
    let (count, n) = (count as f64, n as f64);
    (count / n - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt()
}

/// The dimension's first and second group.
fn groups(dilemma: &Dilemma) -> [Group; 2] {
    let killed = dilemma.killed;
    [killed[dilemma.first_killed], killed[1 - dilemma.first_killed]]
}

/// Whether two groups can be matched one to one, each match one of the dimension's.
fn matched(first: &Group, second: &Group, dimension: Dimension) -> bool {
    let spread = |group: &Group| -> Vec<_> {
        group.counts().flat_map(|(c, count)| std::iter::repeat_n(c, usize::from(count))).collect()
    };
    let (first, mut second) = (spread(first), spread(second));
    let matches = dimension.matches();
    fn place<T: Copy + PartialEq>(first: &[T], second: &mut Vec<T>, matches: &[(T, T)]) -> bool {
        let Some((&a, rest)) = first.split_first() else { return true };
        (0..second.len()).any(|i| {
            let b = second.remove(i);
            let placed = matches.contains(&(a, b)) && place(rest, second, matches);
            second.insert(i, b);
            placed
        })
    }
    place(&first, &mut second, &matches)
}

#[test]
fn dimensions_flags_and_coins_are_uniform() {
    let dilemmas = draw_all(&options(1, MANY));
    let share = |is: &dyn Fn(&Dilemma) -> bool| dilemmas.iter().filter(|d| is(d)).count();
    for dimension in DIMENSIONS {
        let count = share(&|d| d.dimension == dimension);
        assert!(near(count, dilemmas.len(), 1.0 / 6.0), "{dimension:?}: {count}");
    }
    for flags in 0..8 {
        let bits =
            |d: &Dilemma| u8::from(d.intervention) | u8::from(d.in_car) << 1 | u8::from(d.law) << 2;
        assert!(near(share(&|d| bits(d) == flags), dilemmas.len(), 1.0 / 8.0));
    }
    assert!(near(share(&|d| d.first_killed == 0), dilemmas.len(), 0.5));
    let lit = share(&|d| d.law);
    assert!(near(share(&|d| d.lights[1] == Some(Light::Green)), lit, 0.5));
}

#[test]
fn sizes_are_uniform_from_one_to_five() {
    let dilemmas = draw_all(&options(2, MANY));
    let matched = || dilemmas.iter().filter(|d| d.dimension != Dimension::Utilitarianism);
    for size in 1..=MOST {
        let count = matched().filter(|d| d.killed[0].size() == size).count();
        assert!(near(count, matched().count(), 0.2), "{size}: {count}");
    }
    let other = || dilemmas.iter().filter(|d| d.dimension == Dimension::Utilitarianism);
    for size in 1..MOST {
        let count = other().filter(|d| groups(d)[0].size() == size).count();
        assert!(near(count, other().count(), 0.25), "{size}: {count}");
    }
}

#[test]
fn every_match_is_equally_likely() {
    for dimension in DIMENSIONS {
        let matches = dimension.matches();
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        let mut total = 0;
        for dilemma in draw_all(&options(3, 60_000)) {
            let groups = groups(&dilemma);
            let single = groups[0].size() == 1;
            if dilemma.dimension == dimension && single && dimension != Dimension::Utilitarianism {
                let [a, b] = groups.map(|group| group.counts().next().unwrap().0);
                *seen.entry((a, b)).or_default() += 1;
                total += 1;
            }
        }
        for found in &seen {
            assert!(matches.contains(found.0), "{found:?}");
            assert!(near(*found.1, total, 1.0 / matches.len() as f64), "{found:?} of {total}");
        }
        assert!(total == 0 || seen.len() == matches.len());
    }
}

#[test]
fn the_published_faults_are_mended_unless_asked_for() {
    let outside = |dilemmas: &[Dilemma], is: &dyn Fn(&Dilemma) -> bool| {
        let outside: Vec<bool> = dilemmas.iter().filter(|d| !d.in_car).map(is).collect();
        (outside.iter().filter(|&&is| is).count(), outside.len())
    };
    let (tossed, total) = outside(&draw_all(&options(4, MANY)), &|d| d.first_killed == 1);
    assert!(near(tossed, total, 0.5));
    let kept = published(4);
    assert_eq!(outside(&kept, &|d| d.first_killed == 1).0, 0);
    let inside = || kept.iter().filter(|d| d.in_car);
    assert!(near(inside().filter(|d| d.first_killed == 1).count(), inside().count(), 0.5));
    let mended = draw_all(&options(4, MANY));
    assert!(!wording::text(&mended[0], false).contains("single word"));
    assert!(wording::text(&kept[0], true).ends_with("Reply with a single word, and nothing else."));
    // All else is as it was.
    assert!(kept.iter().zip(&mended).all(|(a, b)| a.everyone() == b.everyone() && a.law == b.law));
}

#[test]
fn about_as_many_pairs_come_of_it_as_in_the_published_study() {
    for seed in 0..3 {
        // The published study drew 1,391; sets of characters vary by some 25 from seed to seed.
        let pairs = load(&Cards::embedded(), &options(seed, MANY)).unwrap().pairs.len();
        assert!((1_270..=1_510).contains(&pairs), "{pairs}");
    }
}

#[test]
fn a_pair_shares_characters_and_flags_and_differs_in_counts() {
    let collection = load(&Cards::embedded(), &options(5, MANY)).unwrap();
    let dilemmas = draw_all(&options(5, MANY));
    let mut sets = HashSet::new();
    for pair in &collection.pairs {
        let at = |row: Option<i64>| &dilemmas[usize::try_from(row.unwrap()).unwrap()];
        let (a, b) = (at(pair.original_row), at(pair.counterfactual_row));
        let key = |d: &Dilemma| (d.intervention, d.in_car, d.law, d.everyone().kinds());
        assert_eq!(key(a), key(b));
        assert!(sets.insert(key(a)), "one pair a set");
        assert_ne!(a.everyone(), b.everyone());
        assert!(pair.changed.iter().any(|name| name == "counts"));
        assert_eq!(pair.changed.iter().any(|name| name == "lights"), a.lights != b.lights);
        assert_eq!(pair.distance, None);
        assert_eq!(pair.generator.as_deref(), Some("moral_machines"));
    }
    for name in ["side", "lights", "dimension"] {
        let with = collection.pairs.iter().filter(|p| p.changed.iter().any(|c| c == name)).count();
        assert!(with > 50 && with < collection.pairs.len() - 50, "{name}: {with}");
    }
    let first = collection.pairs.iter().filter(|p| p.answer_order.as_str() == "first").count();
    assert!(near(first, collection.pairs.len(), 0.5));
    let originals: Vec<i64> = collection.pairs.iter().map(|p| p.original_row.unwrap()).collect();
    assert!(originals.is_sorted());
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let told = |seed| {
        let collection = load(&Cards::embedded(), &options(seed, 2_000)).unwrap();
        format!("{:?}{:?}", collection.questions, collection.pairs)
    };
    assert_eq!(told(6), told(6));
    assert_ne!(told(6), told(7));
}

#[test]
fn scenarios_do_not_move_with_their_number() {
    assert_eq!(draw_all(&options(8, 3_000))[..100], draw_all(&options(8, 100)));
}

#[test]
fn most_texts_stand_alone() {
    let dilemmas = draw_all(&options(9, MANY));
    let texts: HashSet<String> = dilemmas.iter().map(|d| wording::text(d, false)).collect();
    // Groups of one are few: gender has seven, each in a few settings.
    assert!(texts.len() * 10 > dilemmas.len() * 8, "{}", texts.len());
    let shown: HashSet<_> = dilemmas
        .iter()
        .map(|d| format!("{:?}", (d.killed, d.lights, d.intervention, d.in_car)))
        .collect();
    assert_eq!(texts.len(), shown.len(), "what differs reads differently");
}

#[test]
fn texts_read_well_in_every_setting() {
    let dilemmas = draw_all(&options(10, 400));
    let mut shown = BTreeMap::new();
    for dilemma in &dilemmas {
        let setting = (dilemma.in_car, dilemma.intervention, dilemma.law);
        shown.entry(setting).or_insert_with(|| wording::text(dilemma, false));
    }
    assert_eq!(shown.len(), 8);
    let all: Vec<String> = shown.into_values().collect();
    insta::assert_snapshot!(all.join("\n\n--------\n\n"));
}

proptest! {
    #[test]
    fn every_scenario_keeps_the_rules_of_its_dimension(seed: u64, number in 0..1_000_000_u64) {
        let dilemma = Dilemma::draw(&mut Draw::new(seed, number), false);
        let [first, second] = groups(&dilemma);
        prop_assert!((1..=MOST).contains(&first.size()) && (1..=MOST).contains(&second.size()));
        if dilemma.dimension == Dimension::Utilitarianism {
            prop_assert!(first.size() < second.size());
            let within = |(c, count)| second.counts().any(|(other, more)| other == c && more >= count);
            let kept = first.counts().all(within);
            prop_assert!(kept);
        } else {
            prop_assert_eq!(first.size(), second.size());
            prop_assert!(matched(&first, &second, dilemma.dimension));
        }
        let lit = dilemma.lights.map(|light| light.is_some());
        prop_assert_eq!(lit, [dilemma.law && !dilemma.in_car, dilemma.law]);
        if lit[0] {
            prop_assert_ne!(dilemma.lights[0], dilemma.lights[1]);
        }
    }
}
