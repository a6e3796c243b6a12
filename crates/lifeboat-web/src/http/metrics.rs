//! `GET /metrics`.

use std::{io, pin::pin};

use axum::{
    body::{Body, Bytes},
    extract,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use crate::{
    metrics::{Exposition, TextFormat},
    state::State,
};

pub(super) async fn show(
    extract::State(state): extract::State<State>,
    headers: HeaderMap,
) -> Response {
    let accept = headers.get_all(header::ACCEPT).iter();
    let format = TextFormat::accepted(accept.filter_map(|value| value.to_str().ok()));
    // One that stands by says nothing of assets: each series is to be there once.
    let view = state.serving().ok().map(|serving| serving.handle.view());
    let exposition = Exposition::new(view, state.standing(), format, state.compatibility_metrics);
    let headers = [(header::CONTENT_TYPE, format.content_type())];
    (headers, Body::from_stream(pieces(exposition))).into_response()
}

/// The pieces, of which one is rendered while those before it are on their way: no more, however slowly
/// they are taken.
fn pieces(exposition: Exposition) -> impl Stream<Item = io::Result<Bytes>> {
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut pieces = pin!(rendered(exposition));
        while let Some(piece) = pieces.next().await {
            if sender.send(piece).await.is_err() {
                // Whoever asked is gone.
                return;
            }
        }
    });
    stream::poll_fn(move |context| receiver.poll_recv(context))
}

/// The pieces, each rendered when it is asked for. What fails ends the answer before its end, which
/// scrapers notice.
fn rendered(exposition: Exposition) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(exposition, async |mut exposition| {
        // Rendering thousands of assets takes longer than others should wait for this thread.
        let rendered = tokio::task::spawn_blocking(move || {
            let piece = exposition.next_piece();
            piece.map(|piece| piece.map(|text| (Bytes::from(text), exposition)))
        });
        rendered.await?.map_err(io::Error::other)
    })
}
