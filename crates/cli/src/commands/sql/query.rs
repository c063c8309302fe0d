//! Queries, where the program was built with the feature `sql`.

use crate::Done;
use crate::args::sql::{SqlArgs, SqlFormat};
use crate::exit::{DONE, Failure, INPUT, USAGE};
use crate::output::{say, show};
use foretell_analysis::Contrast;
use foretell_analysis::sql::{Environment, Form, Sql, SqlError, SqlOptions, statements};
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

pub(crate) fn run(args: &SqlArgs) -> Done {
    let contrast = Contrast { arm: args.arm.clone(), against: args.against.clone() };
    if args.views {
        show(statements(&contrast).trim_end());
        return Ok(DONE);
    }
    let (query, runs) = args.what.split_last().expect("clap asks for one");
    if runs.is_empty() {
        return Err(Failure::said(
            USAGE,
            "a run and a query are needed",
            "such as `foretell sql RUN 'select * from counts limit 3'`",
        ));
    }
    let format = format(args)?;
    if let Some(out) = args.out.as_ref().filter(|out| out.exists() && !args.force) {
        let help = "name another file, or replace it with `--force`";
        return Err(Failure::said(INPUT, format!("{} is there already", out.display()), help));
    }
    let options = SqlOptions {
        contrast,
        memory: args.memory,
        cluster: args.cluster.clone(),
        environment: environment(),
    };
    let sql = Sql::open(runs, &options)?;
    let form = match format {
        SqlFormat::Table => Form::Table,
        SqlFormat::Json => Form::Json,
        SqlFormat::Csv => Form::Csv,
        SqlFormat::Parquet => {
            let out = args.out.as_deref().expect("checked above");
            let rows = sql.write_parquet(query, out)?;
            say(&format!("wrote {}: {} rows", out.display(), foretell_core::count(rows)));
            return Ok(DONE);
        }
    };
    match &args.out {
        Some(out) => write(&sql, query, form, out)?,
        None => print(&sql, query, form)?,
    }
    Ok(DONE)
}

/// The format asked for, or that of the file's ending.
fn format(args: &SqlArgs) -> Result<SqlFormat, Failure> {
    let ending = args.out.as_ref().and_then(|out| out.extension());
    let by_ending = match ending.and_then(|ending| ending.to_str()) {
        Some("csv") => Some(SqlFormat::Csv),
        Some("json") => Some(SqlFormat::Json),
        Some("parquet") => Some(SqlFormat::Parquet),
        _ => None,
    };
    let format = args.format.or(by_ending).unwrap_or(SqlFormat::Table);
    if format == SqlFormat::Parquet && args.out.is_none() {
        let said = "`--format parquet` writes a file, and no file is named";
        return Err(Failure::said(USAGE, said, "add `--out answer.parquet`"));
    }
    Ok(format)
}

/// What object stores are set up by.
fn environment() -> Environment {
    let known = |name: &String| name.starts_with("AWS_") || name.starts_with("GOOGLE_");
    let text = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    text.filter(|(name, _)| known(name)).collect()
}

fn print(sql: &Sql, query: &str, form: Form) -> Result<(), Failure> {
    let mut out = BufWriter::new(Closable(std::io::stdout().lock()));
    sql.write(query, form, &mut out)?;
    out.flush().map_err(|fault| {
        let path = Path::new("standard output").to_owned();
        SqlError::Write { path, fault: fault.to_string() }.into()
    })
}

fn write(sql: &Sql, query: &str, form: Form, path: &Path) -> Result<(), Failure> {
    let at =
        |fault: std::io::Error| SqlError::Write { path: path.to_owned(), fault: fault.to_string() };
    let mut out = BufWriter::new(File::create(path).map_err(at)?);
    sql.write(query, form, &mut out)?;
    out.flush().map_err(at)?;
    say(&format!("wrote {}", path.display()));
    Ok(())
}

/// Standard output that may be closed: whoever reads has had enough, as with `| head`.
struct Closable<W>(W);

impl<W: Write> Write for Closable<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(fault) if fault.kind() == ErrorKind::BrokenPipe => std::process::exit(DONE.into()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}
