//! Links in messages: whoever follows one to a stranger's host is asked first.
//!
//! A link of a bubble names the message and which of its links it is, never an
//! address: what is opened can only be what stands in a message the reader may see.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use url::Url;
use uuid::Uuid;

use super::error::WebError;
use super::fragment::html;
use super::session::Session;
use super::shell::shell;
use super::views::{LinkPage, Nav, Piece, pieces};
use crate::app::App;
use crate::domain::id::MessageId;
use crate::domain::short_link::{Destination, LinkToken};
use crate::store::{Db, StoreError, conversations, links, messages, templates};

/// `GET /messages/{id}/links/{at}`: on to a host that is known, else a page that
/// names it and asks. The other side learns nothing of where the reader comes from.
pub async fn show(
    app: web::Data<App>,
    session: Session,
    path: web::Path<(Uuid, usize)>,
) -> Result<HttpResponse, WebError> {
    let (id, at) = path.into_inner();
    let sight = session.caller.sight.clone();
    let read = app.store.read(move |db| {
        let message = messages::find(db, MessageId(id))?;
        let conversation = conversations::visible_to(db, &sight, message.conversation_id)?;
        let address = link(&message.body, at).ok_or(StoreError::NotFound)?;
        Ok::<_, StoreError>((address, conversation.id, hosts_of_templates(db)?))
    });
    let (address, conversation, known) = read.await?;
    // What no browser can open is no link.
    let url = Url::parse(&address).map_err(|_unreadable| WebError::NotFound)?;
    // What a short link of ours leads to, so that a look at it is no open.
    if let Some(destination) = destination(&app, &url).await? {
        return Ok(led(destination.as_str()));
    }
    let host = url.host_str().ok_or(WebError::NotFound)?;
    let web = &app.config.web;
    let ours = [web.public_url.domain(), web.links().domain()];
    if ours.contains(&Some(host)) || known.iter().any(|known| known == host) {
        return Ok(led(url.as_str()));
    }
    html(&LinkPage {
        host: host.to_owned(),
        port: url.port(),
        is_open: url.scheme() == "http",
        hides: !url.username().is_empty() || url.password().is_some(),
        href: url.as_str().to_owned(),
        address,
        conversation_id: conversation.to_string(),
        shell: shell(&app, &session, Nav::Inbox).await?,
    })
}

fn led(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

/// Where a short link of ours leads; `None` for any other address, and for a link
/// that is over.
async fn destination(app: &App, url: &Url) -> Result<Option<Destination>, WebError> {
    let web = &app.config.web;
    let origin = url.origin().ascii_serialization();
    if ![web.public_url.origin(), web.links().origin()].contains(&origin.as_str()) {
        return Ok(None);
    }
    let token = url.path().strip_prefix("/l/").and_then(LinkToken::parse);
    let (Some(token), now) = (token, app.clock.now()) else { return Ok(None) };
    let found = app.store.read(move |db| links::find_good(db, &token, now)).await?;
    Ok(found.map(|link| link.destination))
}

fn link(body: &str, at: usize) -> Option<String> {
    let is_it = |piece: &Piece<'_>| matches!(piece, Piece::Link(link) if link.at == at);
    pieces(body).iter().find(|piece| is_it(piece)).map(|piece| piece.text().to_owned())
}

/// The hosts an administrator has written into a template: people send these daily.
fn hosts_of_templates(db: &mut Db) -> Result<Vec<String>, StoreError> {
    let all = templates::all(db)?;
    let links = all.iter().flat_map(|template| pieces(&template.body));
    let links = links.filter(|piece| matches!(piece, Piece::Link(_)));
    let hosts =
        links.filter_map(|piece| Url::parse(piece.text()).ok()?.host_str().map(str::to_owned));
    Ok(hosts.collect())
}
