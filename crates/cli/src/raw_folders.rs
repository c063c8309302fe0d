//! Where raw files lie: the folder that the user names, and the cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folders to look into for raw files, in order.
pub(crate) fn raw_folders(named: Option<&Path>) -> Vec<PathBuf> {
    let cache = cache_folder(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"));
    named.map(Path::to_owned).into_iter().chain([cache]).collect()
}

/// The folder in which downloaded raw files are kept.
fn cache_folder(cache: Option<OsString>, home: Option<OsString>) -> PathBuf {
    // A relative path there is invalid and to be ignored, says the XDG base directory specification.
    let cache = cache.map(PathBuf::from).filter(|cache| cache.is_absolute());
    let home = || home.filter(|home| !home.is_empty()).map(|home| Path::new(&home).join(".cache"));
    cache.or_else(home).unwrap_or_default().join("foretell").join("raw")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_lies_where_the_environment_says() {
        let of = |cache: Option<&str>, home: Option<&str>| {
            cache_folder(cache.map(Into::into), home.map(Into::into)).display().to_string()
        };
        assert_eq!(of(Some("/c"), Some("/h")), "/c/foretell/raw");
        assert_eq!(of(Some("c"), Some("/h")), "/h/.cache/foretell/raw");
        assert_eq!(of(None, Some("/h")), "/h/.cache/foretell/raw");
        assert_eq!(of(None, None), "foretell/raw");
    }
}
