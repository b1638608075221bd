//! What inboxes answer by themselves, and what was said before in a conversation.
//!
//! A rule's text is sealed with the house's key, as templates are.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::connection::Db;
use super::error::{StoreError, known};
use super::schema::{automatic_policies, automatic_rules, drafts, messages};
use super::seal::place;
use crate::domain::automatic_reply::{Before, LATE, Matching, Occasion, Policy, Rule, TALKING};
use crate::domain::id::{ConversationId, InboxId, MessageId};
use crate::domain::message::{Direction, MessageKind};

type RuleRow = (InboxId, String, String, Option<String>, Vec<u8>);

/// What an inbox goes by; without a policy it says nothing.
pub fn policy(db: &mut Db, inbox: InboxId) -> Result<Option<Policy>, StoreError> {
    let kept: Option<(i64, Option<NaiveDateTime>)> = automatic_policies::table
        .find(inbox)
        .select((automatic_policies::pause_seconds, automatic_policies::mail_since))
        .first(&mut db.conn)
        .optional()?;
    let Some((pause, mail_since)) = kept else { return Ok(None) };
    let rows: Vec<RuleRow> = automatic_rules::table
        .filter(automatic_rules::inbox_id.eq(inbox))
        .order(automatic_rules::position)
        .select((
            automatic_rules::inbox_id,
            automatic_rules::occasion,
            automatic_rules::matching,
            automatic_rules::words,
            automatic_rules::body_sealed,
        ))
        .load(&mut db.conn)?;
    let rules = rows.into_iter().map(|row| read(db, row)).collect::<Result<_, _>>()?;
    let pause = TimeDelta::seconds(pause);
    Ok(Some(Policy { pause, rules, mails: mail_since.is_some() }))
}

/// The inboxes that answer by themselves.
pub fn inboxes(db: &mut Db) -> Result<Vec<InboxId>, StoreError> {
    Ok(automatic_rules::table
        .filter(automatic_rules::position.eq(0))
        .select(automatic_rules::inbox_id)
        .load(&mut db.conn)?)
}

/// The inboxes that mail what does not arrive, since when.
pub fn mailing(db: &mut Db) -> Result<Vec<(InboxId, DateTime<Utc>)>, StoreError> {
    let rows: Vec<(InboxId, Option<NaiveDateTime>)> = automatic_policies::table
        .filter(automatic_policies::mail_since.is_not_null())
        .select((automatic_policies::inbox_id, automatic_policies::mail_since))
        .load(&mut db.conn)?;
    Ok(rows.into_iter().filter_map(|(inbox, since)| Some((inbox, since?.and_utc()))).collect())
}

/// Makes `policy` what the inbox goes by; one without rules keeps its pause.
pub fn set_policy(
    db: &mut Db,
    inbox: InboxId,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let since = mailing(db)?.into_iter().find(|(known, _)| *known == inbox);
    let since = since.map_or(now, |(_, since)| since);
    let old = automatic_rules::table.filter(automatic_rules::inbox_id.eq(inbox));
    diesel::delete(old).execute(&mut db.conn)?;
    diesel::delete(automatic_policies::table.find(inbox)).execute(&mut db.conn)?;
    diesel::insert_into(automatic_policies::table)
        .values((
            automatic_policies::inbox_id.eq(inbox),
            automatic_policies::pause_seconds.eq(policy.pause.num_seconds()),
            automatic_policies::mail_since.eq(policy.mails.then(|| since.naive_utc())),
        ))
        .execute(&mut db.conn)?;
    for (position, rule) in (0..).zip(&policy.rules) {
        let here = place("automatic_rules", "body_sealed", inbox);
        diesel::insert_into(automatic_rules::table)
            .values((
                automatic_rules::inbox_id.eq(inbox),
                automatic_rules::position.eq(position),
                automatic_rules::occasion.eq(rule.occasion.word()),
                automatic_rules::matching.eq(rule.matching.word()),
                automatic_rules::words.eq((!rule.words.is_empty()).then(|| rule.words.join("\n"))),
                automatic_rules::body_sealed.eq(db.vault.house().seal_text(here, &rule.body)),
            ))
            .execute(&mut db.conn)?;
    }
    Ok(())
}

/// What was said in a conversation, as far back as anybody asks.
pub fn before(
    db: &mut Db,
    conversation: ConversationId,
    pause: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Before, StoreError> {
    let utc = |at: Option<NaiveDateTime>| at.map(|at| at.and_utc());
    let ours = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::kind.eq(MessageKind::Sms.word()))
        .filter(messages::direction.eq(Direction::Outbound.word()));
    let replied: Option<NaiveDateTime> = ours
        .filter(messages::created_at.gt((now - pause).naive_utc()))
        .filter(messages::automatic)
        .select(max(messages::created_at))
        .first(&mut db.conn)?;
    let talked: Option<NaiveDateTime> = ours
        .filter(messages::created_at.gt((now - TALKING).naive_utc()))
        .filter(messages::author_id.is_not_null())
        .select(max(messages::created_at))
        .first(&mut db.conn)?;
    let sent: Option<NaiveDateTime> = ours
        .filter(messages::created_at.gt((now - LATE).naive_utc()))
        .select(max(messages::sent_at))
        .first(&mut db.conn)?;
    let drafted: Option<NaiveDateTime> = drafts::table
        .filter(drafts::conversation_id.eq(conversation))
        .filter(drafts::saved_at.gt((now - TALKING).naive_utc()))
        .filter(drafts::is_note.eq(false))
        .select(max(drafts::saved_at))
        .first(&mut db.conn)?;
    Ok(Before {
        replied_at: utc(replied),
        talked_at: utc(talked).max(utc(drafted)),
        sent_at: utc(sent),
    })
}

/// Whether nothing was said between the two before `message`.
pub fn is_first(
    db: &mut Db,
    conversation: ConversationId,
    message: MessageId,
) -> Result<bool, StoreError> {
    let first: Option<MessageId> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .filter(messages::kind.eq(MessageKind::Sms.word()))
        .order((messages::created_at, messages::id))
        .select(messages::id)
        .first(&mut db.conn)
        .optional()?;
    Ok(first == Some(message))
}

fn read(db: &Db, (inbox, occasion, matching, words, body): RuleRow) -> Result<Rule, StoreError> {
    let here = place("automatic_rules", "body_sealed", inbox);
    Ok(Rule {
        occasion: known(Occasion::from_word(&occasion), "automatic_rules.occasion", &occasion)?,
        matching: known(Matching::from_word(&matching), "automatic_rules.matching", &matching)?,
        words: words.iter().flat_map(|words| words.lines()).map(str::to_owned).collect(),
        body: db.vault.house().open_text(here, &body)?,
    })
}
