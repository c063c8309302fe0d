//! The folder where downloaded files are kept.

use crate::Failure;
use crate::exit::INPUT;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names the folder outright.
const VARIABLE: &str = "FORETELL_CACHE";

/// The folder of raw files: `FORETELL_CACHE`, else `foretell/raw` where the system keeps caches.
pub(crate) fn cache_dir() -> Result<PathBuf, Failure> {
    let found = cache_of(&|name| std::env::var_os(name), std::env::home_dir());
    found.ok_or_else(|| {
        let message = "no folder for downloaded files: this user has no home folder";
        Failure::said(INPUT, message, format!("name one in the environment variable {VARIABLE}"))
    })
}

/// The folders to look into for raw files, in order: the one that the user names, and the cache.
pub(crate) fn raw_folders(named: Option<&Path>) -> Vec<PathBuf> {
    named.map(Path::to_owned).into_iter().chain(cache_dir().ok()).collect()
}

fn cache_of(variable: &dyn Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = path(VARIABLE) {
        return Some(folder);
    }
    let home = home.filter(|home| !home.as_os_str().is_empty());
    let caches = if cfg!(windows) {
        path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home.map(|home| home.join("Library/Caches"))
    } else {
        // By the XDG specification a relative path is no path.
        let named = path("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
        named.or_else(|| home.map(|home| home.join(".cache")))
    };
    caches.map(|folder| folder.join("foretell").join("raw"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_variable_comes_first_then_the_systems_place_then_the_home_folder() {
        let find = |set: &[(&str, &str)], home: Option<&str>| {
            let variable = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            cache_of(&variable, home.map(PathBuf::from))
        };
        let path = |text: &str| Some(PathBuf::from(text));
        let all = [(VARIABLE, "/mine"), ("XDG_CACHE_HOME", "/caches")];
        assert_eq!(find(&all, Some("/home/me")), path("/mine"));
        assert_eq!(find(&all[1..], Some("/home/me")), path("/caches/foretell/raw"));
        let relative = [(VARIABLE, ""), ("XDG_CACHE_HOME", "caches")];
        assert_eq!(find(&relative, Some("/home/me")), path("/home/me/.cache/foretell/raw"));
        assert_eq!(find(&[], None), None);
    }
}
