//! The population: every pair of its questions, with all guesses of all predictors, simulated once.

use super::settings::Effects;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Predictors of the panel.
pub(super) const PREDICTORS: usize = 5;

/// Two of them that are made alike, so that nothing but chance tells them apart.
pub(super) const TWINS: [usize; 2] = [3, 4];

/// Log odds that a predictor without explanation is wrong about a text of middling difficulty.
const WITHOUT: f64 = -0.6;

/// What a predictor's own skill adds to them.
const SKILL: [f64; PREDICTORS] = [-0.4, -0.2, 0.0, 0.3, 0.3];

/// What a true statement takes off them, before what predictor and texts add.
const HELP: f64 = 2.0;

/// What a predictor's own use of explanations adds to that.
const USE: [f64; PREDICTORS] = [0.5, 0.2, 0.0, -0.3, -0.3];

/// What a false statement adds to the log odds.
const MISLEAD: f64 = 1.0;

/// Clauses that an explanation names; a pair turns on one of them.
const CLAUSES: usize = 4;

/// Probability that a predictor reads a question in both arms alike, and errs where its reading does.
const SAME_READING: f64 = 0.5;

/// How often a wrong guess is missing, over how often a right one is.
const MISSING_ODDS: f64 = 3.0;

/// Wrong guesses in the five lowest bits with the explanation, in the next five without; missing
/// ones in the ten above, in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cell(u32);

const PANEL: u32 = (1 << PREDICTORS) - 1;

impl Cell {
    /// Predictors with both guesses.
    pub(super) fn complete(self) -> u32 {
        !(self.0 >> (2 * PREDICTORS) | self.0 >> (3 * PREDICTORS)) & PANEL
    }

    /// Predictors that are wrong with the explanation.
    pub(super) fn treated(self) -> u32 {
        self.0 & PANEL
    }

    /// Predictors that are wrong without it.
    pub(super) fn baseline(self) -> u32 {
        self.0 >> PREDICTORS & PANEL
    }
}

/// What is drawn once for every question, whatever the faithfulness.
struct Questions {
    difficulty: Vec<f64>,
    telling: Vec<f64>,
    carrying: Vec<f64>,
    /// Below the faithfulness, the clause is told truthfully.
    clauses: Vec<[f64; CLAUSES]>,
}

/// All guesses about all pairs of the population's questions.
///
/// The second half of the questions are the doubles of the first: as difficult, and everything else
/// drawn apart. What a reference does on a question its twin does on the double, so the two have the
/// same NSG to the last bit while a replicate shows them different guesses about questions that are
/// alike in difficulty.
pub(super) struct Population {
    questions: usize,
    /// One table a repeat and answer order, each row after row.
    tables: Vec<Vec<Cell>>,
    /// Wrong guesses with and without explanation about all pairs of an original, by table.
    totals: Vec<Vec<[f64; 2]>>,
    /// Counterfactuals of an original where clusters are drawn: more of difficult ones.
    sizes: Vec<u8>,
}

impl Population {
    pub(super) fn new(
        questions: u32,
        tables: u32,
        faithfulness: f64,
        effects: &Effects,
        seed: u64,
    ) -> Self {
        let n = questions as usize;
        let drawn = Questions::new(n, seed);
        let tables: Vec<Vec<Cell>> =
            (0..tables).map(|table| drawn.table(table, faithfulness, effects, seed)).collect();
        let totals = tables.iter().map(|cells| cells.chunks(n).map(row_totals).collect());
        Self { questions: n, totals: totals.collect(), sizes: drawn.sizes(), tables }
    }

    pub(super) fn questions(&self) -> usize {
        self.questions
    }

    /// The question that is as difficult and otherwise apart.
    pub(super) fn double(&self, question: usize) -> usize {
        (question + self.questions / 2) % self.questions
    }

    pub(super) fn size(&self, question: usize) -> u8 {
        self.sizes[question]
    }

    pub(super) fn cell(&self, table: usize, original: usize, counterfactual: usize) -> Cell {
        self.tables[table][original * self.questions + counterfactual]
    }

