//! How trustworthy a call seems, and why. A class only orders the queue; it never refuses anybody.

use dispatch_core::call::fact::{CallerClass, ScreenReason};

/// What was found on arrival, and since.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Screening {
    pub(crate) class: CallerClass,
    pub(crate) because: Vec<ScreenReason>,
}
