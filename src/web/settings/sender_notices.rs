//! What the public page says of a number, and whom to ask.

use actix_web::{HttpRequest, HttpResponse, web};
use uuid::Uuid;

use super::{frame, saved, senders as list, status_of};
use crate::actions::publish_senders as verbs;
use crate::app::App;
use crate::domain::id::SenderId;
use crate::domain::message::Purpose;
use crate::domain::phone_number;
use crate::domain::sender_notice::{Carrier, SenderNotice};
use crate::store::{sender_notices, senders};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::html_with;
use crate::web::session::{Admin, Session};
use crate::web::views::{ChoiceView, FormErrors, SenderNoticePage};
use crate::web::words;

const LIST: &str = "/settings/senders";

/// `GET /settings/senders/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id = SenderId(path.into_inner());
    let kept = app.store.read(move |db| sender_notices::find(db, id)).await?.unwrap_or_default();
    form(&app, &session, &request, id, kept, FormErrors::none()).await
}

/// `PUT /settings/senders/{id}`
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    path: web::Path<Uuid>,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = SenderId(path.into_inner());
    let wanted = typed(&fields);
    match verbs::publish(&app, session.caller.clone(), id, wanted.clone()).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            form(&app, &session, &request, id, wanted, errors).await
        }
    }
}

/// `PUT /settings/inquiries`
pub async fn set_inquiries(
    app: web::Data<App>,
    Admin(session): Admin,
    request: HttpRequest,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let text = fields.get("inquiries");
    match verbs::set_inquiries(&app, session.caller.clone(), text).await {
        Ok(()) => Ok(saved(LIST)),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, &[])?;
            list::page(&app, &session, &request, Some(text), errors).await
        }
    }
}

fn typed(fields: &Fields) -> SenderNotice {
    let mut shown = <[String; 4]>::default();
    for (carrier, number) in Carrier::ALL.iter().zip(&mut shown) {
        *number = fields.get(carrier.word()).to_owned();
    }
    let is_ticked = |purpose: &Purpose| fields.all("purpose").any(|word| word == purpose.word());
    SenderNotice {
        purposes: Purpose::ALL.iter().copied().filter(is_ticked).collect(),
        sample: fields.get("sample").to_owned(),
        takes_calls: fields.has("takes_calls"),
        shown,
    }
}

async fn form(
    app: &App,
    session: &Session,
    request: &HttpRequest,
    id: SenderId,
    notice: SenderNotice,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let t = session.locale();
    let sender = app.store.read(move |db| senders::find(db, id)).await?;
    let choice = |purpose: &Purpose| ChoiceView {
        value: purpose.word().to_owned(),
        label: t.purpose(*purpose).to_owned(),
        chosen: notice.purposes.contains(purpose),
    };
    let carriers = Carrier::ALL.iter().zip(&notice.shown);
    let page = SenderNoticePage {
        shell: frame(app, session, request).await?,
        id: id.to_string(),
        address: phone_number::shown(&sender.address),
        purposes: Purpose::ALL.iter().map(choice).collect(),
        takes_calls: notice.takes_calls,
        sample: notice.sample.clone(),
        carriers: carriers
            .map(|(carrier, number)| (carrier.word(), carrier.name(), number.clone()))
            .collect(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
