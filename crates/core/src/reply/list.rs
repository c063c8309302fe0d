//! Comma-separated sections.

/// The entries of a section that lists things: separated by commas and line ends, without bullets.
/// Commas within parentheses do not separate.
pub(super) fn entries(section: &str) -> Vec<String> {
    let mut entries = Vec::new();
    for line in section.lines() {
        let line = without_bullet(line.trim());
        if is_balanced(line) {
            let mut depth = 0_u32;
            push_all(
                &mut entries,
                line.split(move |c| {
                    match c {
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                    c == ',' && depth == 0
                }),
            );
        } else {
            push_all(&mut entries, line.split(','));
        }
    }
    entries
}

fn push_all<'a>(entries: &mut Vec<String>, parts: impl Iterator<Item = &'a str>) {
    entries.extend(parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
}

fn is_balanced(line: &str) -> bool {
    let mut depth = 0_i64;
    line.bytes().all(|byte| {
        depth += i64::from(byte == b'(') - i64::from(byte == b')');
        depth >= 0
    }) && depth == 0
}

/// Takes `- `, `* `, `• ` or `1. ` off a line.
fn without_bullet(line: &str) -> &str {
    if let Some(rest) = ["- ", "* ", "• "].iter().find_map(|bullet| line.strip_prefix(bullet)) {
        return rest;
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits)
        && let Some(rest) = line[digits..].strip_prefix(". ").or(line[digits..].strip_prefix(") "))
    {
        return rest;
    }
    line
}
