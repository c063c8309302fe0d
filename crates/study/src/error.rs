//! What can be wrong with a study, and how to mend it.

use crate::wide::WideError;
use foretell_core::card::CardError;
use foretell_core::labels::LabelsError;
use foretell_core::nearest;
use foretell_core::prompt::PromptError;
use foretell_core::registry::RegistryError;
use foretell_data::DataError;
use foretell_llm::{AskError, LedgerError, SpecError};
use foretell_tables::TableError;
use miette::Diagnostic;
use std::io::ErrorKind;
use std::path::PathBuf;
use thiserror::Error;

/// Why a study cannot be run or read.
#[derive(Debug, Error, Diagnostic)]
pub enum StudyError {
    /// Several things at once.
    #[error("{} faults", faults.len())]
    Several {
        /// Each of them.
        #[related]
        faults: Vec<StudyError>,
    },
    /// The file system said no.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("{}", mend(fault.kind())))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// A folder that a flag names is not there.
    #[error("`{flag} {}`: there is no such folder", path.display())]
    #[diagnostic(help("name a folder; paths start from the current one"))]
    NoFolder {
        /// The flag.
        flag: &'static str,
        /// What it names.
        path: PathBuf,
    },
    /// A simulated model that cannot do what it is named for.
    #[error("`{spec}` cannot be a {role}: it would not give one reply of use")]
    #[diagnostic(help("a simulated {role} is {}", named(kinds)))]
    WrongRole {
        /// The model.
        spec: String,
        /// What it is named for.
        role: &'static str,
        /// The simulated models that can do that.
        kinds: &'static [&'static str],
    },
    /// A study file that does not hold a study.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "{}`foretell init` writes a study file with every field explained",
        meant(fault)
    ))]
    StudyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: toml::de::Error,
    },
    /// A file of known models that holds something else.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "docs/models.md explains every field; `foretell models show` prints an entry as it is written"
    ))]
    Registry {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: RegistryError,
    },
    /// A manifest that cannot be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help("restore the file, or choose another folder with `--out`"))]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: toml::de::Error,
    },
    /// A file that a run froze when it started cannot be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "what a run asks about is frozen when it starts and cannot be derived again: restore it from a copy, or start a new run with `--out`; the replies in ledger.sqlite are kept, and count again once the file is back"
    ))]
    Frozen {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// The tables of a run hold replies that its ledger does not.
    #[error("{}: the ledger {state}, but {} holds replies from it", path.display(), table.display())]
    #[diagnostic(help(
        "nothing was sent, since going on would ask and pay again: restore the file (with its -wal, if there is one), or start a new run with `--out`"
    ))]
    LedgerGone {
        /// The ledger.
        path: PathBuf,
        /// `is gone`, or what it lacks.
        state: &'static str,
        /// The table that shows it.
        table: PathBuf,
    },
    /// A run folder of another version.
    #[error("{}: the run has format {found}, written by foretell {program}; this program knows format {wanted}", path.display())]
    #[diagnostic(help(
        "use foretell {program} for this run, or choose another folder with `--out`"
    ))]
    OtherVersion {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The program that wrote it.
        program: String,
        /// The format known.
        wanted: i64,
    },
    /// A folder that holds something else.
    #[error("{} holds files of something else (there is no {manifest}, but there is `{found}`)", path.display())]
    #[diagnostic(help("choose an empty or new folder with `--out`"))]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// The manifest that it lacks.
        manifest: &'static str,
        /// One of the files.
        found: String,
    },
    /// There is no such run.
    #[error("{}: there is no run here (no run.toml)", path.display())]
    #[diagnostic(help("`foretell runs` lists the runs in a folder; `foretell run` makes one"))]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds the run of another study.
    #[error("{} holds another run: {faults}", path.display())]
    #[diagnostic(help(
        "choose another folder with `--out`; what a run asks about is frozen when it starts, and it can grow but not change or shrink"
    ))]
    OtherStudy {
        /// The folder.
        path: PathBuf,
        /// What differs.
        faults: String,
    },
    /// Another process works on the run.
    #[error("{} is in use by another process", path.display())]
    #[diagnostic(help(
        "wait until it is done, or stop it; two processes on one run would pay twice"
    ))]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Two models of one name.
    #[error("two models are called `{name}`: `{first}` and `{second}`")]
    #[diagnostic(help(
        "give one of them a name of its own: `...&name=NAME`, or `?name=NAME` where it has no options"
    ))]
    NameTaken {
        /// The name.
        name: String,
        /// One model.
        first: String,
        /// The other.
        second: String,
    },
    /// A model under the name that people have.
    #[error("model `{spec}` is called `{name}`, as the people are who rate cases")]
    #[diagnostic(help(
        "give it a name of its own: `...&name=NAME`, or `?name=NAME` where it has no options"
    ))]
    NamedAsPeople {
        /// The name.
        name: String,
        /// The model.
        spec: String,
    },
    /// A pair whose questions are missing, or of another dataset.
    #[error("pair `{pair}`: a question of it is missing, or of another dataset")]
    #[diagnostic(help(
        "questions.parquet and pairs.parquet belong together: make or restore both"
    ))]
    StrayPair {
        /// The pair.
        pair: String,
    },
    /// A reference that the run does not have.
    #[error("the run has no reference `{name}`{meant}; its references are {known}")]
    #[diagnostic(help("name one of them, or leave out `--reference` for all"))]
    UnknownReference {
        /// The name given.
        name: String,
        /// The one that is spelt most like it, in words, if any is close.
        meant: String,
        /// Those there are.
        known: String,
    },
    /// A run without answers to judge.
    #[error("{}: the run holds no answers of {references} yet", path.display())]
    #[diagnostic(help("`foretell run` asks for them; give its command again to go on with a run"))]
    NoAnswers {
        /// The run.
        path: PathBuf,
        /// The references.
        references: String,
    },
    /// Pairs that do not say what changed.
    #[error("no pair of the run says what changed in it, so that no mention can be judged")]
    #[diagnostic(help(
        "`--kind testability` needs no features; pairs of datasets, scenarios, generators and hints have some, and a file of pairs can bring them in a column `changed`"
    ))]
    NoFeatures,
    /// A template that leaves out what it is for.
    #[error("{file}: the prompt does not hold the {variable}")]
    #[diagnostic(help(
        "write {{{{ {variable} }}}} where its text should stand; `foretell prompt` shows the result"
    ))]
    PromptLacks {
        /// The template.
        file: &'static str,
        /// The variable that is missing.
        variable: &'static str,
    },
    /// One model twice.
    #[error("`{first}` and `{second}` are the same model with the same settings")]
    #[diagnostic(help(
        "leave one of them out, or let them differ, for instance in `seed` or `temperature`"
    ))]
    SameModel {
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// Repeats that no model can be asked for.
    #[error("{what}: `{field}` is {value}, and it takes {least} to {}", foretell_llm::MOST_REPEATS)]
    #[diagnostic(help(
        "`repeats = 1` asks everything once, `ceiling = 0` asks for no noise ceiling"
    ))]
    Repeats {
        /// The study, or a model.
        what: String,
        /// The field.
        field: &'static str,
        /// Its value.
        value: u32,
        /// The lowest value.
        least: u32,
    },
    /// Repeats for a model that is not repeated so.
    #[error("`{spec}`: {role} has no `{field}`")]
    #[diagnostic(help(
        "leave it out: references have `repeats` and `ceiling`, predictors `repeats`; docs/passes.md says what each is for"
    ))]
    NoSuchPass {
        /// The model.
        spec: String,
        /// What it is named for.
        role: &'static str,
        /// The field.
        field: &'static str,
    },
    /// An arm that shows what nobody is there to write.
    #[error(
        "the arm `{arm}` shows what another model says for the answers, and the study names none"
    )]
    #[diagnostic(help(
        "name it with `--rationale-model MODEL`, or as `[rationale]` in the study file; `sim:rationaliser` is one that costs nothing"
    ))]
    NoRationaliser {
        /// The arm.
        arm: String,
    },
    /// Models that cannot be asked.
    #[error("nothing was sent: {}", faults.join("; "))]
    #[diagnostic(help("mend what is named, then give the same command again"))]
    Unreachable {
        /// What is wrong with each.
        faults: Vec<String>,
    },
    /// A budget for a model whose price nobody says.
    #[error("model `{model}`: a budget cannot be held, since its price is not known")]
    #[diagnostic(help(
        "give it in US dollars per million tokens: `...?price_in=0.25&price_out=2` (0 and 0 for a server of your own), or `price` of its entry in a file for `--registry`"
    ))]
    NoPrice {
        /// The model.
        model: String,
    },
    /// A budget for a model whose replies may be of any length.
    #[error("model `{model}`: a budget cannot be held, since its replies may be of any length")]
    #[diagnostic(help(
        "give it `max_tokens=N` (which changes what is asked), or `max_output` of its entry in a file for `--registry`"
    ))]
    NoLength {
        /// The model.
        model: String,
    },
    /// A budget that is none.
    #[error("`budget = {budget}` is not an amount of US dollars")]
    #[diagnostic(help("write a number above 0, such as 20 or 2.50"))]
    Budget {
        /// What was given.
        budget: f64,
    },
    /// Nothing to ask about.
    #[error("there are no pairs to ask about")]
    #[diagnostic(help("look at what was left out, and at `--limit`"))]
    NoPairs,
    /// A list that has to hold something.
    #[error("the study names no {what}")]
    #[diagnostic(help(
        "add one: `--{what}`, or the field of a study file (`foretell init` explains them)"
    ))]
    Nothing {
        /// What there is none of.
        what: &'static str,
    },
    /// A question whose labels cannot be used.
    #[error("question `{question}`: {fault}")]
    Labels {
        /// The question.
        question: String,
        /// What is wrong with them.
        fault: LabelsError,
    },
    /// A list of methods that makes no sense.
    #[error("`--methods` takes `auto` alone, or one or several methods")]
    #[diagnostic(help("write `--methods auto`, or for instance `--methods concept,reversal`"))]
    Methods,
    /// A method for questions with labels, and questions without.
    #[error(
        "method `{method}`: {count} of {total} questions have no labels, the first of them `{first}`"
    )]
    #[diagnostic(help(
        "how a model behaves on an open-ended question is not a label, and to compare it would take a labeller; give labels with `--labels A,B`, or leave the method out"
    ))]
    MethodNeedsLabels {
        /// The method.
        method: String,
        /// Questions without labels.
        count: usize,
        /// All questions.
        total: usize,
        /// The first without.
        first: String,
    },
    /// No hint can be given.
    #[error(
        "no question can be given a hint toward {toward}: {} left out, the first of which {reason}",
        foretell_core::counted(*left_out as u64, "question")
    )]
    #[diagnostic(help("`--toward random` needs no ground truths; `--labels A,B` gives labels"))]
    NothingCued {
        /// Where hints should point.
        toward: &'static str,
        /// Questions left out.
        left_out: usize,
        /// Why the first was.
        reason: &'static str,
    },
    /// An output that is there already.
    #[error("{} is there already", path.display())]
    #[diagnostic(help("name another folder with `--out`, or replace it with `--force`"))]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A run folder that would be overwritten.
    #[error("{} is there already, and holds files", path.display())]
    #[diagnostic(help("name another folder with `--out`, or remove this one"))]
    RunThere {
        /// The folder.
        path: PathBuf,
    },
    /// A run in which nothing can be asked.
    #[error("{}: this run was imported from {file}: nothing can be asked in it", path.display())]
    #[diagnostic(help(
        "name another folder with `--out`; `--pairs` takes the imported run's folder, so the same pairs can be asked about there"
    ))]
    Imported {
        /// The folder.
        path: PathBuf,
        /// The file.
        file: String,
    },
    /// A file of the wide layout.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Wide(#[from] WideError),
    /// A model that a run does not have.
    #[error("{}: the run has no model `{model}`", path.display())]
    #[diagnostic(help("its models are {known}"))]
    NoModel {
        /// The run.
        path: PathBuf,
        /// The model.
        model: String,
        /// Those that it has.
        known: String,
    },
    /// No model of a run can be asked in these batches.
    #[error("nothing was written: {}", faults.join("; "))]
    #[diagnostic(help(
        "leave out `--provider` for each model's own batches; simulated models are answered by `foretell run`, for nothing"
    ))]
    NoBatch {
        /// Why, for each model.
        faults: Vec<String>,
    },
    /// A list of batch files that cannot be read.
    #[error("{}: {fault}", path.display())]
    #[diagnostic(help(
        "`foretell batch export` writes this list, and `submit` and `fetch` keep it: restore it from a copy; the ids of batches that are on their way are nowhere else"
    ))]
    BatchList {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// Folders of batch files that a run remembers, and that are not there.
    #[error(
        "{}: its batch files are away: {}", run.display(),
        folders.iter().map(|folder| format!("no `batches.json` in {}", folder.display())).collect::<Vec<_>>().join(", ")
    )]
    #[diagnostic(help(
        "what they asked may be paid for, so nothing is asked until they are back: bring the folder back, or say where it lies now with `foretell batch submit {} --dir WHERE` (which hands nothing over without your consent); one whose replies were all imported may be taken out of `batches` in run.toml",
        run.display()
    ))]
    BatchesAway {
        /// The run.
        run: PathBuf,
        /// The folders.
        folders: Vec<PathBuf>,
    },
    /// A batch file that is to be given up, and is not on its way.
    #[error("{}: no file `{name}` is on its way", folder.display())]
    #[diagnostic(help(
        "{}", if known.is_empty() {
            "none is; `foretell batch export` writes those anew that were not handed over".to_owned()
        } else {
            format!("those that are: {}; `--dir` names another folder of files", known.join(", "))
        }
    ))]
    NotUnderWay {
        /// The folder.
        folder: PathBuf,
        /// The file.
        name: String,
        /// Those that are, here and by other runs on the ledger.
        known: Vec<String>,
    },
    /// A folder of batch files that are not those of a run.
    #[error("{}: not batch files of the run {}: {fault}", folder.display(), run.display())]
    #[diagnostic(help("name the run that they were exported from, or another `--dir`"))]
    OtherBatches {
        /// The folder.
        folder: PathBuf,
        /// The run.
        run: PathBuf,
        /// Why they are not.
        fault: String,
    },
    /// A run whose tables do not name all that it asked.
    #[error("{} is not complete: its tables do not name all that it asked", path.display())]
    #[diagnostic(help(
        "finish it with the command that was stopped in it (`foretell run`, `grow` or `judge`), or leave it out and keep what it asked"
    ))]
    NotComplete {
        /// The run.
        path: PathBuf,
    },
    /// A run that is to say what of a ledger is used, and uses another one.
    #[error("{} has its replies in {}, not in {}", run.display(), own.display(), ledger.display())]
    #[diagnostic(help(
        "name all runs that use this ledger, and no others: what they do not name is taken out"
    ))]
    OtherLedger {
        /// The run.
        run: PathBuf,
        /// Its ledger.
        own: PathBuf,
        /// The other one.
        ledger: PathBuf,
    },
    /// There is no such pair.
    #[error("{}: there is no pair `{pair}`", path.display())]
    #[diagnostic(help("the pairs nearest in name: {near}"))]
    NoPair {
        /// The run.
        path: PathBuf,
        /// The pair.
        pair: String,
        /// Pairs of a similar name.
        near: String,
    },
    /// A study of people that cannot be drawn as asked for.
    #[error("the study of people cannot be drawn: {faults}")]
    #[diagnostic(help("`foretell human setup --help` explains the design"))]
    HumanRequest {
        /// Everything that is wrong, in words.
        faults: String,
    },
    /// Fewer cases than people are to be asked about.
    #[error(
        "the run has {found} cases that share no text, were answered and explained, and {wanted} are needed"
    )]
    #[diagnostic(help(
        "ask for fewer raters or cases of each (`--raters`, `--per-rater`), or grow the run: no case may give another away"
    ))]
    FewCases {
        /// Cases that fit.
        found: usize,
        /// Cases wanted.
        wanted: usize,
    },
    /// There is a study of people already.
    #[error("{}: there is a study of people already", path.display())]
    #[diagnostic(help("its answers are kept: move the folder away to draw another study"))]
    HumanThere {
        /// Its folder.
        path: PathBuf,
    },
    /// There is no study of people.
    #[error("{}: the run has no study of people", path.display())]
    #[diagnostic(help("`foretell human setup {}` draws one", path.display()))]
    NoHuman {
        /// The run.
        path: PathBuf,
    },
    /// A file of a study of people that cannot be read.
    #[error("{}: damaged: {fault}", path.display())]
    #[diagnostic(help(
        "answers are one line of JSON each; mend or move the file, nothing else holds them"
    ))]
    HumanDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// An answer that does not fit its case.
    #[error("this answer cannot be kept: {fault}")]
    HumanAnswer {
        /// Why not.
        fault: String,
    },
    /// A card.
    #[error(transparent)]
    Card(#[from] CardError),
    /// A prompt.
    #[error(transparent)]
    #[diagnostic(help(
        "`foretell prompt` shows a prompt before anything is asked; docs/prompts.md names the variables of each template"
    ))]
    Prompt(#[from] PromptError),
    /// Pairs.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Data(#[from] DataError),
    /// A model.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Spec(#[from] SpecError),
    /// The ledger.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] LedgerError),
    /// A table.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] TableError),
}

