//! Conditions as they are written.

/// How a column is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Is,
    IsNot,
    Below,
    AtMost,
    Above,
    AtLeast,
    In,
}

impl Operator {
    /// Longer ones first, since `<` begins `<=`.
    const WRITTEN: [(&'static str, Self); 7] = [
        ("!=", Self::IsNot),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("==", Self::Is),
        ("=", Self::Is),
        ("<", Self::Below),
        (">", Self::Above),
    ];

    /// Whether it asks for an order.
    pub(super) fn orders(self) -> bool {
        matches!(self, Self::Below | Self::AtMost | Self::Above | Self::AtLeast)
    }
}

/// A value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(String),
}

/// One condition, read and not yet understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) column: String,
    pub(super) operator: Operator,
    pub(super) values: Vec<Value>,
}

/// The conditions of a filter, each read or with its fault.
pub(super) fn conditions(text: &str) -> Vec<Result<Written, String>> {
    let parts = match split(text, ',') {
        Ok(parts) => parts,
        Err(fault) => return vec![Err(fault)],
    };
    let parts = parts.into_iter().map(str::trim);
    parts.filter(|part| !part.is_empty()).map(condition).collect()
}

fn condition(text: &str) -> Result<Written, String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c)));
    let (column, rest) = text.split_at(end.unwrap_or(text.len()));
    let rest = rest.trim_start();
    let written = Operator::WRITTEN.into_iter().find(|(sign, _)| rest.starts_with(sign));
    let in_list = rest.strip_prefix("in").filter(|rest| rest.starts_with([' ', '"', '\'']));
    let (operator, values) = match (written, in_list) {
        (Some((sign, operator)), _) => (operator, vec![&rest[sign.len()..]]),
        (None, Some(list)) => (Operator::In, split(list, '|')?),
        (None, None) => {
            return Err(format!("`{text}` has no operator: write =, !=, <, <=, >, >= or in"));
        }
    };
    if column.is_empty() {
        return Err(format!("`{text}` names no column before its operator"));
    }
    let values: Vec<Value> = values.into_iter().map(value).collect();
    if values.contains(&Value::Text(String::new())) && !text.contains(['"', '\'']) {
        return Err(format!("`{text}` has no value; an empty cell is `null`"));
    }
    let (text, column) = (text.to_owned(), column.to_owned());
    Ok(Written { text, column, operator, values })
}

/// A value without its quotes.
fn value(text: &str) -> Value {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return Value::Text(inner.to_owned());
        }
    }
    if text == "null" { Value::Null } else { Value::Text(text.to_owned()) }
}

/// Parts between separators that stand outside quotes.
fn split(text: &str, separator: char) -> Result<Vec<&str>, String> {
    let (mut parts, mut from, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        // An apostrophe within a word is no quote.
        let before = text[from..at].chars().next_back();
        let opens = before.is_none_or(|c| c.is_whitespace() || "=<>|".contains(c));
        match quote {
            Some(open) if c == open => quote = None,
            None if opens && "\"'".contains(c) => quote = Some(c),
            None if c == separator => {
                parts.push(&text[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if let Some(quote) = quote {
        return Err(format!(
            "`{}` opens a quote {quote} and does not close it",
            text[from..].trim()
        ));
    }
    parts.push(&text[from..]);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Operator, Vec<Value>)> {
        let all = conditions(text).into_iter().map(Result::unwrap);
        all.map(|written| (written.column, written.operator, written.values)).collect()
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn conditions_are_read_with_and_without_spaces_and_quotes() {
        assert_eq!(
            read("dataset=income, distance <= 1,predictor in a|'b|,c' , method != null"),
            [
                ("dataset".to_owned(), Operator::Is, vec![text("income")]),
                ("distance".to_owned(), Operator::AtMost, vec![text("1")]),
                ("predictor".to_owned(), Operator::In, vec![text("a"), text("b|,c")]),
                ("method".to_owned(), Operator::IsNot, vec![Value::Null]),
            ]
        );
        assert_eq!(read("answer = \"Don't, know\"")[0].2, [text("Don't, know")]);
        assert_eq!(read("answer = Don't")[0].2, [text("Don't")]);
        assert_eq!(read(" , "), []);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (written, words) in [
            ("dataset", "no operator"),
            ("=income", "names no column"),
            ("dataset=", "no value"),
            ("dataset='income", "does not close it"),
        ] {
            let fault = conditions(written).remove(0).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
    }
}
