//! `foretell parse`.

use crate::Done;
use crate::args::ParseArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::show;
use foretell_core::{Labels, Reply, parse_reply};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

#[derive(Serialize)]
struct Parsed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    outcome: &'static str,
    answer: Option<&'a str>,
    explanation: Option<&'a str>,
    factors: &'a [String],
    other_info: &'a [String],
    confidence: Option<&'a str>,
    confidence_level: Option<&'static str>,
    reasoning: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: Value,
    labels: Vec<String>,
    reply: String,
}

pub(crate) fn run(args: &ParseArgs) -> Done {
    let name =
        args.file.as_ref().map_or("standard input".into(), |path| path.display().to_string());
    let unreadable = |fault: std::io::Error| {
        Failure::said(INPUT, format!("{name}: {fault}"), "name a text file, or pipe the reply in")
    };
    let mut input: Box<dyn BufRead> = match &args.file {
        Some(path) => Box::new(BufReader::new(File::open(path).map_err(unreadable)?)),
        None => Box::new(BufReader::new(std::io::stdin())),
    };
    if args.jsonl {
        return parse_lines(input, &name);
    }
    let labels = Labels::new(args.labels.iter().cloned()).map_err(|fault| {
        Failure::said(INPUT, format!("--labels: {fault}"), "write `--labels YES,NO`")
    })?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(unreadable)?;
    // A reply cut off in the middle of a letter is still a reply.
    let text = String::from_utf8_lossy(&bytes);
    print(None, &parse_reply(&text, &labels));
    Ok(DONE)
}

fn parse_lines(input: Box<dyn BufRead>, name: &str) -> Done {
    const FORM: &str = r#"each line is {"id": ..., "labels": ["YES", "NO"], "reply": "..."}"#;
    for (number, line) in input.lines().enumerate() {
        let at = |fault: &dyn std::fmt::Display| {
            Failure::said(INPUT, format!("{name}: line {}: {fault}", number + 1), FORM)
        };
        let line = line.map_err(|fault| at(&fault))?;
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(&line).map_err(|fault| at(&fault))?;
        let labels = Labels::new(line.labels).map_err(|fault| at(&fault))?;
        print(Some(&line.id), &parse_reply(&line.reply, &labels));
    }
    Ok(DONE)
}

fn print(id: Option<&Value>, reply: &Reply) {
    let parsed = Parsed {
        id,
        outcome: reply.outcome.as_str(),
        answer: reply.answer.as_deref(),
        explanation: reply.explanation.as_deref(),
        factors: &reply.factors,
        other_info: &reply.other_info,
        confidence: reply.confidence.as_deref(),
        confidence_level: reply.confidence_level.map(|level| level.as_str()),
        reasoning: reply.reasoning.as_deref(),
    };
    show(&serde_json::to_string(&parsed).expect("text and lists are always JSON"));
}
