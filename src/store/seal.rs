//! Sealed columns: a stolen database, replica or backup shows nobody.
//!
//! Every contact has a key of its own (AES-256-GCM), wrapped by a key that is
//! derived from the key file and never in the database. What belongs to no
//! contact (staff, credentials, quarantine) is sealed with a house key. Exact
//! look-up goes through an HMAC of the value (a blind index). AES-GCM and
//! HMAC-SHA-256 are on the 電子政府推奨暗号リスト, which APPI's exemption for
//! 高度な暗号化 asks for.
//!
//! A sealed value is `1 | kid (4) | nonce (12) | ciphertext | tag (16)`; the
//! associated data names table, column and row, so that a value moved to another
//! place does not open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::error::StoreError;
use crate::domain::id::{ContactId, ConversationId, UserId};

const VERSION: u8 = 1;
const KID: usize = 4;
const NONCE: usize = 12;
const HEAD: usize = 1 + KID + NONCE;
/// Unwrapped contact keys kept in memory; 65,536 take about 10 MB.
const KEYS_KEPT: usize = 65_536;

/// Where a sealed value lives.
#[derive(Clone, Copy)]
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
}

pub fn place(table: &'static str, column: &'static str, row: impl Into<RowUuid>) -> Place {
    Place { table, column, row: row.into().0 }
}

/// Any id, as the row part of a [`Place`].
pub struct RowUuid(Uuid);

macro_rules! rows {
    ($($id:ty),+) => {$(
        impl From<$id> for RowUuid {
            fn from(id: $id) -> Self {
                Self(id.0)
            }
        }
    )+};
}
rows!(
    super::ids::RowId,
    ContactId,
    crate::domain::id::ApplicationId,
    crate::domain::id::ApplicationSourceId,
    crate::domain::id::AttemptId,
    crate::domain::id::ConversationId,
    crate::domain::id::HandoffFlowId,
    crate::domain::id::HandoffId,
    crate::domain::id::InboxId,
    crate::domain::id::InterviewerCalendarId,
    crate::domain::id::InterviewerId,
    crate::domain::id::LinkId,
    crate::domain::id::MailId,
    crate::domain::id::WebhookId,
    crate::domain::id::MessageId,
    crate::domain::id::NudgeId,
    crate::domain::id::OfferId,
    crate::domain::id::PhotoId,
    crate::domain::id::ProviderAccountId,
    crate::domain::id::QuarantineId,
    crate::domain::id::SessionId,
    crate::domain::id::TemplateId,
    crate::domain::id::UserId
);

/// A key that seals and opens.
#[derive(Clone)]
pub struct Key {
    kid: [u8; KID],
    cipher: Aes256Gcm,
}

impl Key {
    fn new(bytes: &[u8; 32]) -> Self {
        let fingerprint = Sha256::new().chain_update(b"henji kid").chain_update(bytes).finalize();
        let mut kid = [0; KID];
        kid.copy_from_slice(&fingerprint[..KID]);
        Self { kid, cipher: Aes256Gcm::new(bytes.into()) }
    }

    pub fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random();
        let payload = Payload { msg: plain, aad: &associated(place) };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .expect("AES-GCM takes any text shorter than 64 GiB");
        let mut value = Vec::with_capacity(HEAD + sealed.len());
        value.push(VERSION);
        value.extend_from_slice(&self.kid);
        value.extend_from_slice(&nonce);
        value.extend_from_slice(&sealed);
        value
    }

    /// Opens what [`Key::seal`] sealed for the same place.
    ///
    /// # Errors
    /// Never gives text back that was changed, cut, moved or sealed with another key.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (head, body) =
            sealed.split_at_checked(HEAD).ok_or(StoreError::Sealed("the value is cut off"))?;
        if head[0] != VERSION {
            return Err(StoreError::Sealed("the format is not known"));
        }
        if head[1..=KID] != self.kid {
            return Err(StoreError::Sealed("it was sealed with another key"));
        }
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&head[1 + KID..]);
        self.cipher
            .decrypt(&Nonce::from(nonce), Payload { msg: body, aad: &associated(place) })
            .map_err(|_tag| StoreError::Sealed("it was changed or moved"))
    }

    pub fn seal_text(&self, place: Place, text: &str) -> Vec<u8> {
        self.seal(place, text.as_bytes())
    }

    pub fn open_text(&self, place: Place, sealed: &[u8]) -> Result<String, StoreError> {
        String::from_utf8(self.open(place, sealed)?)
            .map_err(|_bytes| StoreError::Sealed("it holds no text"))
    }
}

