//! `foretell data fetch`.

use crate::Done;
use crate::args::data::DataFetchArgs;
use crate::exit::{DONE, Failure};
use crate::fetching::{cache_dir, fetch_all};
use foretell_core::card::Source;

pub(crate) fn run(args: &DataFetchArgs) -> Done {
    let cards = super::cards(&args.place)?;
    let wanted: Vec<&str> = if args.datasets.is_empty() {
        cards.tables().collect()
    } else {
        args.datasets.iter().map(String::as_str).collect()
    };
    let sources: Vec<(&str, &Source)> = wanted
        .into_iter()
        .map(|dataset| Ok((dataset, cards.tabular(dataset)?.source)))
        .collect::<Result<_, Failure>>()?;
    fetch_all(&sources, args.place.raw.as_deref(), &cache_dir()?)?;
    Ok(DONE)
}
