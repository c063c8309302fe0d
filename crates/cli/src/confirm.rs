//! Asking before requests that may cost money.

use crate::exit::{Failure, USAGE};
use crate::output::say;
use foretell_core::count;
use foretell_study::Planned;
use std::io::{BufRead, IsTerminal, Write};

/// Says how many requests go to which paid model, and asks; `--yes` answers beforehand.
pub(crate) fn confirm(plan: &[Planned], yes: bool) -> Result<bool, Failure> {
    let paid: Vec<&Planned> =
        plan.iter().filter(|planned| planned.may_cost && planned.requests > 0).collect();
    if paid.is_empty() {
        return Ok(true);
    }
    say("requests that may cost money:");
    for planned in &paid {
        let most = if planned.at_most { "at most " } else { "" };
        let requests = count(planned.requests);
        say(&format!("  {}: {most}{requests} for {}", planned.model, planned.stage));
    }
    if yes {
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
