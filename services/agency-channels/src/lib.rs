//! agency-channels
