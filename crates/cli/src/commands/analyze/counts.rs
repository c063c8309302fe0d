//! Counts as files: written from runs, and read back into gains.

use super::{output, request, runs};
use crate::Done;
use crate::args::Format;
use crate::args::analyze::AnalyzeArgs;
use crate::exit::{DONE, Failure, INPUT, USAGE};
use crate::output::say;
use crate::saving::refuse_existing;
use foretell_analysis::{CountRequest, Counted, Flag, GainRequest, GroupKey, Selection};
use std::path::{Path, PathBuf};

/// The word that asks for counts instead of an analysis.
pub(super) const NAME: &str = "counts";

/// What `--list` says of it.
pub(super) const SAYS: &str = "Counts as a table, one row a group and pair (docs/formats.md), for \
     `--counts` and for other programs.";

/// What counts can be chosen by.
pub(super) const HONOURS: &[Flag] =
    &[Flag::By, Flag::Arm, Flag::Against, Flag::ExcludeSelf, Flag::ConsistentOnly];

/// What can still be asked of counts.
const ASKED: &[Flag] =
    &[Flag::By, Flag::Arm, Flag::Against, Flag::Level, Flag::Bootstrap, Flag::Seed];

/// Whether counts are asked for.
pub(super) fn asked(args: &AnalyzeArgs) -> bool {
    !args.counts.files.is_empty() || args.what.first().is_some_and(|word| word == Path::new(NAME))
}

pub(super) fn run(args: &AnalyzeArgs) -> Done {
    if args.counts.files.is_empty() { write(args) } else { gains(args) }
}

/// Refuses flags that mean nothing here.
fn refuse(args: &AnalyzeArgs, honoured: &[Flag], what: &str) -> Result<(), Failure> {
    let given = args.given();
    let mut faults: Vec<&str> =
        given.iter().filter(|flag| !honoured.contains(flag)).map(|flag| flag.as_str()).collect();
    faults.extend(args.all.then_some("--all"));
    if faults.is_empty() {
        return Ok(());
    }
    let honoured: Vec<&str> = honoured.iter().map(|flag| flag.as_str()).collect();
    let help = format!("it takes {}", honoured.join(", "));
    Err(Failure::said(USAGE, format!("{what} takes no {}", faults.join(", ")), help))
}

fn write(args: &AnalyzeArgs) -> Done {
    refuse(args, HONOURS, "`counts`")?;
    let help = "such as `foretell analyze counts RUN --out counts.parquet`";
    let Some(out) = &args.out else {
        return Err(Failure::said(USAGE, "`counts` writes a file, and no file is named", help));
    };
    if args.format.is_some_and(|format| format != Format::Parquet)
        || out.extension().is_none_or(|ending| ending != "parquet")
    {
        return Err(Failure::said(USAGE, "counts are written as Parquet only", help));
    }
    refuse_existing(std::slice::from_ref(out), args.force)?;
    let request = request(args)?;
    let runs = runs::named(&args.what[1..])?;
    let paths: Vec<&Path> = runs.iter().map(PathBuf::as_path).collect();
    let counted = CountRequest {
        keys: request.by_or(&[GroupKey::Reference]),
        contrast: request.contrast,
        selection: Selection {
            exclude_self: request.exclude_self,
            consistent_only: request.consistent_only,
            ..Selection::default()
        },
    };
    // A bare file name lies in the folder that the program was started in.
    let rows = counted.write(&paths, &Path::new(".").join(out))?;
    say(&format!("wrote {}: {} rows", out.display(), foretell_core::count(rows)));
    Ok(DONE)
}

fn gains(args: &AnalyzeArgs) -> Done {
    refuse(args, ASKED, "`--counts`")?;
    let runs = match args.what.split_first() {
        Some((word, rest)) if word == Path::new("gain") => rest,
        _ => &args.what[..],
    };
    if let Some(run) = runs.first() {
        let help = "leave out the run, or `--counts`";
        return Err(Failure::said(USAGE, format!("`--counts` and {}", run.display()), help));
    }
    let files = &args.counts.files;
    if let Some(file) = files.iter().find(|file| !file.is_file()) {
        let help = "`foretell analyze counts RUN --out FILE` writes one";
        return Err(Failure::said(INPUT, format!("{}: no such file", file.display()), help));
    }
    let request = request(args)?;
    let target = output::Target::of(args, false)?;
    let wanted = (args.selection.arm.is_some() || args.selection.against.is_some())
        .then_some(&request.contrast);
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let counted = Counted::read(&paths, request.by.as_deref(), wanted)?;
    target.write(&[counted.gains(&GainRequest::from(&request))?])?;
    Ok(DONE)
}
