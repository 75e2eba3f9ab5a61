//! call-media
