//! incident-store
