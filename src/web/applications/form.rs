//! An application written down by hand, and what is known of one said anew.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::path_of;
use crate::actions::applications::by_hand::{self, About};
use crate::actions::applications::{Entered, New};
use crate::actions::{ActionError, Problem};
use crate::app::App;
use crate::domain::id::{ApplicationId, InboxId, UserId};
use crate::domain::user::Sight;
use crate::store::applications::{self, media};
use crate::store::inboxes::{self, Inbox};
use crate::store::{Db, StoreError, users};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::fragment::{html_with, see_other};
use crate::web::session::Session;
use crate::web::settings::status_of;
use crate::web::shell::shell;
use crate::web::views::{ApplicationFormPage, ChoiceView, FormErrors, Nav};
use crate::web::words;

/// The action's fields that the form calls by another name.
const NAMES: &[(&str, &str)] = &[("user_id", "recruiter")];

/// `GET /applications/new`
pub async fn new(app: web::Data<App>, session: Session) -> Result<HttpResponse, WebError> {
    for_those_who_answer(&session)?;
    let typed = Fields::of(&[("recruiter", &session.user.id.to_string())]);
    page(&app, &session, None, &typed, FormErrors::none()).await
}

/// `POST /applications`: to the application, or to the one that it is.
pub async fn create(
    app: web::Data<App>,
    session: Session,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    for_those_who_answer(&session)?;
    let Some(inbox) = inbox_of(&app, &session, &fields).await? else {
        let errors = FormErrors::of("inbox_id", session.locale().field_choose_one().to_owned());
        return page(&app, &session, None, &fields, errors).await;
    };
    let new = New {
        inbox,
        to: fields.get("to").to_owned(),
        name: text(&fields, "name"),
        job: text(&fields, "job"),
        medium: text(&fields, "medium"),
        recruiter_email: None,
        applied_at: None,
        external_id: None,
    };
    let done = match recruiter(&fields) {
        Ok(recruiter) => by_hand::add(&app, session.caller.clone(), new, recruiter).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(Entered { application, .. }) => Ok(see_other(&path_of(application.id))),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, NAMES)?;
            page(&app, &session, None, &fields, errors).await
        }
    }
}

/// `GET /applications/{id}/edit`
pub async fn edit(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
) -> Result<HttpResponse, WebError> {
    let (id, sight) = (ApplicationId(path.into_inner()), session.caller.sight.clone());
    let read = app.store.read(move |db| {
        let one = applications::visible_to(db, &sight, id)?;
        let medium = one.medium.map(|id| media::name(db, id)).transpose()?;
        Ok::<_, StoreError>((one, medium))
    });
    let (one, medium) = read.await?;
    if !session.user.role.may_answer() {
        return Err(WebError::Forbidden);
    }
    let known = Fields::of(&[
        ("job", &one.job.unwrap_or_default()),
        ("medium", &medium.unwrap_or_default()),
        ("recruiter", &one.recruiter.map(|id| id.to_string()).unwrap_or_default()),
    ]);
    page(&app, &session, Some(id), &known, FormErrors::none()).await
}

/// `PUT /applications/{id}/about`
pub async fn update(
    app: web::Data<App>,
    session: Session,
    path: web::Path<Uuid>,
    fields: Fields,
) -> Result<HttpResponse, WebError> {
    let id = ApplicationId(path.into_inner());
    let about =
        |recruiter| About { job: text(&fields, "job"), medium: text(&fields, "medium"), recruiter };
    let done = match recruiter(&fields) {
        Ok(it) => by_hand::change(&app, session.caller.clone(), id, about(it)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see_other(&path_of(id))),
        Err(error) => {
            let errors = words::form_errors(session.locale(), error, NAMES)?;
            page(&app, &session, Some(id), &fields, errors).await
        }
    }
}

/// Whoever only reads is not shown how to write.
fn for_those_who_answer(session: &Session) -> Result<(), WebError> {
    if session.user.role.may_answer() { Ok(()) } else { Err(WebError::NotFound) }
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.filled(name).map(str::to_owned)
}

/// Nobody where none is chosen.
fn recruiter(fields: &Fields) -> Result<Option<UserId>, ActionError> {
    let chosen = fields.filled("recruiter").map(str::parse).transpose();
    chosen.map_err(|_no_id| ActionError::invalid("user_id", Problem::Unknown))
}

/// The inbox that was chosen, or the only one there is to choose.
async fn inbox_of(
    app: &App,
    session: &Session,
    fields: &Fields,
) -> Result<Option<InboxId>, WebError> {
    let seen = app.store.read({
        let sight = session.caller.sight.clone();
        move |db| inboxes::in_sight(db, &sight)
    });
    let seen = seen.await?;
    let chosen: Option<InboxId> = fields.get("inbox_id").parse().ok();
    Ok(match (chosen, seen.as_slice()) {
        (Some(id), seen) => seen.contains(&id).then_some(id),
        (None, [only]) => Some(*only),
        (None, _) => None,
    })
}

/// What there is to choose from: for `id` of its inbox, else of all that the reader sees.
struct Choices {
    inboxes: Vec<Inbox>,
    /// Ids and names.
    people: Vec<(String, String)>,
    media: Vec<String>,
}

impl Choices {
    fn read(db: &mut Db, sight: &Sight, id: Option<ApplicationId>) -> Result<Self, StoreError> {
        let one = id.map(|id| applications::visible_to(db, sight, id)).transpose()?;
        let mut inboxes = inboxes::all(db)?;
        inboxes.retain(|inbox| match &one {
            Some(one) => inbox.id == one.inbox,
            None => sight.sees(inbox.id),
        });
        let ids: Vec<InboxId> = inboxes.iter().map(|inbox| inbox.id).collect();
        let mut people: Vec<(String, String)> = users::answering_in_any(db, &ids)?
            .into_iter()
            .map(|user| (user.id.to_string(), user.name))
            .collect();
        // Somebody who has left the inbox still has it.
        if let Some(id) = one.and_then(|one| one.recruiter)
            && people.iter().all(|(known, _)| *known != id.to_string())
        {
            people
                .extend(users::names(db, &[id])?.into_iter().map(|(id, it)| (id.to_string(), it)));
        }
        let media = media::all(db)?.into_iter().map(|one| one.name).collect();
        Ok(Self { inboxes, people, media })
    }
}

async fn page(
    app: &App,
    session: &Session,
    id: Option<ApplicationId>,
    typed: &Fields,
    errors: FormErrors,
) -> Result<HttpResponse, WebError> {
    let mut shell = shell(app, session, Nav::Appointments).await?;
    shell.appointments = true;
    let sight = session.caller.sight.clone();
    let choices = app.store.read(move |db| Choices::read(db, &sight, id)).await?;
    let choice = |name: &str, (value, label): (String, String)| ChoiceView {
        chosen: typed.get(name) == value,
        value,
        label,
    };
    let inbox = |one: Inbox| choice("inbox_id", (one.id.to_string(), one.name));
    let page = ApplicationFormPage {
        shell,
        id: id.map(|id| id.to_string()),
        inboxes: choices.inboxes.into_iter().map(inbox).collect(),
        people: choices.people.into_iter().map(|one| choice("recruiter", one)).collect(),
        media: choices.media,
        to: typed.get("to").to_owned(),
        name: typed.get("name").to_owned(),
        job: typed.get("job").to_owned(),
        medium: typed.get("medium").to_owned(),
        errors,
    };
    html_with(status_of(!page.errors.is_empty()), &page)
}
