//! Every form of file that an import reads, and every way in which a row can be at fault.

// `cfg(test)` tells the lints that helpers of tests are tests.
#[cfg(test)]
mod bytes;
#[cfg(test)]
mod columns;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod place;
