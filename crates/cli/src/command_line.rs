//! The command that was given, and those that go on from it.

use foretell_llm::{ModelSpec, Short, budget_of};
use foretell_study::Study;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// A command: the arguments after the name of the program.
///
/// They are quoted only where it is printed, so that a change to one of them leaves a command that a
/// shell takes. It holds no key: those are named, and come from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandLine(Vec<String>);

impl CommandLine {
    /// The command that was given.
    pub(crate) fn given() -> Self {
        Self(std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect())
    }

    /// The command that makes a run anew: the one that was given, or where that needs a run that is
    /// there, one made of the study; none where no flags say all that the study says.
    pub(crate) fn making(study: &Study) -> Option<Self> {
        let given = Self::given();
        if given.0.first().is_some_and(|first| first == "run") {
            return Some(given);
        }
        Self::of(study)
    }

    /// The command whose flags say what a study says.
    pub(crate) fn of(study: &Study) -> Option<Self> {
        let args = study.arguments()?;
        Some(Self(std::iter::once("run".to_owned()).chain(args).collect()))
    }

    /// The command that goes on with the run in `folder`.
    pub(crate) fn resume(folder: &Path) -> Self {
        let mut command = Self::given();
        let names_it = |arg: &String| arg.starts_with("--out");
        let is_grow = command.0.first().is_some_and(|first| first == "grow");
        if !is_grow && !command.0.iter().any(names_it) {
            command.0.extend(["--out".to_owned(), folder.display().to_string()]);
        }
        command
    }

    /// The same with twice the budgets that were used up. That of a model in a study file is left to
    /// the user, who finds it named above.
    pub(crate) fn with_larger_budgets(mut self, short: &[(String, Short)]) -> Self {
        let mut enlarged = BTreeSet::new();
        for (_, short) in short {
            if enlarged.insert(short.model.clone()) {
                let usd = 2.0 * short.budget;
                match &short.model {
                    Some(name) => self.set_budget_of(name, usd),
                    None => self.set_budget(usd),
                }
            }
        }
        self
    }

    /// Gives `--budget`, however it was given before.
    fn set_budget(&mut self, usd: f64) {
        const FLAG: &str = "--budget";
        for at in 0..self.0.len() {
            if self.0[at] == FLAG && at + 1 < self.0.len() {
                self.0[at + 1] = usd.to_string();
                return;
            }
            if self.0[at].strip_prefix(FLAG).is_some_and(|rest| rest.starts_with('=')) {
                self.0[at] = format!("{FLAG}={usd}");
                return;
            }
        }
        self.0.extend([FLAG.to_owned(), usd.to_string()]);
    }

    /// Changes the option `budget=` of the model of that name, wherever an argument gives it.
    fn set_budget_of(&mut self, name: &str, usd: f64) {
        for arg in &mut self.0 {
            let flag = arg.starts_with("--").then(|| arg.find('=')).flatten();
            let start = flag.map_or(0, |at| at + 1);
            let spec = match ModelSpec::parse(&arg[start..]) {
                Ok(spec) if spec.name == name && matches!(budget_of(&spec), Ok(Some(_))) => spec,
                _ => continue,
            };
            let option = format!("budget={}", spec.option("budget").unwrap_or_default());
            let places = arg.match_indices(&option);
            let is_whole = |at: usize| {
                arg[..at].ends_with(['?', '&']) && {
                    let rest = &arg[at + option.len()..];
                    rest.is_empty() || rest.starts_with('&')
                }
            };
            if let Some(at) = places.map(|(at, _)| at).find(|at| is_whole(*at)) {
                arg.replace_range(at..at + option.len(), &format!("budget={usd}"));
            }
        }
    }
}

/// As a shell takes it.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("foretell")?;
        self.0.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_llm::Spent;

    fn larger(args: &[&str], short: &[(Option<&str>, f64)]) -> String {
        let command = CommandLine(args.iter().map(|arg| (*arg).to_owned()).collect());
        let of = |(model, budget): &(Option<&str>, f64)| {
            let (model, budget) = (model.map(str::to_owned), *budget);
            (String::new(), Short { model, budget, spent: Spent::default(), next: 0.0 })
        };
        let short: Vec<_> = short.iter().map(of).collect();
        command.with_larger_budgets(&short).to_string()
    }

    #[test]
    fn a_budget_is_given_once_in_whatever_form_it_was_given() {
        let run = [(None, 20.0), (None, 20.0)];
        for amount in ["20", "$20", "2e1", "20.0", "+20"] {
            let expected = "foretell run s.toml --budget 40 --yes";
            assert_eq!(larger(&["run", "s.toml", "--budget", amount, "--yes"], &run), expected);
            let joined = format!("--budget={amount}");
            assert_eq!(larger(&["run", &joined], &run), "foretell run --budget=40");
        }
        // That of a study file, or of the run.
        assert_eq!(
            larger(&["run", "my study.toml"], &run),
            "foretell run 'my study.toml' --budget 40"
        );
    }

    #[test]
    fn the_budget_of_a_model_is_found_by_its_name() {
        let short = [(Some("a"), 10.0), (None, 50.0)];
        let args = [
            "run",
            "--reference",
            "openai:gpt-5-mini?budget=1e1&name=a",
            "--reference=openai:gpt-5-mini?my_budget=10&budget=10&name=b",
            "--predictor=openai:gpt-5-mini?name=a&budget=1e1",
        ];
        let expected = "foretell run --reference 'openai:gpt-5-mini?budget=20&name=a' \
             '--reference=openai:gpt-5-mini?my_budget=10&budget=10&name=b' \
             '--predictor=openai:gpt-5-mini?name=a&budget=20' --budget 100";
        assert_eq!(larger(&args, &short), expected);
        // In a study file: the user changes it there.
        assert_eq!(larger(&["run", "s.toml"], &short[..1]), "foretell run s.toml");
    }
}
