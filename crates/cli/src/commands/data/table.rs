//! `foretell data table`.

use crate::Done;
use crate::args::data::DataTableArgs;
use crate::exit::{DONE, Failure, INPUT, UNEXPECTED, USAGE};
use crate::fetching::raw_folders;
use crate::output::say;
use foretell_core::counted;
use foretell_data::{DataError, Table, raw_file};
use std::io::{BufWriter, ErrorKind};
use std::path::Path;

pub(crate) fn run(args: &DataTableArgs) -> Done {
    let is =
        |out: &Path, end: &str| out.extension().is_some_and(|own| own.eq_ignore_ascii_case(end));
    let out = args.out.as_deref();
    if let Some(out) = out.filter(|out| !is(out, "csv") && !is(out, "parquet")) {
        let message = format!("{}: neither .csv nor .parquet", out.display());
        return Err(Failure::said(USAGE, message, "the name of the file says its format"));
    }
    let cards = super::cards(&args.place)?;
    let source = cards.tabular(&args.card)?.source;
    let path = raw_file(&args.card, source, &raw_folders(args.place.raw.as_deref()))?;
    let table = Table::load(&cards, &args.card, &path)?;
    match out {
        None => print(&table)?,
        Some(out) if is(out, "parquet") => table.write_parquet(out).map_err(DataError::from)?,
        Some(out) => {
            let file = std::fs::File::create(out);
            file.and_then(|file| table.write_csv(BufWriter::new(file)))
                .map_err(|fault| DataError::Io { path: out.to_owned(), fault })?;
        }
    }
    if let Some(out) = out {
        say(&format!("wrote {}: {}", out.display(), counted(table.rows() as u64, "row")));
    }
    Ok(DONE)
}

fn print(table: &Table) -> Result<(), Failure> {
    match table.write_csv(BufWriter::new(std::io::stdout().lock())) {
        // Whoever reads has had enough: `foretell ... | head` is no failure.
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(fault) => {
            let status = if fault.kind() == ErrorKind::StorageFull { INPUT } else { UNEXPECTED };
            Err(Failure::said(
                status,
                format!("standard output: {fault}"),
                "name a file with `--out`",
            ))
        }
        Ok(()) => Ok(()),
    }
}
