//! supervision-log
