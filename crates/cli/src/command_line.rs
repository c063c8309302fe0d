//! The command that was given, and those that go on from it.

use foretell_llm::Short;
use std::collections::HashSet;
use std::path::Path;

/// The command with twice the budgets that were used up. That of a model in a study file is left to
/// the user, who finds it named above.
pub(crate) fn with_larger_budgets(command: &str, short: &[(String, Short)]) -> String {
    let mut command = command.to_owned();
    let mut doubled = HashSet::new();
    for (_, short) in short {
        let (old, new) = (short.budget, 2.0 * short.budget);
        if !doubled.insert((short.model.clone(), old.to_bits())) {
            continue;
        }
        let flag = if short.model.is_some() { "budget=" } else { "--budget" };
        command = match replaced(&command, flag, old, new) {
            Some(command) => command,
            None if short.model.is_none() => format!("{command} --budget {new}"),
            None => command,
        };
    }
    command
}

/// The command with the amount after `flag` replaced, where it is this one.
fn replaced(command: &str, flag: &str, old: f64, new: f64) -> Option<String> {
    let starts = command.match_indices(flag).map(|(at, _)| at + flag.len());
    for start in starts {
        let skip = usize::from(command[start..].starts_with([' ', '=']));
        let amount = &command[start + skip..];
        let end = amount.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(amount.len());
        if amount[..end].parse() == Ok(old) {
            let (before, after) = (&command[..start + skip], &amount[end..]);
            return Some(format!("{before}{new}{after}"));
        }
    }
    None
}

/// The command that goes on with the run in `folder`.
pub(crate) fn resume(folder: &Path) -> String {
    let names_it = |arg: &std::ffi::OsString| arg.to_string_lossy().starts_with("--out");
    if std::env::args_os().any(|arg| names_it(&arg))
        || std::env::args_os().nth(1).is_some_and(|command| command == "grow")
    {
        return command();
    }
    format!("{} --out {}", command(), quoted(&folder.display().to_string()))
}

/// The command that was given. It holds no key: those are named, and come from the environment.
pub(crate) fn command() -> String {
    let args = std::env::args_os().skip(1).map(|arg| quoted(&arg.to_string_lossy()));
    std::iter::once("foretell".to_owned()).chain(args).collect::<Vec<_>>().join(" ")
}

/// An argument as a shell takes it.
pub(crate) fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) {
        arg.to_owned()
    } else {
        format!("'{}'", arg.replace('\'', r"'\''"))
    }
}
