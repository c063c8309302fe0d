//! Raw files from a scripted local server: whole, in pieces, in archives, and not at all.

// `cfg(test)` tells the lints that helpers of tests are tests.
#[cfg(test)]
mod archives;
#[cfg(test)]
mod downloads;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod place;
#[cfg(test)]
mod server;
