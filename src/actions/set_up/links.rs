//! Who holds a link into an empty house, and what its pages have been told so far.
//!
//! Each process that finds the house empty prints a link of its own. It leads in
//! at every node, because what there is to know of it is stored: a hash of its
//! token, and, sealed, the answers of the first pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::actions::ActionError;
use crate::app::App;
use crate::clock::fresh_id;
use crate::domain::user::Actor;
use crate::store::audit::Object;
use crate::store::ids::RowId;
use crate::store::seal::random;
use crate::store::set_up_links::{self, Link};
use crate::store::{StoreError, users};

/// A link that nobody used is a way in that nobody watches.
const LIFE: TimeDelta = TimeDelta::days(7);

/// A link's token, and the answers of the first two pages.
#[derive(Clone, Debug)]
pub struct Papers {
    pub token: String,
    pub told: Told,
    id: RowId,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub organization: Option<AboutOrganization>,
    pub administrator: Option<AboutAdministrator>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutOrganization {
    pub name: String,
    pub inbox: String,
    pub locale: String,
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutAdministrator {
    pub name: String,
    pub email: String,
    pub password: Zeroizing<String>,
}

/// The token of a new link; `None` if there is an administrator.
pub async fn begin(app: &App) -> Result<Option<String>, ActionError> {
    if app.store.read(users::an_admin_exists).await? {
        return Ok(None);
    }
    // 192 bits: nobody guesses it before the house is set up.
    let token = URL_SAFE_NO_PAD.encode(random::<24>());
    let (id, made): (RowId, _) = (fresh_id(), token.clone());
    app.store
        .write(move |tx| {
            let now = tx.now;
            set_up_links::delete_before(tx, now - LIFE)?;
            set_up_links::insert(tx, id, &made, now)?;
            tx.audit(&Actor::system(), "house.link", Object::new("set_up_link", id.0));
            Ok::<_, ActionError>(())
        })
        .await?;
    Ok(Some(token))
}

/// The papers of the holder of `token`.
///
/// # Errors
/// `NotFound` for everybody else, and for everybody once there is an administrator.
pub async fn papers(app: &App, token: &str) -> Result<Papers, ActionError> {
    let (oldest, token) = (app.clock.now() - LIFE, token.to_owned());
    app.store
        .read(move |db| {
            // `henji init` may have come first.
            if users::an_admin_exists(db)? {
                return Err(StoreError::NotFound.into());
            }
            let Link { id, papers } =
                set_up_links::find(db, &token, oldest)?.ok_or(StoreError::NotFound)?;
            let told = match papers {
                Some(json) => serde_json::from_slice(&json).map_err(|_broken| UNREADABLE)?,
                None => Told::default(),
            };
            Ok(Papers { token, told, id })
        })
        .await
}

impl Papers {
    pub async fn note_organization(
        mut self,
        app: &App,
        told: AboutOrganization,
    ) -> Result<Self, ActionError> {
        self.told.organization = Some(told);
        self.keep(app).await
    }

    pub async fn note_administrator(
        mut self,
        app: &App,
        told: AboutAdministrator,
    ) -> Result<Self, ActionError> {
        self.told.administrator = Some(told);
        self.keep(app).await
    }

    /// Both answers, once both were given.
    pub fn answers(&self) -> Option<(&AboutOrganization, &AboutAdministrator)> {
        self.told.organization.as_ref().zip(self.told.administrator.as_ref())
    }

    async fn keep(self, app: &App) -> Result<Self, ActionError> {
        let id = self.id;
        let json = serde_json::to_vec(&self.told).map_err(|_broken| UNREADABLE)?;
        let json = Zeroizing::new(json);
        let kept = app.store.write(move |tx| {
            if !set_up_links::save_papers(tx, id, &json)? {
                return Err(StoreError::NotFound);
            }
            tx.audit(&Actor::system(), "house.told", Object::new("set_up_link", id.0));
            Ok(())
        });
        kept.await?;
        Ok(self)
    }
}

const UNREADABLE: StoreError = StoreError::Sealed("the answers so far cannot be read");