/// Stands where a sealed value no longer opens, on screens only: never wrong
/// text, and one damaged value hides nothing else. In both languages, because
/// the store does not know its readers'.
pub const DAMAGED: &str = "⚠ 保存中に壊れ、表示できません (damaged in storage)";

/// A value to be shown: itself, or what says that it is damaged.
fn shown(opened: Result<String, StoreError>) -> Result<String, StoreError> {
    match opened {
        Err(StoreError::Sealed(what)) => {
            tracing::error!(problem = what, "a sealed value does not open: run henji doctor");
            Ok(DAMAGED.to_owned())
        }
        opened => opened,
    }
}

/// What [`Key::open_text`] opens, to be shown; `None` is a key that was damaged itself.
pub(super) fn show(key: Option<&Key>, place: Place, sealed: &[u8]) -> Result<String, StoreError> {
    shown(match key {
        Some(key) => key.open_text(place, sealed),
        None => Err(StoreError::Sealed("its key does not open")),
    })
}

/// A key for what is only shown: without it everything under it is damaged.
pub(super) fn if_whole(key: Result<Arc<Key>, StoreError>) -> Result<Option<Arc<Key>>, StoreError> {
    match key {
        Err(StoreError::Sealed(_)) => Ok(None),
        key => key.map(Some),
    }
}

/// All keys, derived from the one in the key file.
pub struct Vault {
    wrapping: Key,
    house: Key,
    journal: Key,
    address_index: Zeroizing<[u8; 32]>,
    email_index: Zeroizing<[u8; 32]>,
    name: String,
    backup: Zeroizing<[u8; 32]>,
    audit_head: Zeroizing<[u8; 32]>,
    search: Zeroizing<[u8; 32]>,
    replies: Zeroizing<[u8; 32]>,
    links: Zeroizing<[u8; 32]>,
    statements: Zeroizing<[u8; 32]>,
    contacts: Mutex<HashMap<ContactId, Arc<Key>>>,
}

impl Vault {
    pub fn new(mut file_key: [u8; 32]) -> Self {
        let derived = Hkdf::<Sha256>::new(Some(b"henji v1"), &file_key);
        let derive = |label: &str| {
            let mut key = Zeroizing::new([0; 32]);
            derived.expand(label.as_bytes(), key.as_mut_slice()).expect("32 bytes are few enough");
            key
        };
        let vault = Self {
            wrapping: Key::new(&derive("wrap contact keys")),
            house: Key::new(&derive("house")),
            journal: Key::new(&derive("webhook journal")),
            address_index: derive("address index"),
            email_index: derive("email index"),
            name: hex(&derive("name")[..8]),
            backup: derive("backup"),
            audit_head: derive("audit head"),
            search: derive("search index"),
            replies: derive("mail replies"),
            links: derive("short links"),
            statements: derive("public statements"),
            contacts: Mutex::default(),
        };
        file_key.zeroize();
        vault
    }

    /// The key for what belongs to no contact.
    pub fn house(&self) -> &Key {
        &self.house
    }

    /// What the house is called where several share a broker: the same on each
    /// of its nodes, and gives nothing of the key away.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key of what is written beside the database while that is away.
    pub fn journal(&self) -> &Key {
        &self.journal
    }

    /// Makes a contact's key: the key, and its wrapped form for the database.
    pub fn new_contact_key(&self, contact: ContactId) -> (Arc<Key>, Vec<u8>) {
        let bytes = Zeroizing::new(random::<32>());
        let wrapped = self.wrapping.seal(key_place(contact), bytes.as_slice());
        (self.keep(contact, Key::new(&bytes)), wrapped)
    }

