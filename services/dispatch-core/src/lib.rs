//! dispatch-core
