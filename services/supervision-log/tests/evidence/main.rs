//! What the log proves: every kind of change to it is found, and the first bad entry is named.

mod documentation;
mod export;
mod mutations;
mod proofs;
mod sample;
mod trees;
