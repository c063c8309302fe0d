//! Neighbours and balls on synthetic tables.

use foretell_data::neighbours::{BallOptions, CodeTable, Method, Neighbours, balls};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const COLUMNS: usize = 12;
/// Comparing all rows takes minutes above this.
const MOST_EXHAUSTIVE: usize = 30_000;

/// How the rows of a table come about.
#[derive(Clone, Copy)]
enum Shape {
    /// Every code is equally likely: few neighbours where there are many levels.
    Uniform,
    /// Every ninth row is drawn so; the eight after it differ from it in one column: most have a ball.
    Clustered,
}

/// Finds all neighbours and all balls of tables of 12 columns and up to so many rows.
///
/// `--rows N`: the most rows (a million), `--from N`: the fewest (a thousand), `--levels N`: only this
/// number of levels (16 and 4). Rows grow tenfold from line to line.
pub(crate) fn run(args: &[String]) {
    let number = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        Some(args.get(place + 1)?.parse::<usize>().expect("a number after the flag"))
    };
    let most = number("--rows").unwrap_or(1_000_000);
    let from = number("--from").unwrap_or(1_000);
    let levels = number("--levels").map_or(vec![16, 4], |levels| vec![levels]);
    println!(
        "neighbours: {COLUMNS} columns, distance 2, {} threads; seconds",
        rayon::current_num_threads()
    );
    for levels in levels {
        let levels = u16::try_from(levels).expect("levels are 16-bit numbers");
        for (name, shape) in [("uniform", Shape::Uniform), ("clustered", Shape::Clustered)] {
            println!("{levels} levels, {name}");
            println!(
                "  {:>10} {:>10} {:>12} {:>8} {:>8} {:>7} {:>8} {:>10} {:>8} {:>9}",
                "rows",
                "distinct",
                "method",
                "prepare",
                "search",
                "growth",
                "all",
                "pairs",
                "balls",
                "in"
            );
            let mut rows = from;
            let mut before = None;
            while rows <= most {
                before = Some(measure(rows, levels, shape, before));
                rows *= 10;
            }
        }
    }
}

/// Prints a line, and returns the seconds that all neighbours took.
fn measure(rows: usize, levels: u16, shape: Shape, before: Option<f64>) -> f64 {
    let table = table(rows, levels, shape);
    let start = Instant::now();
    let neighbours = Neighbours::new(&table, 2);
    let prepared = start.elapsed().as_secs_f64();
    let pairs = pairs(&neighbours);
    let total = start.elapsed().as_secs_f64();
    let (distinct, method) = (neighbours.distinct(), neighbours.method());
    drop(neighbours);
    let exhaustive = (rows <= MOST_EXHAUSTIVE && method != Method::Exhaustive).then(|| {
        let start = Instant::now();
        let found = self::pairs(&Neighbours::by(&table, 2, Method::Exhaustive));
        assert_eq!(found, pairs, "both methods find the same");
        start.elapsed().as_secs_f64()
    });
    let labels: Vec<u32> = (0..rows).map(|row| u32::from(mixed(row as u64, 99) & 1 == 0)).collect();
    // A text a row: texts never join rows here, and every neighbour may be drawn.
    let texts: Vec<u32> = (0..).take(rows).collect();
    let start = Instant::now();
    let found = balls(&table, &labels, &texts, &BallOptions::default()).expect("sound options");
    let grown = start.elapsed().as_secs_f64();
    let method = match method {
        Method::Exhaustive => "exhaustive".to_owned(),
        Method::Blocks(count) => format!("{count} blocks"),
    };
    let growth = before.map_or(String::new(), |before| format!("x{:.1}", total / before));
    let search = total - prepared;
    let all = exhaustive.map_or(String::new(), |all| format!("x{:.1}", all / total));
    let balls = found.summary.balls;
    println!(
        "  {rows:>10} {distinct:>10} {method:>12} {prepared:>8.3} {search:>8.3} {growth:>7} {all:>8} \
         {pairs:>10} {balls:>8} {grown:>9.3}"
    );
    total
}

fn pairs(neighbours: &Neighbours) -> u64 {
    let pairs = AtomicU64::new(0);
    neighbours.for_each(|_, near| {
        pairs.fetch_add(near.len() as u64, Ordering::Relaxed);
    });
    pairs.into_inner()
}

fn table(rows: usize, levels: u16, shape: Shape) -> CodeTable {
    let code = |row: usize, column: usize| {
        let code = |row: usize| mixed(row as u64, column as u64) % u64::from(levels);
        let drawn = match shape {
            Shape::Uniform => code(row),
            Shape::Clustered => {
                let parent = row - row % 9;
                let moved = mixed(row as u64, 50) % COLUMNS as u64 == column as u64;
                code(if moved { row } else { parent })
            }
        };
        u16::try_from(drawn).expect("a code is below the levels")
    };
    let columns: Vec<Vec<u16>> =
        (0..COLUMNS).map(|column| (0..rows).map(|row| code(row, column)).collect()).collect();
    CodeTable::from_columns(&[u32::from(levels); COLUMNS], &columns).expect("a sound table")
}

/// A number for a row and a purpose, as if drawn at random (SplitMix64).
fn mixed(row: u64, purpose: u64) -> u64 {
    let mut x = row.wrapping_mul(100).wrapping_add(purpose).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
