//! What is printed: results to standard output, everything else to standard error.

use crate::exit::UNEXPECTED;
use std::io::{ErrorKind, Write};

/// Prints a result line, at once: what cannot be written ends the program, since a result that is
/// lost is no success.
pub(crate) fn show(text: &str) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => {}
        // Whoever reads has had enough: `foretell ... | head` is no failure.
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(fault) => {
            say(&format!("standard output cannot be written: {fault}"));
            std::process::exit(UNEXPECTED.into());
        }
    }
}

/// Prints a line for the person at the terminal.
pub(crate) fn say(text: &str) {
    // There is nowhere left to tell that standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Text of a model or a file without control characters, which could steer the terminal.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_taken_out() {
        assert_eq!(harmless("a\u{1b}[31mb\nc\u{7}"), "a[31mb\nc");
    }
}
