//! Where a raw file comes from, and how it is recognised.

use super::error::FetchError;
use std::fmt;

/// A raw file: its name, its sum, and the addresses that give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name under which it is kept: a plain file name.
    pub file: String,
    /// Its sha256, 64 hex digits: of the file itself, not of an archive around it.
    pub sha256: String,
    /// Where it can be had, the first choice first.
    pub addresses: Vec<Address>,
}

/// One place that gives a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address, `http` or `https`.
    pub url: String,
    /// The exact names on the way through nested zip archives; empty where the address gives the file
    /// itself.
    pub member: Vec<String>,
}

/// As in `https://host/a.zip (in it b.zip, in it c.csv)`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)?;
        if self.member.is_empty() {
            return Ok(());
        }
        let steps: Vec<_> = self.member.iter().map(|name| format!("in it {name}")).collect();
        write!(f, " ({})", steps.join(", "))
    }
}

impl Source {
    /// Everything that is wrong with it, before anything is read or written.
    pub(super) fn check(&self) -> Result<(), FetchError> {
        let mut faults = Vec::new();
        if !is_plain(&self.file) {
            faults.push("`file` is no plain file name".to_owned());
        }
        if self.sha256.len() != 64 || !self.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            faults.push(format!("sha256 `{}` is not 64 hex digits", self.sha256));
        }
        for address in &self.addresses {
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
        Err(FetchError::BadSource { file: self.file.clone(), faults })
    }

    /// The sum as it is compared.
    pub(super) fn sum(&self) -> String {
        self.sha256.to_ascii_lowercase()
    }
}

/// A name that stays in its folder on every system.
fn is_plain(name: &str) -> bool {
    let apart = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    !name.is_empty() && name != "." && name != ".." && !name.contains(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            addresses: vec![address("ftp://host/a"), address("nowhere")],
        };
        assert_eq!(
            source.check().unwrap_err().to_string(),
            "the source of `../a`: `file` is no plain file name; sha256 `12` is not 64 hex digits; \
             address `ftp://host/a` is neither http nor https; \
             address `nowhere`: relative URL without a base"
        );
    }
}
