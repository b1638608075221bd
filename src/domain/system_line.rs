//! A line the system writes into a timeline: kept as a word, told in the
//! reader's language.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::escalation::Trigger;
use super::id::{TeamId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemLine {
    Assigned(UserId),
    Unassigned,
    /// It became the work of a team.
    Handed(TeamId),
    /// It is no team's any more.
    LeftTeam,
    Closed,
    Reopened,
    Snoozed(DateTime<Utc>),
    /// The snooze is over.
    Woken,
    OptedOut,
    OptedIn,
    /// The contact agrees to advertising.
    Consented,
    /// The contact wrote before a text that waited for that not to happen.
    Withdrawn,
    /// The wait was told of, to so many people, for this reason.
    Escalated(u32, Trigger),
    /// Nobody else need be told of the wait.
    Stopped,
    /// Somebody does not know how to go on.
    HelpAsked,
    /// They do now.
    HelpEnded,
    /// The answer beside it came by e-mail.
    ByMail,
    /// The text beside it was typed into a reply form.
    ByForm,
    /// The answer beside it was tapped on a page of the candidate's.
    ByPage,
    /// The contact rang once more for what they were sent; so often by now.
    CalledAgain(u32),
    /// So many times for an interview were put to them.
    OfferedTimes(u32),
    /// They are to come at that time.
    Booked(DateTime<Utc>),
    /// The time they chose was taken by somebody else.
    Filled(DateTime<Utc>),
    /// None of the times suits them.
    OtherTime,
    /// They want no interview.
    DeclinedInterview,
    /// They said after a reminder that they will come.
    Attends,
    /// They will be late, by so many minutes if they said so.
    RunningLate(Option<u16>),
    /// We called it off.
    InterviewCanceled(DateTime<Utc>),
    /// They did not answer in time.
    HoldOver,
    /// They have not answered for days: somebody should telephone.
    ToBeCalled,
}

/// The moment that [`DateTime::to_rfc3339`] wrote.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

impl SystemLine {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, detail) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "assigned" => Uuid::parse_str(detail).ok().map(|id| Self::Assigned(UserId(id))),
            "unassigned" => Some(Self::Unassigned),
            "handed" => Uuid::parse_str(detail).ok().map(|id| Self::Handed(TeamId(id))),
            "left_team" => Some(Self::LeftTeam),
            "closed" => Some(Self::Closed),
            "reopened" => Some(Self::Reopened),
            "snoozed" => moment(detail).map(Self::Snoozed),
            "woken" => Some(Self::Woken),
            "opted_out" => Some(Self::OptedOut),
            "opted_in" => Some(Self::OptedIn),
            "consented" => Some(Self::Consented),
            "withdrawn" => Some(Self::Withdrawn),
            "escalated" => {
                let (people, why) = detail.split_once(' ').unwrap_or((detail, ""));
                let why = Trigger::from_word(why).unwrap_or_default();
                people.parse().ok().map(|people| Self::Escalated(people, why))
            }
            "stopped" => Some(Self::Stopped),
            "help_asked" => Some(Self::HelpAsked),
            "help_ended" => Some(Self::HelpEnded),
            "by_mail" => Some(Self::ByMail),
            "by_form" => Some(Self::ByForm),
            "by_page" => Some(Self::ByPage),
            "called_again" => detail.parse().ok().map(Self::CalledAgain),
            "offered_times" => detail.parse().ok().map(Self::OfferedTimes),
            "booked" => moment(detail).map(Self::Booked),
            "filled" => moment(detail).map(Self::Filled),
            "other_time" => Some(Self::OtherTime),
            "declined_interview" => Some(Self::DeclinedInterview),
            "attends" => Some(Self::Attends),
            "running_late" => Some(Self::RunningLate(detail.parse().ok())),
            "interview_canceled" => moment(detail).map(Self::InterviewCanceled),
            "hold_over" => Some(Self::HoldOver),
            "to_be_called" => Some(Self::ToBeCalled),
            _ => None,
        }
    }
}

