use super::*;
use crate::{Cards, check_cards};

/// A folder with a CSV, and the starter card of it.
fn starter(csv: &str, target: Option<&str>) -> (tempfile::TempDir, Result<Starter, DataError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Some Shop-data.csv");
    std::fs::write(&path, csv).unwrap();
    let starter = starter_card(&path, target);
    (folder, starter)
}

/// What `data check` says of it as it is.
fn faults(csv: &str) -> Vec<String> {
    let (folder, starter) = starter(csv, None);
    let starter = starter.unwrap();
    let own = folder.path().join(&starter.id);
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("card.toml"), &starter.text).unwrap();
    let folders = [folder.path().to_owned()];
    let found = check_cards(&Cards::embedded(), own.to_str(), &folders).unwrap();
    assert!(found[0].notes[0].contains("rows"), "{:?}\n{}", found, starter.text);
    found[0].faults.clone()
}

#[test]
fn a_starter_card_is_sound_as_it_is() {
    let mut csv = "id,Unit Price,colour,is,in_stock,weight,note,Returned\n".to_owned();
    for row in 0..60 {
        let colour = ["dark_red", "dark red", "\"green, light\"", "", "say \"\"so"][row % 4];
        let weight = if row % 9 == 0 { "?".to_owned() } else { format!("{}.5", row % 13) };
        csv.push_str(&format!(
            "{row},{},{colour},{},{},{weight},text {row},{}\n",
            row * 7 % 40,
            ["a", "b"][row % 2],
            row % 3,
            ["no", "yes"][usize::from(row % 5 == 0)]
        ));
    }
    assert_eq!(faults(&csv), Vec::<String>::new());
}

#[test]
fn other_delimiters_marks_and_files_without_a_header_are_understood() {
    let mut csv = String::from("\u{feff}");
    for row in 0..30 {
        csv.push_str(&format!("{};{};{}\r\n", row % 7 * 3, ["x", "y", "z"][row % 3], row % 2));
    }
    assert_eq!(faults(&csv), Vec::<String>::new());
    let (_, starter) = starter(&csv, None);
    let text = starter.unwrap().text;
    assert!(text.contains("columns = [\"column_1\", \"column_2\", \"column_3\"]"), "{text}");
    assert!(text.contains("labels = [\"NO\", \"YES\"]"), "{text}");
}

#[test]
fn a_column_of_mostly_one_number_still_has_two_bins() {
    let rows: String = (0..40).map(|row| format!("{},{}\n", row.max(32), row % 2)).collect();
    assert_eq!(faults(&format!("size,y\n{rows}")), Vec::<String>::new());
    let rows: String = (0..40).map(|row| format!("{},{}\n", row.min(8), row % 2)).collect();
    assert_eq!(faults(&format!("size,y\n{rows}")), Vec::<String>::new());
}

#[test]
fn a_target_has_to_be_there() {
    let (_, none) = starter("a,b\n1,x\n2,y\n3,z\n", None);
    assert!(none.unwrap_err().to_string().contains("no column holds two values and no empty cell"));
    let (_, misspelt) = starter("price,kind\n1,x\n2,y\n", Some("knd"));
    assert!(misspelt.unwrap_err().to_string().contains("no column `knd`"));
    let (_, empty) = starter("", None);
    assert!(empty.unwrap_err().to_string().contains("empty"));
}

#[test]
fn a_column_with_empty_cells_or_three_values_is_no_target_unasked() {
    let rows: String = (0..50)
        .map(|row| {
            let note = if row == 7 { "late" } else { "" };
            format!("{},{},{},{note}\n", row * 3 % 17, ["no", "yes"][row % 2], row % 3)
        })
        .collect();
    let csv = format!("price,sold,class,note\n{rows}");
    let (_, guessed) = starter(&csv, None);
    assert!(guessed.unwrap().text.contains("column = \"sold\"\n"));
    let (_, asked) = starter(&csv, Some("note"));
    let text = asked.unwrap().text;
    assert!(text.contains("labels = [\"NOT KNOWN\", \"LATE\"]"), "{text}");
}

#[test]
fn a_file_that_is_no_csv_is_told_without_a_card() {
    for (csv, words) in
        [("a,b\n1\n", "line 2: 1 cells"), ("a,a\n1,2\n", "twice"), ("", "the file is empty")]
    {
        let error = starter(csv, None).1.unwrap_err();
        let help = miette::Diagnostic::help(&error).unwrap().to_string();
        assert!(error.to_string().contains(words), "{error}");
        assert!(help.contains("a first line that names") && !help.contains("card"), "{help}");
    }
}

#[test]
fn names_are_words() {
    assert_eq!(word("MonthlyIncome", "c"), "monthly_income");
    assert_eq!(word("capital-gain ($)", "c"), "capital_gain");
    assert_eq!(word("2nd", "c"), "c_2nd");
    assert_eq!(word("IBM HR Data", "c"), "ibm_hr_data");
    assert_eq!(word("ID", "c"), "id");
    assert_eq!(word("é", "c"), "c");
}
