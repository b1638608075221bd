//! Names of things: one type per kind of thing, so that a contact's id can
//! never be passed where a conversation's is meant.
//!
//! All are UUIDv7: they sort by the time they were made. They are never a
//! secret (RFC 9562 section 8), and no access rule relies on guessing them.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// Somebody who signs in.
    UserId;
    /// A signed-in browser.
    SessionId;
    /// A key of the JSON API.
    ApiTokenId;
    /// A queue with its team, senders and rules.
    InboxId;
    /// A number or name we send from.
    SenderId;
    /// One set of credentials at a provider.
    ProviderAccountId;
    /// A person, known by phone number.
    ContactId;
    /// The endless thread between one contact and one inbox.
    ConversationId;
    /// A span from open to closed inside a conversation.
    CaseId;
    /// One text in either direction, a note or a system line.
    MessageId;
    /// One call to a provider for one message.
    AttemptId;
    /// A word conversations are sorted by.
    TagId;
    /// One webhook request that failed its check.
    QuarantineId;
    /// A text that is written often.
    TemplateId;
    /// When inboxes are open.
    CalendarId;
    /// Users who answer the same inboxes.
    TeamId;
    /// A mail on its way out.
    MailId;
    /// An address that one answer by mail may go to.
    ReplyAddressId;
    /// What one person is to be told of a wait.
    NudgeId;
    /// What a house keeps of its customers beside name and number.
    FieldId;
    /// A link of ours that leads one contact somewhere.
    LinkId;
    /// A picture that a contact added to a text.
    PhotoId;
    /// A phone menu whose keys lead to texts.
    HandoffFlowId;
    /// A key that a caller pressed, and what it was answered.
    HandoffId;
    /// Times put to one candidate.
    OfferId;
    /// One numbered line of an offer.
    SlotId;
    /// A time that candidates may be offered.
    OpeningId;
    /// A booked time.
    AppointmentId;
    /// Somebody whom candidates meet.
    InterviewerId;
    /// A program of others that is told what happens.
    WebhookId;
    /// One thing it is told.
    DeliveryId;
    /// A calendar of theirs, kept elsewhere.
    InterviewerCalendarId;
    /// A contact who applied for a job.
    ApplicationId;
    /// A job board or applicant system that sends applications.
    ApplicationSourceId;
    /// Where applicants come from.
    MediumId;
}
