//! The arguments of `foretell sql`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Query the tables of runs with SQL, in folders or on object stores.
///
/// The tables are predictions, answers, scores, rationales, questions, pairs and models, with the columns
/// that docs/formats.md describes; views over them are guesses, slots, observations, pair_rows, counts
/// and faults (`--views` prints how each is made). Queries read and never write. Without ORDER BY, rows
/// come in no fixed order. Keys and endpoints of stores come from the environment: AWS_ACCESS_KEY_ID,
/// AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL; GOOGLE_APPLICATION_CREDENTIALS. Needs a program that
/// was built with the feature `sql`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foretell sql runs/demo-1a2b3c4d 'select arm, outcome, count(*) from guesses group by arm, outcome'
  foretell sql s3://bucket/runs/a s3://bucket/runs/b 'select * from counts' --out counts.parquet
  foretell sql runs/demo-1a2b3c4d 'select * from faults'
  foretell sql --cluster df://scheduler:50050 s3://bucket/runs/a 'select * from counts' --out counts.parquet
  foretell sql --views")]
pub(crate) struct SqlArgs {
    /// Run folders or their addresses (`s3://BUCKET/RUN`, `gs://BUCKET/RUN`), then the query.
    #[arg(value_name = "RUN|QUERY", required_unless_present = "views")]
    pub(crate) what: Vec<String>,
    /// Print the statements that make the views, for other engines, and stop.
    #[arg(long, conflicts_with_all = ["what", "memory", "format", "out"])]
    pub(crate) views: bool,
    /// The arm that slots and the views over it count as treated.
    #[arg(long, value_name = "ARM", default_value = "with")]
    pub(crate) arm: String,
    /// The arm that they count as the baseline.
    #[arg(long, value_name = "ARM", default_value = "without")]
    pub(crate) against: String,
    /// Answer on a Ballista cluster, whose executors read the tables under the same names: on a store, or in
    /// folders that all machines share. Needs a program built with the feature `cluster`.
    #[arg(long, value_name = "df://HOST:PORT", conflicts_with_all = ["memory", "views"])]
    pub(crate) cluster: Option<String>,
    /// Memory for the state of queries, such as 2GB; what does not fit goes to temporary files [default:
    /// what there is].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<usize>,
    /// How the answer is printed [default: by the ending of `--out`, else a table].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<SqlFormat>,
    /// Write to a file instead.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that is there.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub(crate) force: bool,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SqlFormat {
    /// A table for people.
    Table,
    /// A list of objects.
    Json,
    /// Comma-separated values; what is null is empty.
    Csv,
    /// A Parquet file; needs `--out`.
    Parquet,
}

fn size(text: &str) -> Result<usize, String> {
    let fault = || "a number with MB or GB, such as 512MB".to_owned();
    let upper = text.trim().to_uppercase();
    let (number, unit) = match (upper.strip_suffix("MB"), upper.strip_suffix("GB")) {
        (Some(number), _) => (number, 1_000_000_u64),
        (None, Some(number)) => (number, 1_000_000_000),
        (None, None) => return Err(fault()),
    };
    let number: u64 = number.trim().parse().map_err(|_| fault())?;
    let bytes = number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(fault)?;
    usize::try_from(bytes).map_err(|_| fault())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit() {
        assert_eq!(size("2GB"), Ok(2_000_000_000));
        assert_eq!(size("512 mb"), Ok(512_000_000));
        for text in ["", "2", "GB", "0MB", "-1GB", "99999999999999999999GB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
