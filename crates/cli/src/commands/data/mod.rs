//! `foretell data`: one file a subcommand.

mod check;
mod fetch;
mod list;
mod pairs;
mod show;
mod table;
mod template;

use crate::Done;
use crate::args::data::{DataArgs, DataCommand, PlaceArgs};
use crate::exit::Failure;
use foretell_data::Cards;

pub(crate) fn run(args: &DataArgs) -> Done {
    match &args.command {
        DataCommand::List(args) => list::run(args),
        DataCommand::Show(args) => show::run(args),
        DataCommand::Check(args) => check::run(args),
        DataCommand::Table(args) => table::run(args),
        DataCommand::Template(args) => template::run(args),
        DataCommand::Fetch(args) => fetch::run(args),
        DataCommand::Pairs(args) => pairs::run(args),
    }
}

/// The cards at hand.
fn cards(place: &PlaceArgs) -> Result<Cards, Failure> {
    let cards = Cards::embedded();
    match &place.cards {
        Some(folder) => Ok(cards.with_dir(folder)?),
        None => Ok(cards),
    }
}
