//! What stands in a cell, as text, a number or a list.

use serde_json::Value;

/// The text of a cell; none where it is empty.
pub(super) fn text(cell: &Value) -> Option<String> {
    match cell {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(written(number)),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(items.iter().filter_map(text).collect::<Vec<_>>().join(", ")),
        Value::Object(_) => Some(cell.to_string()),
    }
}

/// The text of a cell without the white space around it: names, labels and numbers.
pub(super) fn name(cell: &Value) -> Option<String> {
    text(cell).map(|text| text.trim().to_owned())
}

/// A column of integers with gaps is often stored as one of reals.
fn written(number: &serde_json::Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(real) if number.is_f64() && real.fract() == 0.0 && real.abs() <= EXACT => {
            (real as i64).to_string()
        }
        _ => number.to_string(),
    }
}

/// The items of a cell: a list; or text that holds one as JSON, as Python writes it, or with `|`, `;`
/// or `,` between the items.
pub(super) fn list(cell: &Value) -> Vec<String> {
    match cell {
        Value::Array(items) => items.iter().filter_map(name).collect(),
        Value::String(text) => match parsed(text) {
            Some(Value::Array(items)) => items.iter().filter_map(name).collect(),
            _ => split(text),
        },
        other => name(other).into_iter().collect(),
    }
}

/// The list or object that a text holds, as JSON or as Python writes it.
pub(super) fn parsed(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['[', '{']) {
        return None;
    }
    serde_json::from_str(text).ok().or_else(|| python_list(text))
}

/// Items between the first of `|`, `;` and `,` that the text holds.
pub(super) fn split(text: &str) -> Vec<String> {
    let sign = ['|', ';', ','].into_iter().find(|&sign| text.contains(sign)).unwrap_or('|');
    let items = text.split(sign).map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

/// A list of quoted texts as Python or numpy prints it: `['a', "b's"]`, `['a' 'b']`.
fn python_list(text: &str) -> Option<Value> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut items = Vec::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\'' | '"' => items.push(Value::String(quoted(c, &mut characters)?)),
            ',' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    Some(Value::Array(items))
}

/// What stands up to the closing quote.
fn quoted(quote: char, characters: &mut std::str::Chars<'_>) -> Option<String> {
    let mut item = String::new();
    loop {
        match characters.next()? {
            c if c == quote => return Some(item),
            '\\' => match characters.next()? {
                'n' => item.push('\n'),
                't' => item.push('\t'),
                c => item.push(c),
            },
            c => item.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_are_read_however_they_are_written() {
        for cell in [
            json!(["a", "b"]),
            json!("[\"a\", \"b\"]"),
            json!("['a', \"b\"]"),
            json!("['a'\n 'b']"),
            json!("a|b"),
            json!("a; b"),
            json!("a,b"),
        ] {
            assert_eq!(list(&cell), ["a", "b"], "{cell}");
        }
        assert_eq!(list(&json!("['it\\'s', 'x, y']")), ["it's", "x, y"]);
        assert_eq!(list(&json!("[a, b")), ["[a", "b"]);
        assert!(list(&Value::Null).is_empty() && list(&json!(" ")).is_empty());
    }

    #[test]
    fn whole_numbers_lose_their_fraction() {
        assert_eq!(text(&json!(3.0)).unwrap(), "3");
        assert_eq!(text(&json!(true)).unwrap(), "true");
        assert_eq!(text(&json!(" \n")), None);
    }
}
