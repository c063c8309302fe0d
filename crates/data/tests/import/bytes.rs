//! No bytes make a reader panic.

use super::place::{file, read, testdata};
use foretell_data::{Field, ImportColumns, ImportRequest, Layout};
use proptest::prelude::*;

fn requests() -> Vec<ImportRequest> {
    let columns = ImportColumns::default()
        .with(Field::Labels, "YES,NO")
        .with(Field::Dataset, "d")
        .with(Field::AnswerOrder, "both");
    let layouts = [None, Some(Layout::Bbq), Some(Layout::Pairs), Some(Layout::Questions)];
    let of =
        |layout| ImportRequest { layout, columns: columns.clone(), ..ImportRequest::default() };
    layouts.into_iter().map(of).collect()
}

fn try_all(name: &str, bytes: &[u8]) {
    let (_folder, path) = file(name, bytes);
    for request in requests() {
        if let Ok(imported) = read(&path, &request) {
            let read = imported.faults.len() + imported.pairs.len() + imported.questions.len();
            assert!(imported.rows == 0 || read > 0 || imported.layout == Layout::Bbq);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        try_all("f.csv", &bytes);
        try_all("f.jsonl", &bytes);
    }

    #[test]
    fn anything_like_a_csv(
        text in "(question|counterfactual|choices|answer|id|[a\"'\\[|;,\n\té]){0,40}"
    ) {
        try_all("f.csv", format!("question,counterfactual,choices,answer,id\n{text}").as_bytes());
        try_all("f.csv", text.as_bytes());
    }

    #[test]
    fn anything_like_json(
        cells in prop::collection::vec((0_usize..8, "[a0-9\"{}:,\\[\\]null ]{0,12}"), 0..8)
    ) {
        let names =
            ["question", "counterfactual", "choices", "answer", "context", "id", "labels", "ans0"];
        let cell = |(at, value): &(usize, String)| {
            let value: serde_json::Value =
                serde_json::from_str(value).unwrap_or_else(|_| value.clone().into());
            format!("\"{}\": {value}", names[*at])
        };
        let line = cells.iter().map(cell).collect::<Vec<_>>().join(", ");
        try_all("f.jsonl", format!("{{{line}}}\n{{{line}").as_bytes());
    }

    #[test]
    fn bbq_with_cells_lost(keep in prop::collection::vec(any::<bool>(), 14), at in 0_usize..11) {
        let text = std::fs::read_to_string(testdata("bbq.jsonl")).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut item: serde_json::Value = serde_json::from_str(&lines[at]).unwrap();
        let cells = item.as_object_mut().unwrap();
        let mut keep = keep.into_iter().cycle();
        cells.retain(|_, _| keep.next().unwrap());
        lines[at] = item.to_string();
        try_all("f.jsonl", lines.join("\n").as_bytes());
    }
}
