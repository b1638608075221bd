//! Programs of others that are told what happens. Addresses are sealed like secrets: many
//! carry one.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::webhooks;
use super::seal::place;
use crate::domain::event::EventKind;
use crate::domain::id::{InboxId, WebhookId};
use crate::domain::webhook::Pause;

pub mod deliveries;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    pub kinds: Vec<EventKind>,
    /// `None` for all inboxes.
    pub inbox: Option<InboxId>,
    /// How far the log has been looked through for it.
    pub seq: i64,
    pub pause: Option<Pause>,
    pub created_at: DateTime<Utc>,
}

/// What signs: the secret, and the one before it for as long as that counts.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    pub new: String,
    pub old: Option<String>,
}

type Row = (WebhookId, Vec<u8>, String, Option<InboxId>, i64, Option<String>, NaiveDateTime);

type Columns = (
    webhooks::id,
    webhooks::url_sealed,
    webhooks::kinds,
    webhooks::inbox_id,
    webhooks::seq,
    webhooks::pause,
    webhooks::created_at,
);

fn columns() -> Columns {
    (
        webhooks::id,
        webhooks::url_sealed,
        webhooks::kinds,
        webhooks::inbox_id,
        webhooks::seq,
        webhooks::pause,
        webhooks::created_at,
    )
}

/// In the order they were made.
pub fn all(db: &mut Db) -> Result<Vec<Webhook>, StoreError> {
    let rows: Vec<Row> =
        webhooks::table.order(webhooks::id).select(columns()).load(&mut db.conn)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Those that are on.
pub fn on(db: &mut Db) -> Result<Vec<Webhook>, StoreError> {
    Ok(all(db)?.into_iter().filter(|webhook| webhook.pause.is_none()).collect())
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(webhooks::table.count().get_result(&mut db.conn)?)
}

pub fn find(db: &mut Db, id: WebhookId) -> Result<Webhook, StoreError> {
    let row: Row = webhooks::table.find(id).select(columns()).first(&mut db.conn)?;
    read(db, row)
}

pub fn insert(db: &mut Db, new: &Webhook, secret: &str) -> Result<(), StoreError> {
    let house = db.vault.house();
    let row = (
        webhooks::id.eq(new.id),
        webhooks::url_sealed.eq(house.seal_text(place("webhooks", "url_sealed", new.id), &new.url)),
        webhooks::secret_sealed
            .eq(house.seal_text(place("webhooks", "secret_sealed", new.id), secret)),
        webhooks::kinds.eq(words(&new.kinds)),
        webhooks::inbox_id.eq(new.inbox),
        webhooks::seq.eq(new.seq),
        webhooks::pause.eq(new.pause.map(Pause::word)),
        webhooks::created_at.eq(new.created_at.naive_utc()),
    );
    diesel::insert_into(webhooks::table).values(row).execute(&mut db.conn)?;
    Ok(())
}

/// Address, events, inbox and pause; the rest stays.
pub fn update(db: &mut Db, webhook: &Webhook) -> Result<(), StoreError> {
    let house = db.vault.house();
    let url = house.seal_text(place("webhooks", "url_sealed", webhook.id), &webhook.url);
    diesel::update(webhooks::table.find(webhook.id))
        .set((
            webhooks::url_sealed.eq(url),
            webhooks::kinds.eq(words(&webhook.kinds)),
            webhooks::inbox_id.eq(webhook.inbox),
            webhooks::pause.eq(webhook.pause.map(Pause::word)),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Its deliveries go with it.
pub fn delete(db: &mut Db, id: WebhookId) -> Result<bool, StoreError> {
    Ok(diesel::delete(webhooks::table.find(id)).execute(&mut db.conn)? == 1)
}

pub fn pause(db: &mut Db, id: WebhookId, why: Pause) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(id))
        .set(webhooks::pause.eq(why.word()))
        .execute(&mut db.conn)?;
    Ok(())
}

/// Moves on from `before`. False where another node has.
pub fn move_on(db: &mut Db, id: WebhookId, before: i64, seq: i64) -> Result<bool, StoreError> {
    let moved = diesel::update(webhooks::table.find(id))
        .filter(webhooks::seq.eq(before))
        .set(webhooks::seq.eq(seq))
        .execute(&mut db.conn)?;
    Ok(moved == 1)
}

/// Signs with `secret` from now on, and with the one before it until `until`.
pub fn change_secret(
    db: &mut Db,
    id: WebhookId,
    secret: &str,
    until: DateTime<Utc>,
) -> Result<(), StoreError> {
    let old: Vec<u8> =
        webhooks::table.find(id).select(webhooks::secret_sealed).first(&mut db.conn)?;
    let house = db.vault.house();
    // Each column seals for its own place.
    let old = house.open_text(place("webhooks", "secret_sealed", id), &old)?;
    let old = house.seal_text(place("webhooks", "old_secret_sealed", id), &old);
    let new = house.seal_text(place("webhooks", "secret_sealed", id), secret);
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::secret_sealed.eq(new),
            webhooks::old_secret_sealed.eq(Some(old)),
            webhooks::old_until.eq(Some(until.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    Ok(())
}

pub fn secrets(db: &mut Db, id: WebhookId, now: DateTime<Utc>) -> Result<Secrets, StoreError> {
    type Sealed = (Vec<u8>, Option<Vec<u8>>, Option<NaiveDateTime>);
    let (new, old, until): Sealed = webhooks::table
        .find(id)
        .select((webhooks::secret_sealed, webhooks::old_secret_sealed, webhooks::old_until))
        .first(&mut db.conn)?;
    let house = db.vault.house();
    let new = house.open_text(place("webhooks", "secret_sealed", id), &new)?;
    let old = old
        .filter(|_| until.is_some_and(|until| until.and_utc() > now))
        .map(|old| house.open_text(place("webhooks", "old_secret_sealed", id), &old))
        .transpose()?;
    Ok(Secrets { new, old })
}

fn words(kinds: &[EventKind]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(" ")
}

fn read(db: &Db, row: Row) -> Result<Webhook, StoreError> {
    let (id, url, kinds, inbox, seq, pause, created_at) = row;
    let kind = |word: &str| known(EventKind::from_word(word), "webhooks.kinds", word);
    let pause =
        pause.map(|word| known(Pause::from_word(&word), "webhooks.pause", &word)).transpose()?;
    Ok(Webhook {
        id,
        url: db.vault.house().open_text(place("webhooks", "url_sealed", id), &url)?,
        kinds: kinds.split_whitespace().map(kind).collect::<Result<_, _>>()?,
        inbox,
        seq,
        pause,
        created_at: created_at.and_utc(),
    })
}
