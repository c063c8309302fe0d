//! `foretell ledger merge`.

use super::{existing, file};
use crate::Done;
use crate::args::ledger::LedgerMergeArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{say, show};
use foretell_core::counted;
use foretell_llm::{Journal, journal_for, merge_ledger};
use foretell_study::StudyError;

pub(crate) fn run(args: &LedgerMergeArgs) -> Done {
    let into = file(&args.into)?;
    let from = args.from.iter().map(|path| existing(path)).collect::<Result<Vec<_>, _>>()?;
    let folder = match into.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => ".".into(),
    };
    let at = |fault| StudyError::Io { path: folder.clone(), fault };
    let same = |one: &std::path::Path| match (one.canonicalize(), into.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    let journal = journal_for(&folder).map_err(at)?;
    if let Journal::Rollback(name) = &journal {
        let folder = folder.display();
        say(&format!("{folder} lies on {name}: let no other machine write to it meanwhile"));
    }
    for path in &from {
        if same(path) {
            return Err(Failure::said(
                INPUT,
                format!("{} is the ledger that grows", path.display()),
                "leave it out of those that are brought in",
            ));
        }
    }
    for path in &from {
        let merged = merge_ledger(&into, path, journal).map_err(StudyError::from)?;
        let requests = counted(merged.requests, "new request");
        let attempts = counted(merged.attempts, "new attempt");
        show(&format!("{}: {requests}, {attempts}", path.display()));
        if merged.differing > 0 {
            let (differing, replaced) = (merged.differing, merged.replaced);
            let noun = if differing == 1 { "request has" } else { "requests have" };
            say(&format!(
                "  {differing} {noun} another end here and there: {replaced} now end as there, the \
                 others stay"
            ));
        }
        if merged.handed > 0 {
            let handed = counted(merged.handed, "request");
            say(&format!(
                "  {handed} in batches on their way there: nobody asks them here until their replies are \
                 merged too, or the file is given up (`foretell batch forget`)"
            ));
        }
    }
    Ok(DONE)
}
