//! What the public page says of our numbers, and the key that vouches for it.

use diesel::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::connection::{Db, on_each_backend};
use super::error::{StoreError, known};
use super::schema::{organizations, sender_notices};
use crate::domain::id::SenderId;
use crate::domain::message::Purpose;
use crate::domain::sender_notice::SenderNotice;

type Row = (SenderId, String, String, bool, String, String, String, String);

/// Of every sender that something is said of.
pub fn all(db: &mut Db) -> Result<Vec<(SenderId, SenderNotice)>, StoreError> {
    let rows: Vec<Row> = sender_notices::table.load(&mut db.conn)?;
    rows.into_iter().map(read).collect()
}

pub fn find(db: &mut Db, sender: SenderId) -> Result<Option<SenderNotice>, StoreError> {
    let row: Option<Row> = sender_notices::table.find(sender).first(&mut db.conn).optional()?;
    Ok(row.map(read).transpose()?.map(|(_, notice)| notice))
}

pub fn save(db: &mut Db, sender: SenderId, notice: &SenderNotice) -> Result<(), StoreError> {
    let words: Vec<&str> = notice.purposes.iter().map(|purpose| purpose.word()).collect();
    let words = words.join(" ");
    let [docomo, au, softbank, rakuten] = &notice.shown;
    let values = (
        sender_notices::purposes.eq(&words),
        sender_notices::sample.eq(&notice.sample),
        sender_notices::takes_calls.eq(notice.takes_calls),
        sender_notices::docomo.eq(docomo),
        sender_notices::au.eq(au),
        sender_notices::softbank.eq(softbank),
        sender_notices::rakuten.eq(rakuten),
    );
    on_each_backend!(&mut db.conn, |conn| diesel::insert_into(sender_notices::table)
        .values((sender_notices::sender_id.eq(sender), values))
        .on_conflict(sender_notices::sender_id)
        .do_update()
        .set(values)
        .execute(conn))?;
    Ok(())
}

/// Whom to ask about our texts; empty before anybody wrote it down.
pub fn inquiries(db: &mut Db) -> Result<String, StoreError> {
    let text: Option<String> =
        organizations::table.select(organizations::inquiries).first(&mut db.conn).optional()?;
    Ok(text.unwrap_or_default())
}

pub fn set_inquiries(db: &mut Db, text: &str) -> Result<(), StoreError> {
    diesel::update(organizations::table)
        .set(organizations::inquiries.eq(text))
        .execute(&mut db.conn)?;
    Ok(())
}

/// A statement of the house's: Ed25519 (RFC 8032) by a key that comes from the key file
/// and is used for nothing else, the same on every node and after a restore.
pub fn vouch(db: &Db, statement: &[u8]) -> Vec<u8> {
    key(db).sign(statement).as_ref().to_vec()
}

/// What everybody may know of that key.
pub fn public_key(db: &Db) -> Vec<u8> {
    key(db).public_key().as_ref().to_vec()
}

fn key(db: &Db) -> Ed25519KeyPair {
    let seed = db.vault.statement_seed();
    Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).expect("32 bytes are a seed")
}

fn read(row: Row) -> Result<(SenderId, SenderNotice), StoreError> {
    let (sender, words, sample, takes_calls, docomo, au, softbank, rakuten) = row;
    let purpose = |word| known(Purpose::from_word(word), "sender_notices.purposes", word);
    let purposes = words.split_whitespace().map(purpose).collect::<Result<_, _>>()?;
    let shown = [docomo, au, softbank, rakuten];
    Ok((sender, SenderNotice { purposes, sample, takes_calls, shown }))
}