    pub fn contact_key(&self, contact: ContactId, wrapped: &[u8]) -> Result<Arc<Key>, StoreError> {
        if let Some(key) = self.kept(contact) {
            return Ok(key);
        }
        let opened = Zeroizing::new(self.wrapping.open(key_place(contact), wrapped)?);
        let bytes: &[u8; 32] = opened
            .as_slice()
            .try_into()
            .map_err(|_length| StoreError::Sealed("the contact's key has the wrong length"))?;
        Ok(self.keep(contact, Key::new(bytes)))
    }

    /// The look-up value of a phone number; equal for equal numbers only.
    pub fn address_index(&self, address: &str) -> Vec<u8> {
        mac(&self.address_index, &[b"phone", address.as_bytes()])
    }

    /// What a call is known by at one telephone exchange: its name there may hold the
    /// caller's number.
    pub fn call_index(&self, exchange: Uuid, call: &str) -> Vec<u8> {
        mac(&self.address_index, &[b"call", exchange.as_bytes(), call.as_bytes()])
    }

    /// What an application is known by, of all that come the same way: its name there may
    /// hold the applicant's.
    pub fn application_index(&self, way: Uuid, name: &str) -> Vec<u8> {
        mac(&self.address_index, &[b"application", way.as_bytes(), name.as_bytes()])
    }

    /// The look-up value of a mail address, whatever its case.
    pub fn email_index(&self, email: &str) -> Vec<u8> {
        mac(&self.email_index, &[b"email", email.trim().to_lowercase().as_bytes()])
    }

    /// Tells backups of this key file from those of others.
    pub(super) fn backup_key_id(&self) -> [u8; KID] {
        Key::new(&self.backup).kid
    }

    /// What one backup file is sealed with. Its salt is used once, so that its
    /// nonces may be counted.
    pub(super) fn backup_cipher(&self, salt: &[u8; 32]) -> Aes256Gcm {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), self.backup.as_slice())
            .expand(b"file", key.as_mut_slice())
            .expect("32 bytes are few enough");
        let key: &[u8; 32] = &key;
        Aes256Gcm::new(key.into())
    }

    /// What an address for answers by mail ends with: nobody else can make it, nor
    /// use it for another conversation, by another user or for longer.
    pub(super) fn reply_mark(
        &self,
        id: Uuid,
        conversation: ConversationId,
        user: UserId,
        until: u32,
    ) -> [u8; 16] {
        let (until, ids) = (until.to_be_bytes(), [id, conversation.0, user.0]);
        let [id, conversation, user] = ids.each_ref().map(|id| id.as_bytes().as_slice());
        let mac = mac(&self.replies, &[b"address", id, conversation, user, &until]);
        let mut mark = [0; 16];
        mark.copy_from_slice(&mac[..16]);
        mark
    }

    /// What a mail is known by, so that one that comes twice is known again.
    pub fn mail_hash(&self, address: &str, name: &[u8]) -> Vec<u8> {
        mac(&self.replies, &[b"mail", address.as_bytes(), name])
    }

    /// What a link is looked up by: whoever reads the database can open none.
    pub(super) fn link_hash(&self, token: &str) -> Vec<u8> {
        mac(&self.links, &[b"token", token.as_bytes()])
    }

    /// What a reply form is looked up by: no link is one.
    pub(super) fn form_hash(&self, token: &str) -> Vec<u8> {
        mac(&self.links, &[b"form", token.as_bytes()])
    }

    /// What an interviewer's feed is looked up by: no link and no form is one.
    pub(super) fn feed_hash(&self, token: &str) -> Vec<u8> {
        mac(&self.links, &[b"feed", token.as_bytes()])
    }

    /// What a candidate's page is looked up by: neither a link nor a form is one.
    pub(super) fn page_hash(&self, token: &str) -> Vec<u8> {
        mac(&self.links, &[b"page", token.as_bytes()])
    }

    /// What the key for public statements is made from.
    pub(super) fn statement_seed(&self) -> &Zeroizing<[u8; 32]> {
        &self.statements
    }

    /// Vouches for the newest entry of the audit log.
    pub(super) fn audit_mac(&self, entries: i64, hash: &[u8]) -> Vec<u8> {
        mac(&self.audit_head, &[&entries.to_be_bytes(), hash])
    }

    /// What the search index knows a piece of text by. Two pieces may share one:
    /// whoever asks looks into the text as well.
    pub(super) fn search_token(&self, field: &str, piece: &[u8]) -> i32 {
        let mac = mac(&self.search, &[field.as_bytes(), piece]);
        i32::from_be_bytes([mac[0], mac[1], mac[2], mac[3]])
    }

    pub(super) fn kept(&self, contact: ContactId) -> Option<Arc<Key>> {
        self.contacts.lock().expect("no code panics with the keys").get(&contact).cloned()
    }

    fn keep(&self, contact: ContactId, key: Key) -> Arc<Key> {
        let key = Arc::new(key);
        let mut kept = self.contacts.lock().expect("no code panics with the keys");
        if kept.len() >= KEYS_KEPT {
            kept.clear();
        }
        kept.insert(contact, key.clone());
        key
    }
}

