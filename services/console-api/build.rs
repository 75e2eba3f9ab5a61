//! The console's files are part of the binary: when `make console` made new ones, this crate is compiled again.
//! Cargo sees the files that were embedded, but not a folder that appears later; this line makes it look.

fn main() {
    println!("cargo::rerun-if-changed=../../web-console/dist");
}
