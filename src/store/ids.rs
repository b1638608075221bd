//! How ids are stored: `uuid` on PostgreSQL, a 16-byte blob on SQLite.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType, SqlType};
use diesel::sqlite::{Sqlite, SqliteValue};
use uuid::Uuid;

use super::connection::MultiBackend;
use crate::domain::id::{
    ApiTokenId, ApplicationId, ApplicationSourceId, AppointmentId, AttemptId, CalendarId, CaseId,
    ContactId, ConversationId, DeliveryId, FieldId, HandoffFlowId, HandoffId, InboxId,
    InterviewerCalendarId, InterviewerId, LinkId, MailId, MediumId, MessageId, NudgeId, OfferId,
    OpeningId, PhotoId, ProviderAccountId, QuarantineId, ReplyAddressId, SenderId, SessionId,
    SlotId, TagId, TeamId, TemplateId, UserId, WebhookId,
};

/// One SQL type for all ids.
#[derive(Copy, Clone, Debug, SqlType, QueryId)]
#[diesel(postgres_type(name = "uuid"))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct DbUuid;

impl HasSqlType<DbUuid> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        MultiBackend::lookup_sql_type::<DbUuid>(lookup)
    }
}

/// The id of a row that has no type of its own in the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbUuid)]
pub struct RowId(pub Uuid);

impl From<Uuid> for RowId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// Carries diesel's derives for the domain's id types, which know no diesel.
macro_rules! proxies {
    ($($proxy:ident => $id:ident),+ $(,)?) => {$(
        #[derive(AsExpression, FromSqlRow)]
        #[diesel(foreign_derive)]
        #[diesel(sql_type = DbUuid)]
        #[expect(dead_code, reason = "only its derives are wanted")]
        struct $proxy($id);
        stored_as_uuid!($id);
    )+};
}

macro_rules! stored_as_uuid {
    ($id:ident) => {
        impl FromSql<DbUuid, MultiBackend> for $id {
            fn from_sql(
                bytes: <MultiBackend as Backend>::RawValue<'_>,
            ) -> deserialize::Result<Self> {
                bytes.from_sql::<$id, DbUuid>()
            }
        }
        impl ToSql<DbUuid, MultiBackend> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((DbUuid, self));
                Ok(IsNull::No)
            }
        }
        impl FromSql<DbUuid, Pg> for $id {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(bytes).map(Self)
            }
        }
        impl ToSql<DbUuid, Pg> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.0, &mut out.reborrow())
            }
        }
        impl FromSql<DbUuid, Sqlite> for $id {
            fn from_sql(bytes: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                let bytes = <Vec<u8> as FromSql<sql_types::Binary, Sqlite>>::from_sql(bytes)?;
                Ok(Self(Uuid::from_slice(&bytes)?))
            }
        }
        impl ToSql<DbUuid, Sqlite> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.0.as_bytes().to_vec());
                Ok(IsNull::No)
            }
        }
    };
}

stored_as_uuid!(RowId);
proxies! {
    UserIdProxy => UserId,
    SessionIdProxy => SessionId,
    ApiTokenIdProxy => ApiTokenId,
    InboxIdProxy => InboxId,
    SenderIdProxy => SenderId,
    ProviderAccountIdProxy => ProviderAccountId,
    ContactIdProxy => ContactId,
    ConversationIdProxy => ConversationId,
    CaseIdProxy => CaseId,
    MessageIdProxy => MessageId,
    AttemptIdProxy => AttemptId,
    QuarantineIdProxy => QuarantineId,
    TagIdProxy => TagId,
    TemplateIdProxy => TemplateId,
    CalendarIdProxy => CalendarId,
    TeamIdProxy => TeamId,
    MailIdProxy => MailId,
    WebhookIdProxy => WebhookId,
    DeliveryIdProxy => DeliveryId,
    ReplyAddressIdProxy => ReplyAddressId,
    NudgeIdProxy => NudgeId,
    FieldIdProxy => FieldId,
    LinkIdProxy => LinkId,
    PhotoIdProxy => PhotoId,
    HandoffFlowIdProxy => HandoffFlowId,
    OfferIdProxy => OfferId,
    SlotIdProxy => SlotId,
    OpeningIdProxy => OpeningId,
    AppointmentIdProxy => AppointmentId,
    InterviewerCalendarIdProxy => InterviewerCalendarId,
    InterviewerIdProxy => InterviewerId,
    ApplicationIdProxy => ApplicationId,
    ApplicationSourceIdProxy => ApplicationSourceId,
    MediumIdProxy => MediumId,
    HandoffIdProxy => HandoffId,
}
