//! Who holds the set-up link, and what its pages have been told so far.

use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::app::App;
use crate::store::seal::random;
use crate::store::{StoreError, users};
use crate::web::error::WebError;

/// The door of the first run; shut for good once there is an administrator.
///
/// Each process has a door and a token of its own: with several nodes, the link
/// leads in at the node that printed it.
#[derive(Clone, Default)]
pub struct SetUp {
    papers: Arc<Mutex<Option<Papers>>>,
}

/// The token, and the answers of the first two pages.
#[derive(Clone)]
pub struct Papers {
    pub token: String,
    pub organization: Option<AboutOrganization>,
    pub administrator: Option<AboutAdministrator>,
}

#[derive(Clone, Default)]
pub struct AboutOrganization {
    pub name: String,
    pub inbox: String,
    pub locale: String,
    pub time_zone: String,
}

#[derive(Clone)]
pub struct AboutAdministrator {
    pub name: String,
    pub email: String,
    pub password: Zeroizing<String>,
}

impl SetUp {
    /// A door that is open if there is no administrator yet.
    pub async fn open(app: &App) -> Result<Self, StoreError> {
        let door = Self::default();
        door.begin(app).await?;
        Ok(door)
    }

    /// The token of the link to print; `None` if there is an administrator.
    pub async fn begin(&self, app: &App) -> Result<Option<String>, StoreError> {
        if app.store.read(users::an_admin_exists).await? {
            self.close();
            return Ok(None);
        }
        let mut lock = self.lock();
        let papers = lock.get_or_insert_with(|| Papers {
            // 192 bits: nobody guesses it before the house is set up.
            token: URL_SAFE_NO_PAD.encode(random::<24>()),
            organization: None,
            administrator: None,
        });
        Ok(Some(papers.token.clone()))
    }

    /// The papers of the holder of `token`; for everybody else, and for everybody
    /// once there is an administrator, there is no such page.
    pub async fn papers(&self, app: &App, token: &str) -> Result<Papers, WebError> {
        let papers = self.held_by(token).ok_or(WebError::NotFound)?;
        // `henji init` may have come first.
        if app.store.read(users::an_admin_exists).await? {
            self.close();
            return Err(WebError::NotFound);
        }
        Ok(papers)
    }

    pub fn note_organization(&self, told: AboutOrganization) -> Result<Papers, WebError> {
        self.note(|papers| papers.organization = Some(told))
    }

    pub fn note_administrator(&self, told: AboutAdministrator) -> Result<Papers, WebError> {
        self.note(|papers| papers.administrator = Some(told))
    }

    /// The link has been used.
    pub fn close(&self) {
        *self.lock() = None;
    }

    fn held_by(&self, token: &str) -> Option<Papers> {
        let papers = self.lock().clone()?;
        bool::from(papers.token.as_bytes().ct_eq(token.as_bytes())).then_some(papers)
    }

    fn note(&self, write: impl FnOnce(&mut Papers)) -> Result<Papers, WebError> {
        let mut lock = self.lock();
        let papers = lock.as_mut().ok_or(WebError::NotFound)?;
        write(papers);
        Ok(papers.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Papers>> {
        self.papers.lock().expect("no code panics while it holds the papers")
    }
}

impl Papers {
    /// Both answers, once both were given.
    pub fn answers(&self) -> Option<(&AboutOrganization, &AboutAdministrator)> {
        self.organization.as_ref().zip(self.administrator.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(token: &str) -> SetUp {
        let papers = Papers { token: token.into(), organization: None, administrator: None };
        SetUp { papers: Arc::new(Mutex::new(Some(papers))) }
    }

    #[test]
    fn only_the_right_token_opens() {
        let desk = desk("a-token");
        assert!(desk.held_by("a-token").is_some());
        for wrong in ["", "a-toke", "a-token ", "A-TOKEN"] {
            assert!(desk.held_by(wrong).is_none(), "{wrong}");
        }
        assert!(SetUp::default().held_by("").is_none());
    }

    #[test]
    fn answers_are_kept_from_page_to_page_until_the_link_is_used() {
        let desk = desk("a-token");
        let told = AboutOrganization { name: "さくら電力".into(), ..Default::default() };
        assert!(desk.note_organization(told).unwrap().answers().is_none());
        let papers = desk
            .note_administrator(AboutAdministrator {
                name: "鈴木".into(),
                email: "suzuki@example.jp".into(),
                password: Zeroizing::new("a long enough pass phrase".into()),
            })
            .unwrap();
        assert_eq!(papers.answers().unwrap().0.name, "さくら電力");
        desk.close();
        assert!(desk.held_by("a-token").is_none());
        assert!(desk.note_organization(AboutOrganization::default()).is_err());
    }
}
