//! Files that are sent in parts, straight from the disk: recordings and base maps.

mod download;
pub mod import;
mod range;

use std::io::SeekFrom;
use std::path::{Component, Path, PathBuf};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

pub use download::{CSV, JWS, PDF, XLSX, accepts, download};
pub use range::{Part, asked};

use crate::limits::FILE_PIECE_BYTES;
use crate::problem::{Code, Problem};

/// A file of the folder by its bare name: a name never leads elsewhere.
pub fn inside(dir: &Path, name: &str) -> Option<PathBuf> {
    let mut parts = Path::new(name).components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(only)), None) => Some(dir.join(only)),
        (Some(_), _) | (None, _) => None,
    }
}

/// A file that is being read.
pub struct OpenFile {
    file: File,
    bytes: u64,
}

impl OpenFile {
    /// Opens it.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path).await?;
        let bytes = file.metadata().await?.len();
        Ok(Self { file, bytes })
    }

    /// How long it is.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The part as an answer that carries this tag and type.
    ///
    /// # Errors
    /// When the disk does not give it.
    pub async fn answer(self, part: Part, tag: &str, kind: &'static str) -> std::io::Result<Response> {
        let bytes = self.bytes;
        let (status, first, last) = match part {
            Part::Outside => return Ok(outside(bytes)),
            Part::Whole => (StatusCode::OK, 0, bytes.saturating_sub(1)),
            Part::Bytes { first, last } => (StatusCode::PARTIAL_CONTENT, first, last),
        };
        let length = if bytes == 0 { 0 } else { last - first + 1 };
        let mut response = (status, self.body(first, length).await?).into_response();
        let sent = response.headers_mut();
        sent.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        sent.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        sent.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        insert_text(sent, header::ETAG, tag);
        if status == StatusCode::PARTIAL_CONTENT {
            insert_text(sent, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{bytes}"));
        }
        Ok(response)
    }

    /// So many bytes from there on, read as they are sent.
    async fn body(mut self, first: u64, bytes: u64) -> std::io::Result<Body> {
        self.file.seek(SeekFrom::Start(first)).await?;
        let pieces = futures_util::stream::try_unfold(self.file.take(bytes), |mut file| async move {
            let mut piece = vec![0; FILE_PIECE_BYTES];
            let length = file.read(&mut piece).await?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((length > 0).then(|| (Bytes::from(piece), file)))
        });
        Ok(Body::from_stream(pieces))
    }
}

fn outside(bytes: u64) -> Response {
    let mut response = Problem::new(Code::RangeNotSatisfiable).into_response();
    insert_text(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{bytes}"));
    response
}

/// Hashes and numbers are always fit for a header.
pub fn insert_text(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        let dir = Path::new("/rekaman");
        assert_eq!(inside(dir, "a.wav"), Some(PathBuf::from("/rekaman/a.wav")));
        for name in ["../a.wav", "/etc/passwd", "x/../../a", "", ".", "..", "b/a.wav"] {
            assert_eq!(inside(dir, name), None, "{name}");
        }
    }
}
