//! `GET /tags`: what conversations are sorted by.

use actix_web::HttpResponse;

use super::conversations::TagView;
use super::{Call, List, Query, ok};
use crate::store::tags;

/// The tags that can be put on, in their order.
pub async fn index(call: Call) -> HttpResponse {
    call.answer(async |asker| {
        Query::of(&asker.request)?.finish()?;
        let items: Vec<TagView> =
            asker.app.store.read(tags::offered).await?.into_iter().map(TagView::from).collect();
        ok(&List { items, next: None::<String> })
    })
    .await
}
