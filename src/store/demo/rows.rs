//! Rows as they are inserted by the thousand.
//!
//! `NULL` is written out: with a missing value diesel would send SQLite one
//! statement for each row.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::domain::id::{
    AttemptId, CaseId, ContactId, ConversationId, InboxId, MessageId, ProviderAccountId, TagId,
    UserId,
};
use crate::store::ids::RowId;
use crate::store::schema::{
    attempts, cases, contact_addresses, contacts, conversation_tags, conversations, mentions,
    opt_outs, reads, receipts,
};

macro_rules! rows {
    ($($row:ident of $table:ident { $($column:ident: $type:ty),+ $(,)? })+) => {$(
        #[derive(Insertable)]
        #[diesel(table_name = $table)]
        #[diesel(treat_none_as_default_value = false)]
        pub struct $row {
            $(pub $column: $type),+
        }
    )+};
}

rows! {
    ContactRow of contacts {
        id: ContactId,
        name_sealed: Option<Vec<u8>>,
        key_wrapped: Vec<u8>,
        opted_out: Option<&'static str>,
        created_at: NaiveDateTime,
    }
    AddressRow of contact_addresses {
        id: RowId,
        contact_id: ContactId,
        address_index: Vec<u8>,
        address_sealed: Vec<u8>,
        is_current: bool,
        since: NaiveDateTime,
    }
    ConversationRow of conversations {
        id: ConversationId,
        inbox_id: InboxId,
        contact_id: ContactId,
        address_id: RowId,
        state: &'static str,
        assignee_id: Option<UserId>,
        last_answered_by: Option<UserId>,
        waiting_since: Option<NaiveDateTime>,
        snoozed_until: Option<NaiveDateTime>,
        case_id: CaseId,
        last_message_at: NaiveDateTime,
        last_message_id: MessageId,
        last_direction: &'static str,
        last_inbound_at: Option<NaiveDateTime>,
        inbound_texts: i32,
        preview_sealed: Vec<u8>,
        created_at: NaiveDateTime,
    }
    CaseRow of cases {
        id: CaseId,
        conversation_id: ConversationId,
        opened_at: NaiveDateTime,
        closed_at: Option<NaiveDateTime>,
        closed_by: Option<UserId>,
    }
    AttemptRow of attempts {
        id: AttemptId,
        message_id: MessageId,
        number: i32,
        started_at: NaiveDateTime,
        finished_at: Option<NaiveDateTime>,
        outcome: Option<&'static str>,
    }
    ReceiptRow of receipts {
        id: RowId,
        provider_account_id: ProviderAccountId,
        provider_ref: String,
        message_id: Option<MessageId>,
        status: &'static str,
        reason: Option<&'static str>,
        detail: String,
        dedupe_key: String,
        received_at: NaiveDateTime,
    }
    OptOutRow of opt_outs {
        id: RowId,
        contact_id: ContactId,
        address_index: Vec<u8>,
        scope: &'static str,
        source: &'static str,
        since: NaiveDateTime,
    }
    ReadRow of reads {
        conversation_id: ConversationId,
        user_id: UserId,
        read_at: NaiveDateTime,
        inbound_read: i32,
    }
    CarriedRow of conversation_tags {
        conversation_id: ConversationId,
        tag_id: TagId,
        tagged_by: Option<UserId>,
        tagged_at: NaiveDateTime,
    }
    MentionRow of mentions {
        message_id: MessageId,
        user_id: UserId,
        conversation_id: ConversationId,
        mentioned_at: NaiveDateTime,
        seen_at: Option<NaiveDateTime>,
    }
}
