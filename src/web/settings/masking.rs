//! Which roles are shown masked numbers: part of the users' page.

use actix_web::{HttpResponse, web};

use super::saved;
use crate::actions::masking;
use crate::app::App;
use crate::domain::user::Role;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::session::Admin;

/// `PUT /settings/masking`: the roles that are ticked, and no others.
pub async fn update(
    app: web::Data<App>,
    Admin(session): Admin,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let roles = fields.all("role").filter_map(Role::from_word).collect();
    masking::set(&app, session.caller, roles).await?;
    Ok(saved("/settings/users"))
}
