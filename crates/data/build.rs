//! Builds again when a card changes: the cards are part of the program.

fn main() {
    println!("cargo::rerun-if-changed=../../cards");
}
