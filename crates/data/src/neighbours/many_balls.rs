//! Balls around the rows of a table.

use super::code_table::CodeTable;
use super::error::BallError;
use super::grow::{Failure, Ground, Grown, Member, Pools};
use super::kinds::{Kinds, row_number};
use super::options::BallOptions;
use super::search::Neighbours;
use super::summary::BallSummary;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// An original with its counterfactuals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ball {
    /// The row of the original.
    pub centre: u32,
    /// Its counterfactuals in the order drawn, so that the first of them are the ball that a smaller
    /// `max_size` gives.
    pub members: Vec<Member>,
    /// Rows with the centre's label; the centre counts.
    pub same: u32,
    /// Rows with another label.
    pub other: u32,
}

impl Ball {
    /// Rows, with the centre.
    pub fn size(&self) -> u32 {
        self.same + self.other
    }
}

/// Balls by centre, and what came of all centres tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balls {
    /// The balls, by row of their centre.
    pub balls: Vec<Ball>,
    /// What came of all centres tried.
    pub summary: BallSummary,
}

/// The stream that ranks centres; each centre draws from the stream of its row, which is below 2^32.
const RANK_STREAM: u64 = u64::MAX;
/// Kinds whose centres one task grows.
const TASK: usize = 64;
/// Fewest and most ranked centres that are grown at once.
const BATCH: (usize, usize) = (1_024, 65_536);

/// Grows balls of natural counterfactuals around the rows of `table`.
///
/// `labels` and `texts` hold the label and the text of each row as numbers: equal numbers are equal
/// labels, or identical texts.
///
/// A ball starts as its centre and grows by one neighbour at a time: first one with another label than
/// the centre's, then one with the same label, and so on; a side without neighbours left lends its
/// turns to the other. Each neighbour left on a side is equally likely. With `same` rows of the
/// centre's label, *the centre counted*, and `other` rows, the imbalance is
///
/// ```text
/// |same - other| / (same + other)
/// ```
///
/// It is looked at from `min_size` on: where it is not below `epsilon` at that size, or there are not
/// that many neighbours, there is no ball. Growth ends before the first neighbour that would take it to
/// `epsilon`, at `max_size`, or when no neighbour is left.
///
/// Rows that share their text with the centre or with a member are no neighbours, unless
/// `keep_identical` is set: then every other row within the distance is one, and the numbers of balls,
/// their sizes and their label make-up do not depend on the seed.
///
/// With `balls: Some(n)`, centres are tried in a random order until there are `n` balls. The order
/// comes from the seed and the row alone, so that the balls of a smaller `n` are among those of a larger.
///
/// Each centre draws from its own stream of the seed. The result depends on rows, labels, texts and
/// options only: not on threads, on the method of the search, on the order of the columns or on how
/// levels are numbered.
/// # Errors
/// [`BallError`] with all faults: labels or texts that are not one a row, `min_size` below 2, `max_size`
/// below `min_size`, `epsilon` not above 0.
/// # Source
/// The growth and the imbalance are those of arXiv:2602.02639, found out by its numbers of balls; see
/// `docs/design/neighbours.md`.
/// # Examples
/// ```
/// use foretell_data::neighbours::{BallOptions, CodeTable, balls};
///
/// let table = CodeTable::from_columns(&[3, 3], &[vec![0, 0, 0, 1, 2], vec![0, 1, 2, 0, 0]])?;
/// let labels = [0, 1, 0, 1, 0];
/// let texts = [0, 1, 2, 3, 4];
/// let found = balls(&table, &labels, &texts, &BallOptions::default())?;
/// assert_eq!(found.summary.tried, 5);
/// let ball = &found.balls[0];
/// assert_eq!((ball.centre, ball.same, ball.other), (0, 3, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn balls(
    table: &CodeTable,
    labels: &[u32],
    texts: &[u32],
    options: &BallOptions,
) -> Result<Balls, BallError> {
    options.check(table, labels, texts)?;
    let mut kinds = Kinds::new(table, Some(texts));
    let labels = kinds.sort_by_label(labels);
    let neighbours = Neighbours::among(kinds, table, options.max_distance);
    let kinds = neighbours.kinds();
    let ground = Ground { kinds, labels: &labels, texts, options };
    let field = Field { neighbours: &neighbours, ground, seeded: seeded(options.seed) };
    let mut found = match options.balls {
        None => field.all(),
        Some(wanted) => field.sampled(wanted),
    };
    found.balls.par_sort_unstable_by_key(|ball| ball.centre);
    Ok(found)
}

fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Where balls grow.
struct Field<'a> {
    neighbours: &'a Neighbours,
    ground: Ground<'a>,
    seeded: ChaCha8Rng,
}

/// What a thread keeps from centre to centre.
#[derive(Default)]
struct Scratch {
    near: Vec<(u32, u32)>,
    pools: Pools,
}

impl Field<'_> {
    /// A ball around every row that has one.
    fn all(&self) -> Balls {
        let count = self.ground.kinds.len();
        let tasks: Vec<Balls> = (0..count.div_ceil(TASK))
            .into_par_iter()
            .map_init(Scratch::default, |scratch, task| {
                self.of_kinds(scratch, task * TASK..count.min((task + 1) * TASK))
            })
            .collect();
        let mut all = Balls::none();
        for mut task in tasks {
            all.summary.add(&task.summary);
            all.balls.append(&mut task.balls);
        }
        all
    }

    /// The balls around all rows of some kinds, whose neighbours are looked for once a kind.
    fn of_kinds(&self, scratch: &mut Scratch, kinds: std::ops::Range<usize>) -> Balls {
        let mut found = Balls::none();
        for kind in kinds {
            let kind = row_number(kind);
            self.neighbours.near_in_order(kind, &mut scratch.near);
            let mut filled_for = None;
            for place in self.ground.kinds.places(kind) {
                let label = self.ground.labels[place];
                if filled_for != Some(label) {
                    scratch.pools.fill(&self.ground, &scratch.near, label);
                    filled_for = Some(label);
                }
                let (centre, grown) = self.grow(&mut scratch.pools, place);
                found.add(centre, grown);
            }
        }
        found
    }

    /// The first `wanted` balls around centres in a random order.
    fn sampled(&self, wanted: u64) -> Balls {
        let ranked = self.ranked();
        let batch = usize::try_from(wanted).unwrap_or(BATCH.1).clamp(BATCH.0, BATCH.1);
        let mut found = Balls::none();
        for places in ranked.chunks(batch) {
            if found.summary.balls >= wanted {
                break;
            }
            let grown: Vec<_> = places
                .par_iter()
                .map_init(Scratch::default, |scratch, &place| {
                    let kind = self.ground.kinds.of(self.ground.kinds.rows()[place]);
                    self.neighbours.near_in_order(kind, &mut scratch.near);
                    scratch.pools.fill(&self.ground, &scratch.near, self.ground.labels[place]);
                    self.grow(&mut scratch.pools, place)
                })
                .collect();
            // Centres grown past the last ball wanted are not counted as tried.
            for (centre, grown) in grown {
                if found.summary.balls < wanted {
                    found.add(centre, grown);
                }
            }
        }
        found
    }

    /// The places of all rows, in the random order of their rows.
    fn ranked(&self) -> Vec<usize> {
        let mut rng = self.seeded.clone();
        rng.set_stream(RANK_STREAM);
        let rows = self.ground.kinds.rows();
        let ranks: Vec<u64> = rows.iter().map(|_| rng.next_u64()).collect();
        let mut places: Vec<usize> = (0..rows.len()).collect();
        places.par_sort_unstable_by_key(|&place| (ranks[rows[place] as usize], rows[place]));
        places
    }

    fn grow(&self, pools: &mut Pools, place: usize) -> (u32, Result<Grown, Failure>) {
        let centre = self.ground.kinds.rows()[place];
        let mut rng = self.seeded.clone();
        rng.set_stream(u64::from(centre));
        (centre, pools.grow(&self.ground, place, &mut rng))
    }
}

impl Balls {
    fn none() -> Self {
        Self { balls: Vec::new(), summary: BallSummary::default() }
    }

    fn add(&mut self, centre: u32, grown: Result<Grown, Failure>) {
        match grown {
            Ok(Grown { members, same, other }) => {
                let ball = Ball { centre, members, same, other };
                self.summary.add_ball(&ball);
                self.balls.push(ball);
            }
            Err(failure) => {
                self.summary.tried += 1;
                match failure {
                    Failure::TooFew => self.summary.too_few += 1,
                    Failure::Imbalanced => self.summary.imbalanced += 1,
                }
            }
        }
    }
}