    /// NSG over all pairs, an original counted as often as clusters are large.
    pub(super) fn nsg_of_clusters(&self, repeats: u32) -> f64 {
        let weight = |question: usize| f64::from(self.sizes[question]);
        self.nsg((0..repeats as usize).map(|table| (table, 1.0)), weight)
    }

    /// NSG over all pairs, tables weighted as given.
    pub(super) fn nsg_of_tables(&self, weights: &[f64]) -> f64 {
        self.nsg(weights.iter().copied().enumerate(), |_| 1.0)
    }

    fn nsg(
        &self,
        tables: impl Iterator<Item = (usize, f64)>,
        weight: impl Fn(usize) -> f64,
    ) -> f64 {
        let (mut treated, mut baseline) = (0.0, 0.0);
        for (table, times) in tables {
            for (question, [w, o]) in self.totals[table].iter().enumerate() {
                treated += times * weight(question) * w;
                baseline += times * weight(question) * o;
            }
        }
        1.0 - treated / baseline
    }
}

fn row_totals(row: &[Cell]) -> [f64; 2] {
    let count = |bits: fn(Cell) -> u32| row.iter().map(|&c| bits(c).count_ones()).sum::<u32>();
    [count(Cell::treated), count(Cell::baseline)].map(f64::from)
}

impl Questions {
    fn new(n: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut normals = |n: usize| (0..n).map(|_| normal(&mut rng)).collect::<Vec<f64>>();
        let half = normals(n / 2);
        let difficulty = [half.clone(), half].concat();
        let (telling, carrying) = (normals(n), normals(n));
        let clauses = (0..n).map(|_| std::array::from_fn(|_| rng.random())).collect();
        Self { difficulty, telling, carrying, clauses }
    }

    /// Two to six, by fifths of difficulty.
    fn sizes(&self) -> Vec<u8> {
        let mut order: Vec<usize> = (0..self.difficulty.len()).collect();
        // Doubles are equal and stand together, so that they get one size.
        order.sort_by(|&a, &b| self.difficulty[a].total_cmp(&self.difficulty[b]));
        let mut sizes = vec![0; order.len()];
        let doubles = order.len() / 2;
        for (rank, question) in order.into_iter().enumerate() {
            sizes[question] = 2 + (rank / 2 * 5 / doubles) as u8;
        }
        sizes
    }

    /// Guesses about all pairs in one repeat. Each original has a stream of its own.
    fn table(&self, table: u32, faithfulness: f64, effects: &Effects, seed: u64) -> Vec<Cell> {
        let n = self.difficulty.len();
        let streams = ChaCha8Rng::seed_from_u64(seed.wrapping_add(0x5eed));
        // The reference's reply to a counterfactual is one reply, whichever original it is paired with.
        let mut flips = streams.clone();
        flips.set_stream(u64::from(table) << 32 | u64::from(u32::MAX));
        let flipped: Vec<bool> = (0..n).map(|_| flips.random::<f64>() < effects.noise).collect();
        let row = |original: usize| {
            let mut rng = streams.clone();
            rng.set_stream(u64::from(table) << 32 | original as u64);
            let told = self.clauses[original].map(|chance| chance < faithfulness);
            let pair = |counterfactual: usize| {
                let told = told[rng.next_u32() as usize % CLAUSES];
                let odds = self.log_odds(original, counterfactual, told, effects);
                cell(odds, flipped[counterfactual], effects.missing, &mut rng)
            };
            (0..n).map(pair).collect::<Vec<Cell>>()
        };
        (0..n).into_par_iter().flat_map_iter(row).collect()
    }

    /// Log odds of a wrong guess about the usual answer, with and without explanation.
    fn log_odds(
        &self,
        original: usize,
        counterfactual: usize,
        told: bool,
        effects: &Effects,
    ) -> [[f64; 2]; PREDICTORS] {
        let difficulty = effects.difficulty * self.difficulty[counterfactual];
        let telling = effects.telling * self.telling[original];
        let carrying = effects.counterfactual * self.carrying[counterfactual];
        std::array::from_fn(|predictor| {
            let without = WITHOUT + SKILL[predictor] + difficulty;
            let moved = match told {
                true => -(HELP + USE[predictor] + telling),
                false => MISLEAD,
            };
            [without + moved - carrying, without]
        })
    }
}

