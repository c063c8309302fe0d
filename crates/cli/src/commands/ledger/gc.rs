//! `foretell ledger gc`.

use super::existing;
use crate::Done;
use crate::args::ledger::LedgerGcArgs;
use crate::exit::DONE;
use crate::output::{say, show};
use foretell_core::{count, counted};
use foretell_llm::{Sweep, sweep_ledger};
use foretell_study::{StudyError, used_keys};

pub(crate) fn run(args: &LedgerGcArgs) -> Done {
    let path = existing(&args.ledger)?;
    let used = if args.unused.is_empty() { None } else { Some(used_keys(&args.unused, &path)?) };
    let sweep = Sweep { superseded: args.superseded, used, delete: args.delete };
    let swept = sweep_ledger(&path, &sweep).map_err(StudyError::from)?;
    let cost = if swept.cost_usd > 0.0 {
        format!(", which had cost ${:.2}", swept.cost_usd)
    } else {
        String::new()
    };
    show(&format!(
        "{} and {}{}: {} kB",
        counted(swept.requests, "request"),
        counted(swept.attempts, "attempt"),
        cost,
        count(swept.bytes.div_ceil(1000)),
    ));
    if !args.delete {
        say("nothing was changed; `--delete` takes them out");
    }
    Ok(DONE)
}
