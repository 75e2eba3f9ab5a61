//! The Sigap 112 binary.
fn main() {}
