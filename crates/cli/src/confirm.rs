//! Asking before requests that may cost money.

use crate::exit::{Failure, USAGE};
use crate::grid::dollars;
use crate::output::say;
use crate::plan::of_paid;
use foretell_core::count;
use foretell_study::{Plan, Planned};
use std::io::{BufRead, IsTerminal, Write};

/// Says what may cost money, and asks; `--yes` answers beforehand, and what is estimated to cost at
/// most `above` US dollars needs no consent.
pub(crate) fn confirm(plan: &Plan, yes: bool, above: Option<f64>) -> Result<bool, Failure> {
    if plan.paid().next().is_none() {
        return Ok(true);
    }
    say("requests that may cost money:");
    if plan.paid().any(|row| row.estimate.is_some()) {
        say(&of_paid(plan, !yes));
    } else {
        plan.paid().for_each(|row| say(&counted(row)));
    }
    if yes {
        return Ok(true);
    }
    let money = plan.money();
    let free = plan.paid().all(|row| {
        row.estimate.as_ref().is_some_and(|estimate| estimate.rate == foretell_llm::Rate::Free)
    });
    // What costs nothing by the token may still start a server, and is asked about.
    if let Some(above) = above
        && money.unknown.is_empty()
        && !free
        && money.usd.high <= above
    {
        say(&format!("sent without asking: at most {} (`--confirm-above`)", dollars(above)));
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::said(
            USAGE,
            "nothing was sent: these requests need your consent",
            "add `--yes` to send them without being asked",
        ));
    }
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "send them? [y/N] ").and_then(|()| err.flush());
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A row without an estimate.
fn counted(row: &Planned) -> String {
    let most = if row.at_most { "at most " } else { "" };
    format!("  {}: {most}{} for {}", row.model, count(row.requests), row.stage)
}