impl From<AskError<Self>> for StudyError {
    fn from(error: AskError<Self>) -> Self {
        match error {
            AskError::Ledger(fault) => Self::Ledger(fault),
            AskError::Request(fault) => fault,
        }
    }
}

impl StudyError {
    /// No fault, the one fault, or all of them together.
    pub(crate) fn all(mut faults: Vec<Self>) -> Result<(), Self> {
        match faults.len() {
            0 => Ok(()),
            1 => Err(faults.remove(0)),
            _ => Err(Self::Several { faults }),
        }
    }
}

/// The known field that an unknown one is near to. The reader names the unknown one first, then all
/// that it knows, each between backticks.
fn meant(fault: &toml::de::Error) -> String {
    let message = fault.message();
    let mut names = message.split('`').skip(1).step_by(2);
    let near = match (message.starts_with("unknown field"), names.next()) {
        (true, Some(unknown)) => nearest(unknown, names),
        _ => None,
    };
    near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
}

/// How a fault of the file system is mended.
fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => {
            "check the path, which starts from the current folder; an output needs a folder that you can write to"
        }
        ErrorKind::PermissionDenied => "name a place that you may read and write",
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "a file has this name: name a folder, for a run with `--out`"
        }
        ErrorKind::IsADirectory => "this is a folder: name a file",
        ErrorKind::InvalidData => "name a text file in UTF-8",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space on the disk",
        _ => "look at the path, its permissions and the disk, then give the same command again",
    }
}

/// Simulated models, as they are written.
fn named(kinds: &[&str]) -> String {
    kinds.iter().map(|kind| format!("`sim:{kind}`")).collect::<Vec<_>>().join(" or ")
}