/// SHA-256 of a secret that is long enough to need no slow hash (≥ 112 bit, ASVS 6.5.2).
pub fn secret_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Bytes from the operating system's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

pub const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// So many of [`LETTERS`], each 5.95 bit.
pub fn random_letters(length: usize) -> String {
    let mut letters = String::with_capacity(length);
    while letters.len() < length {
        // Values from 248 up would favour the first letters.
        let candidates = random::<32>().into_iter().filter(|byte| *byte < 248);
        let more = candidates.map(|byte| char::from(LETTERS[usize::from(byte % 62)]));
        letters.extend(more.take(length - letters.len()));
    }
    letters
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key_place(contact: ContactId) -> Place {
    place("contacts", "key_wrapped", contact)
}

fn associated(place: Place) -> Vec<u8> {
    let mut aad = Vec::with_capacity(64);
    for part in [place.table.as_bytes(), place.column.as_bytes(), place.row.as_bytes()] {
        aad.extend_from_slice(&(part.len() as u32).to_be_bytes());
        aad.extend_from_slice(part);
    }
    aad
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key");
    for part in parts {
        mac.update(part);
        mac.update(&[0]);
    }
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(&[7; 32])
    }

    fn here() -> Place {
        Place { table: "messages", column: "body_sealed", row: Uuid::from_u128(1) }
    }

    #[test]
    fn what_was_sealed_opens() {
        let sealed = key().seal_text(here(), "2でお願いします");
        assert_eq!(key().open_text(here(), &sealed).unwrap(), "2でお願いします");
    }

    #[test]
    fn no_changed_cut_or_moved_value_opens() {
        let sealed = key().seal_text(here(), "2でお願いします");
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut flipped = sealed.clone();
                flipped[at] ^= 1 << bit;
                assert!(key().open(here(), &flipped).is_err(), "bit {bit} of byte {at}");
            }
            assert!(key().open(here(), &sealed[..at]).is_err());
        }
        let elsewhere = Place { row: Uuid::from_u128(2), ..here() };
        assert!(key().open(elsewhere, &sealed).is_err());
        assert!(Key::new(&[8; 32]).open(here(), &sealed).is_err());
    }

    #[test]
    fn contact_keys_survive_a_restart_and_differ() {
        let (one, two) = (ContactId(Uuid::from_u128(1)), ContactId(Uuid::from_u128(2)));
        let (key, wrapped) = Vault::new([1; 32]).new_contact_key(one);
        let sealed = key.seal_text(here(), "x");
        let restarted = Vault::new([1; 32]);
        let reopened = restarted.contact_key(one, &wrapped).unwrap();
        assert_eq!(reopened.open_text(here(), &sealed).unwrap(), "x");
        assert!(restarted.contact_key(two, &wrapped).is_err());
        assert!(Vault::new([2; 32]).contact_key(one, &wrapped).is_err());
    }

    #[test]
    fn the_blind_index_knows_equal_values_only() {
        let vault = Vault::new([1; 32]);
        assert_eq!(vault.address_index("+819012345678"), vault.address_index("+819012345678"));
        assert_ne!(vault.address_index("+819012345678"), vault.address_index("+819012345679"));
        assert_eq!(vault.email_index("Sato@Example.jp "), vault.email_index("sato@example.jp"));
        assert_ne!(vault.email_index("x"), vault.address_index("x"));
    }
}
