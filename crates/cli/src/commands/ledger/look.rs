//! `foretell ledger ls`, `show` and `export`.

use super::{existing, reader};
use crate::Done;
use crate::args::TextFormat;
use crate::args::ledger::{LedgerExportArgs, LedgerLsArgs, LedgerShowArgs};
use crate::exit::{DONE, Failure, INPUT};
use crate::grid::{csv, table};
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_llm::{LedgerGroup, StoredRequest};
use foretell_study::StudyError;
use foretell_tables::temporary;
use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Keys that are named where the first digits fit several.
const MOST_NAMED: u32 = 5;

pub(crate) fn ls(args: &LedgerLsArgs) -> Done {
    let path = existing(&args.ledger)?;
    let groups = reader(&args.ledger)?.groups().map_err(StudyError::from)?;
    match args.format {
        TextFormat::Table => show(&for_people(&groups)),
        TextFormat::Json => {
            show(&serde_json::to_string_pretty(&groups).expect("a list is always JSON"));
        }
        TextFormat::Csv => show(as_csv(&groups).trim_end()),
    }
    let (requests, attempts) = (
        groups.iter().map(|group| group.requests).sum::<u64>(),
        groups.iter().map(|group| group.attempts).sum::<u64>(),
    );
    let bytes: u64 = ["", "-wal"]
        .iter()
        .filter_map(|ending| std::fs::metadata(format!("{}{ending}", path.display())).ok())
        .map(|found| found.len())
        .sum();
    say(&format!(
        "{}, {}, {} kB in {}",
        counted(requests, "request"),
        counted(attempts, "attempt"),
        count(bytes.div_ceil(1000)),
        path.display()
    ));
    Ok(DONE)
}

const COLUMNS: [&str; 6] = ["api", "model", "status", "requests", "attempts", "cost_usd"];

fn for_people(groups: &[LedgerGroup]) -> String {
    let row = |group: &LedgerGroup| {
        vec![
            group.api.clone(),
            group.model.clone(),
            group.status.clone(),
            count(group.requests),
            count(group.attempts),
            group.cost_usd.map_or("not reported".to_owned(), |cost| format!("${cost:.4}")),
        ]
    };
    let [api, model, status, requests, attempts, _] = COLUMNS;
    let columns = [api, model, status, requests, attempts, "cost"];
    table(&columns, 3, &groups.iter().map(row).collect::<Vec<_>>())
}

fn as_csv(groups: &[LedgerGroup]) -> String {
    let row = |group: &LedgerGroup| {
        vec![
            json!(group.api),
            json!(group.model),
            json!(group.status),
            json!(group.requests),
            json!(group.attempts),
            json!(group.cost_usd),
        ]
    };
    csv(&COLUMNS, &groups.iter().map(row).collect::<Vec<_>>())
}

pub(crate) fn show_request(args: &LedgerShowArgs) -> Done {
    let reader = reader(&args.ledger)?;
    let digits = args.key.to_lowercase();
    let keys = reader.keys_like(&digits, MOST_NAMED).map_err(StudyError::from)?;
    let said = |message: String, help: &str| Err(Failure::said(INPUT, message, help));
    match keys.as_slice() {
        [] => said(
            format!("no request has the key `{}`", harmless(&args.key)),
            "a key has 32 hex digits, of which the first will do; `reply_key` of the tables names them",
        ),
        [key] => {
            let request = reader.request(key).map_err(StudyError::from)?;
            let request = request.expect("the key was found a moment ago");
            show(&serde_json::to_string_pretty(&request).expect("a request is always JSON"));
            Ok(DONE)
        }
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            said(
                format!("several requests have keys that begin so: {}", names.join(", ")),
                "give more digits",
            )
        }
    }
}

pub(crate) fn export(args: &LedgerExportArgs) -> Done {
    let reader = reader(&args.ledger)?;
    match &args.out {
        None => {
            let each = |request| show(&line(&request));
            reader.each_request(each).map_err(StudyError::from)?;
        }
        Some(path) => {
            let at = |fault| StudyError::Io { path: path.clone(), fault };
            if path.exists() && !args.force {
                return Err(StudyError::Exists { path: path.clone() }.into());
            }
            // It gets its name once it is whole.
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let file = temporary(".ledger-", folder.unwrap_or(Path::new("."))).map_err(at)?;
            let mut out = BufWriter::new(&file);
            let mut written: std::io::Result<()> = Ok(());
            reader
                .each_request(|request| {
                    if written.is_ok() {
                        written = writeln!(out, "{}", line(&request));
                    }
                })
                .map_err(StudyError::from)?;
            written.and_then(|()| out.flush()).map_err(at)?;
            drop(out);
            file.persist(path).map_err(|fault| at(fault.error))?;
        }
    }
    Ok(DONE)
}

fn line(request: &StoredRequest) -> String {
    serde_json::to_string(request).expect("a request is always JSON")
}
