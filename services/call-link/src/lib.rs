//! call-link
