//! Whether a source can be fetched by.

use super::error::FetchError;
use foretell_core::card::Source;

/// Everything that is wrong with `source`, before anything is read or written.
pub(super) fn check(source: &Source) -> Result<(), FetchError> {
    let mut faults = Vec::new();
    if !is_plain(&source.file) {
        faults.push("`file` is no plain file name".to_owned());
    }
    if source.sha256.len() != 64 || !source.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        faults.push(format!("sha256 `{}` is not 64 hex digits", source.sha256));
    }
    for address in &source.addresses {
        let url = &address.url;
        match reqwest::Url::parse(url) {
            Err(fault) => faults.push(format!("address `{url}`: {fault}")),
            Ok(parsed) if !matches!(parsed.scheme(), "http" | "https") => {
                faults.push(format!("address `{url}` is neither http nor https"));
            }
            Ok(_) => {}
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(FetchError::BadSource { file: source.file.clone(), faults })
}

/// A name that stays in its folder on every system.
fn is_plain(name: &str) -> bool {
    let apart = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    !name.is_empty() && name != "." && name != ".." && !name.contains(apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::card::Address;

    #[test]
    fn names_that_leave_the_folder_are_not_plain() {
        for name in ["", ".", "..", "../a", "/a", "a/b", "a\\b", "c:a", "a\nb", "a\0"] {
            assert!(!is_plain(name), "{name:?}");
        }
        for name in ["a", "..a", "IBM HR Employee Attrition Data.csv", "adult.data"] {
            assert!(is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn all_faults_of_a_source_are_told_at_once() {
        let address = |url: &str| Address { url: url.to_owned(), member: Vec::new() };
        let source = Source {
            file: "../a".to_owned(),
            sha256: "12".to_owned(),
            licence: String::new(),
            citation: String::new(),
            addresses: vec![address("ftp://host/a"), address("nowhere")],
        };
        assert_eq!(
            check(&source).unwrap_err().to_string(),
            "the source of `../a`: `file` is no plain file name; sha256 `12` is not 64 hex digits; \
             address `ftp://host/a` is neither http nor https; \
             address `nowhere`: relative URL without a base"
        );
    }
}