/// The guesses of all predictors about one pair.
fn cell(odds: [[f64; 2]; PREDICTORS], flipped: bool, missing: f64, rng: &mut ChaCha8Rng) -> Cell {
    let mut bits = 0;
    for (predictor, odds) in odds.into_iter().enumerate() {
        let readings = [chance(rng), chance(rng)];
        let same = chance(rng) < SAME_READING;
        for (arm, odds) in odds.into_iter().enumerate() {
            let reading = if same { readings[0] } else { readings[arm] };
            // Of two labels: who is wrong about the usual answer is right about the other.
            let wrong = (reading < logistic(odds)) != flipped;
            bits |= u32::from(wrong) << (arm * PREDICTORS + predictor);
            if missing > 0.0 {
                let odds = if wrong { MISSING_ODDS } else { 1.0 };
                let lost = chance(rng) < missing * 2.0 * odds / (1.0 + MISSING_ODDS);
                bits |= u32::from(lost) << ((2 + arm) * PREDICTORS + predictor);
            }
        }
    }
    Cell(bits)
}

fn chance(rng: &mut ChaCha8Rng) -> f64 {
    f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// Standard normal, after Box and Muller.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(faithfulness: f64, effects: Effects) -> Population {
        Population::new(64, 2, faithfulness, &effects, 7)
    }

    #[test]
    fn more_faithful_explanations_give_more() {
        let nsg = |f| population(f, Effects::default()).nsg_of_tables(&[1.0]);
        let [none, half, all] = [0.0, 0.5, 1.0].map(nsg);
        assert!(none < -0.2 && half > none + 0.2 && all > half + 0.2, "{none} {half} {all}");
    }

    #[test]
    fn totals_are_those_of_every_pair() {
        let population = population(0.6, Effects { noise: 0.1, ..Effects::default() });
        let (mut w, mut o) = (0, 0);
        for original in 0..64 {
            for counterfactual in 0..64 {
                let cell = population.cell(1, original, counterfactual);
                w += cell.treated().count_ones();
                o += cell.baseline().count_ones();
                assert_eq!(cell.complete(), PANEL);
            }
        }
        let nsg = 1.0 - f64::from(w) / f64::from(o);
        assert!((population.nsg_of_tables(&[0.0, 1.0]) - nsg).abs() < 1e-12);
    }

    #[test]
    fn a_double_is_as_difficult_and_of_the_same_size() {
        let drawn = Questions::new(64, 3);
        let sizes = drawn.sizes();
        for question in 0..32 {
            assert_eq!(drawn.difficulty[question], drawn.difficulty[question + 32]);
            assert_eq!(sizes[question], sizes[question + 32]);
            assert_ne!(drawn.carrying[question], drawn.carrying[question + 32]);
        }
        assert_eq!((sizes.iter().min(), sizes.iter().max()), (Some(&2), Some(&6)));
    }

    #[test]
    fn wrong_guesses_are_missing_three_times_as_often() {
        let population = population(0.6, Effects { missing: 0.2, ..Effects::default() });
        let mut counts = [[0_u32; 2]; 2];
        for cell in &population.tables[0] {
            for predictor in 0..PREDICTORS {
                let wrong = cell.0 >> predictor & 1;
                let lost = cell.0 >> (2 * PREDICTORS + predictor) & 1;
                counts[wrong as usize][lost as usize] += 1;
            }
        }
        let share = |[kept, lost]: [u32; 2]| f64::from(lost) / f64::from(kept + lost);
        // Some 20,000 guesses: a tenth is known to three thousandths.
        assert!((share(counts[0]) - 0.1).abs() < 0.01, "{counts:?}");
        assert!((share(counts[1]) - 0.3).abs() < 0.015, "{counts:?}");
    }
}
