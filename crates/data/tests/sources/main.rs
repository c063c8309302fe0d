//! Sources of pairs: files of the wide layout, folders, and every way in which they can be at fault.

// `cfg(test)` tells the lints that helpers of tests are tests.
#[cfg(test)]
mod faults;
#[cfg(test)]
mod folders;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod place;
