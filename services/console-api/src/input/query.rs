//! Paths and queries, with problems instead of plain texts when they cannot be read.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::limits::{PAGE_ITEMS, PAGE_ITEMS_MAX};
use crate::problem::{Code, Problem};

/// The id in a path. Something that is no id names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<S, T> FromRequestParts<S> for Id<T>
where
    S: Send + Sync,
    T: std::str::FromStr + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|_| Problem::new(Code::NotFound))?;
        text.parse().map(Self).map_err(|_| Problem::new(Code::NotFound))
    }
}

/// Two ids in a path, in their order. Something that is no id names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Ids<A, B>(pub A, pub B);

impl<S, A, B> FromRequestParts<S> for Ids<A, B>
where
    S: Send + Sync,
    A: std::str::FromStr + Send,
    B: std::str::FromStr + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) = path.map_err(|_| Problem::new(Code::NotFound))?;
        let both = first.parse().ok().zip(second.parse().ok());
        both.map(|(first, second)| Self(first, second)).ok_or(Problem::new(Code::NotFound))
    }
}

/// A query.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|rejection| {
            let said = rejection.body_text();
            let told = said.split(": ").skip(1).collect::<Vec<_>>().join(": ");
            Problem::new(Code::InvalidQuery).because(
                format!("Perbaiki parameter lalu muat lagi ({told})."),
                format!("Correct the parameter and load again ({told})."),
            )
        })
    }
}

/// The address that a request came from, when the server knows it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(connected.map(|ConnectInfo(address)| address.ip())))
    }
}

/// How many items a page has: what was asked for, within bounds.
pub fn page_items(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX)
}
