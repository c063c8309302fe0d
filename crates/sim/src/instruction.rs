//! Sentences and headings that address the reader of a prompt: they are no part of the question.

/// What a sentence that instructs begins with, in lower case. "answer" alone is missing: "Answer
/// choices" begins a list that belongs to the question.
const OPENINGS: [&str; 34] = [
    "answer by",
    "answer each",
    "answer in",
    "answer only",
    "answer the",
    "answer using",
    "answer with",
    "base your",
    "based on",
    "choose",
    "consider",
    "decide",
    "determine",
    "explain",
    "give exactly",
    "give your",
    "indicate",
    "pick",
    "please",
    "predict",
    "provide",
    "reply",
    "respond",
    "select",
    "the goal is to",
    "use the following",
    "you are",
    "you have to",
    "you must",
    "you need to",
    "you should",
    "you will",
    "your answer",
    "your task",
];

/// A heading has at most this many words.
const MOST_WORDS: usize = 5;

/// Last words of headings that begin a part of the question and not the question.
const PARTS: [&str; 5] = ["answers", "choices", "labels", "options", "possibilities"];

/// Whether the sentence that begins `text` instructs its reader.
pub(crate) fn is_instruction(text: &str) -> bool {
    let text = text.as_bytes();
    OPENINGS.iter().any(|opening| {
        text.get(..opening.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(opening.as_bytes()))
            && !text.get(opening.len()).is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// What follows the first heading: a short line that ends with a colon, like "Patient profile:".
/// All of `text` where there is none.
pub(crate) fn after_heading(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        if line.trim_ascii().strip_suffix(':').is_some_and(is_heading) {
            return &text[end..];
        }
    }
    text
}

/// Whether `line`, without its colon, is a heading before a question.
fn is_heading(line: &str) -> bool {
    let words = line.split_ascii_whitespace().take(MOST_WORDS + 1).count();
    let last = line.split_ascii_whitespace().next_back().unwrap_or("");
    (1..=MOST_WORDS).contains(&words)
        && !PARTS.iter().any(|part| last.eq_ignore_ascii_case(part))
        && !is_instruction(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_address_the_reader_are_instructions() {
        for text in [
            "Please weigh both cases.",
            "You are a careful clerk.",
            "BASED ON what follows, say which.",
            "Your answer has one word.",
            "Choose",
        ] {
            assert!(is_instruction(text), "{text}");
        }
        for text in [
            "Younger than 30",
            "Chooses to stay",
            "Answer choices: (A) red",
            "This is a clerk",
            "",
            "é",
        ] {
            assert!(!is_instruction(text), "{text}");
        }
    }

    #[test]
    fn the_question_begins_after_its_heading() {
        let prompt = "You are a clerk. Note: be brief\n\nApplicant file:  \nShe rents.";
        assert_eq!(after_heading(prompt).trim(), "She rents.");
        assert_eq!(
            after_heading("Question:\nWho?\nAnswer choices:\n(A) x"),
            "Who?\nAnswer choices:\n(A) x"
        );
    }

    #[test]
    fn a_list_of_choices_or_an_instruction_is_no_heading() {
        for text in
            ["Who?\nAnswer choices:\n(A) x", "She rents.\nPlease reply like this:\n", "a: b"]
        {
            assert_eq!(after_heading(text), text);
        }
    }
}
