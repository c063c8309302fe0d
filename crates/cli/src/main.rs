//! The program `foretell`: measures whether a language model's explanations tell how it decides.

mod args;
mod command_line;
mod commands;
mod confirm;
mod exit;
mod fetching;
mod grid;
mod interrupt;
mod output;
mod plan;
mod progress;
mod saving;
mod sparkline;

use args::{Cli, Command};
use clap::Parser;
use exit::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Run(args) => commands::run::run(&args),
        Command::Judge(args) => commands::judge::run(&args),
        Command::Grow(args) => commands::grow::run(&args),
        Command::Init(args) => commands::init::run(&args),
        Command::Analyze(args) => commands::analyze::run(&args),
        Command::Plot(args) => commands::plot::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Sql(args) => commands::sql::run(&args),
        Command::Show(args) => commands::show::run(&args),
        Command::Human(args) => commands::human::run(&args),
        Command::View(args) => commands::view::run(&args),
        Command::Runs(args) => commands::runs::run(&args),
        Command::Prompt(args) => commands::prompt::run(&args),
        Command::Parse(args) => commands::parse::run(&args),
        Command::Data(args) => commands::data::run(&args),
        Command::Pairs(args) => commands::pairs::run(&args),
        Command::Models(args) => commands::models::run(&args),
        Command::Import(args) => commands::import::run(&args),
        Command::Export(args) => commands::export::run(&args),
        Command::Calibrate(args) => commands::calibrate::run(&args),
        Command::Power(args) => commands::power::run(&args),
        Command::Cost(args) => commands::cost::run(&args),
        Command::Batch(args) => commands::batch::run(&args),
        Command::Ledger(args) => commands::ledger::run(&args),
    };
    match result {
        Ok(status) => ExitCode::from(status),
        Err(failure) => failure.tell(),
    }
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command gives: its exit status, or what went wrong.
type Done = Result<u8, Failure>;
