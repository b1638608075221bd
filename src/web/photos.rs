//! Pictures of contacts, for those who may see the conversation.
//!
//! They were drawn anew before they were kept (`actions::photos`), so that a browser is
//! handed nothing that a stranger made. Under this path every answer says besides that
//! nothing in it may run (`web::headers`), and no browser keeps one: machines are shared.

use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::error::WebError;
use super::form::Fields;
use super::session::Session;
use crate::app::App;
use crate::domain::id::PhotoId;
use crate::domain::user::Sight;
use crate::store::photos::{self, Size};
use crate::store::{Db, StoreError, conversations};

/// Where pictures are.
pub(in crate::web) const PATH: &str = "/photos/";

/// `GET /photos/{id}`, with `?small` as the thread shows it.
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let (id, sight) = (PhotoId(path.into_inner()), session.caller.sight);
    let is_small = Fields::parse(request.query_string().as_bytes()).has("small");
    let size = if is_small { Size::Small } else { Size::Full };
    let jpeg = app.store.read(move |db| seen(db, &sight, id, size)).await?;
    Ok(answer(id, jpeg))
}

/// A picture as far as somebody may see it.
///
/// # Errors
/// `NotFound` where they may not, there is none, or its time is over.
pub(in crate::web) fn seen(
    db: &mut Db,
    sight: &Sight,
    id: PhotoId,
    size: Size,
) -> Result<Vec<u8>, StoreError> {
    let conversation = photos::conversation_of(db, id)?;
    conversations::visible_to(db, sight, conversation)?;
    photos::open(db, conversation, id, size)
}

pub(in crate::web) fn answer(id: PhotoId, jpeg: Vec<u8>) -> HttpResponse {
    let name = DispositionParam::Filename(format!("photo-{id}.jpg"));
    let shown = ContentDisposition { disposition: DispositionType::Inline, parameters: vec![name] };
    HttpResponse::Ok().content_type("image/jpeg").insert_header(shown).body(jpeg)
}