impl fmt::Display for SystemLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assigned(user) => write!(f, "assigned {user}"),
            Self::Unassigned => f.write_str("unassigned"),
            Self::Handed(team) => write!(f, "handed {team}"),
            Self::LeftTeam => f.write_str("left_team"),
            Self::Closed => f.write_str("closed"),
            Self::Reopened => f.write_str("reopened"),
            Self::Snoozed(until) => write!(f, "snoozed {}", until.to_rfc3339()),
            Self::Woken => f.write_str("woken"),
            Self::OptedOut => f.write_str("opted_out"),
            Self::OptedIn => f.write_str("opted_in"),
            Self::Consented => f.write_str("consented"),
            Self::Withdrawn => f.write_str("withdrawn"),
            Self::Escalated(people, Trigger::Unanswered) => write!(f, "escalated {people}"),
            Self::Escalated(people, why) => write!(f, "escalated {people} {}", why.word()),
            Self::Stopped => f.write_str("stopped"),
            Self::HelpAsked => f.write_str("help_asked"),
            Self::HelpEnded => f.write_str("help_ended"),
            Self::ByMail => f.write_str("by_mail"),
            Self::ByForm => f.write_str("by_form"),
            Self::ByPage => f.write_str("by_page"),
            Self::CalledAgain(times) => write!(f, "called_again {times}"),
            Self::OfferedTimes(times) => write!(f, "offered_times {times}"),
            Self::Booked(at) => write!(f, "booked {}", at.to_rfc3339()),
            Self::Filled(at) => write!(f, "filled {}", at.to_rfc3339()),
            Self::OtherTime => f.write_str("other_time"),
            Self::DeclinedInterview => f.write_str("declined_interview"),
            Self::Attends => f.write_str("attends"),
            Self::RunningLate(None) => f.write_str("running_late"),
            Self::RunningLate(Some(minutes)) => write!(f, "running_late {minutes}"),
            Self::InterviewCanceled(at) => write!(f, "interview_canceled {}", at.to_rfc3339()),
            Self::HoldOver => f.write_str("hold_over"),
            Self::ToBeCalled => f.write_str("to_be_called"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_back() {
        let lines = [
            SystemLine::Assigned(UserId(Uuid::from_u128(7))),
            SystemLine::Unassigned,
            SystemLine::Handed(TeamId(Uuid::from_u128(8))),
            SystemLine::LeftTeam,
            SystemLine::Closed,
            SystemLine::Reopened,
            SystemLine::Snoozed(DateTime::from_timestamp(1_795_301_400, 0).unwrap()),
            SystemLine::Woken,
            SystemLine::OptedOut,
            SystemLine::OptedIn,
            SystemLine::Consented,
            SystemLine::Withdrawn,
            SystemLine::Escalated(3, Trigger::Unanswered),
            SystemLine::Escalated(1, Trigger::Undelivered),
            SystemLine::Stopped,
            SystemLine::HelpAsked,
            SystemLine::HelpEnded,
            SystemLine::ByMail,
            SystemLine::ByForm,
            SystemLine::ByPage,
            SystemLine::CalledAgain(2),
            SystemLine::OfferedTimes(3),
            SystemLine::Booked(DateTime::from_timestamp(1_795_301_400, 0).unwrap()),
            SystemLine::Filled(DateTime::from_timestamp(1_795_301_400, 0).unwrap()),
            SystemLine::OtherTime,
            SystemLine::DeclinedInterview,
            SystemLine::Attends,
            SystemLine::RunningLate(None),
            SystemLine::RunningLate(Some(10)),
            SystemLine::InterviewCanceled(DateTime::from_timestamp(1_795_301_400, 0).unwrap()),
            SystemLine::HoldOver,
            SystemLine::ToBeCalled,
        ];
        for line in lines {
            assert_eq!(SystemLine::parse(&line.to_string()), Some(line));
        }
        assert_eq!(SystemLine::parse("assigned nobody"), None);
    }
}
