//! The index's tables: on PostgreSQL beside the others, on SQLite in a file of
//! their own. PostgreSQL keeps tokens in the rows, SQLite in FTS5 tables.

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::ids::DbUuid;

    search_state (id) {
        id -> Integer,
        format -> Integer,
        generation -> BigInt,
        cursor -> BigInt,
        cursor_at -> Nullable<Timestamp>,
        begun -> BigInt,
        up -> BigInt,
        down -> BigInt,
        stage -> Integer,
        walk_at -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::ids::DbUuid;

    search_inboxes (number) {
        number -> Integer,
        inbox_id -> DbUuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::ids::DbUuid;

    search_messages (number) {
        number -> BigInt,
        message_id -> DbUuid,
        inbox -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::ids::DbUuid;

    search_conversations (number) {
        number -> BigInt,
        conversation_id -> DbUuid,
        inbox -> Integer,
        fingerprint -> BigInt,
    }
}

diesel::table! {
    search_message_tokens (rowid) {
        rowid -> BigInt,
        tokens -> Text,
    }
}

diesel::table! {
    search_conversation_tokens (rowid) {
        rowid -> BigInt,
        tokens -> Text,
    }
}
