//! Who is shown whole telephone numbers.
//!
//! The one place that decides. Whoever is shown masked ones still tells people
//! apart by the last four digits, finds them by these, and may ask for a number:
//! that is written down (F-53).

use super::phone_number::{PhoneNumber, shown};
use super::search::Number;
use super::user::Role;

/// How somebody sees the numbers of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Numbers {
    #[default]
    Whole,
    /// `090-****-5678`
    Masked,
}

/// Digits that are left at the end.
const LEFT: usize = 4;

impl Numbers {
    /// The roles that see masked numbers until an administrator says otherwise:
    /// those that never call anybody.
    pub const MASKED_AT_FIRST: [Role; 2] = [Role::Auditor, Role::Viewer];

    /// As `role` sees them where those of `masked` see masked ones. Administrators
    /// see all: they give out every number in a file, and make this rule.
    pub fn of(role: Role, masked: &[Role]) -> Self {
        if masked.contains(&role) && !role.may_administer() { Self::Masked } else { Self::Whole }
    }

    /// A customer's address for a screen or a mail.
    pub fn shown(self, address: &str) -> String {
        match self {
            Self::Whole => shown(address),
            Self::Masked => match PhoneNumber::from_e164(address) {
                Some(number) => number.masked(),
                None => hidden(address, 0),
            },
        }
    }

    /// A customer's address for a program: `+8190****5678` where it is masked.
    pub fn told(self, address: String) -> String {
        const CODE_AND_KIND: usize = 4;
        match self {
            Self::Whole => address,
            Self::Masked if address.starts_with("+81") => hidden(&address, CODE_AND_KIND),
            Self::Masked => hidden(&address, 0),
        }
    }

    /// Whether somebody who looks for the digits `part` finds this number. Of a
    /// masked one that is the digits on show or the whole of it: by any other part
    /// it would be found out, four digits at a time.
    pub fn finds(self, address: &str, part: &str) -> bool {
        let number = Number::of(address);
        match self {
            Self::Whole => number.holds(part),
            Self::Masked => number.is(part) || (part.len() <= LEFT && number.ends_in(part)),
        }
    }
}

/// `text` with its digits hidden but for the first `kept` and the last four.
fn hidden(text: &str, kept: usize) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let (mut passed, hidden) = (0, kept..digits.saturating_sub(LEFT));
    let mask = |c: char| {
        let at = passed;
        passed += usize::from(c.is_ascii_digit());
        if c.is_ascii_digit() && hidden.contains(&at) { '*' } else { c }
    };
    text.chars().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOBILE: &str = "+819012345678";

    #[test]
    fn a_masked_number_shows_what_tells_people_apart() {
        for (address, screen, program) in [
            (MOBILE, "090-****-5678", "+8190****5678"),
            ("+14155552671", "+* ***-***-2671", "+*******2671"),
            ("+81312345678", "**-****-5678", "+8131***5678"),
            ("+815012345678", "***-****-5678", "+8150****5678"),
            ("0005123456", "******3456", "******3456"),
            ("1234", "1234", "1234"),
            ("HENJI", "HENJI", "HENJI"),
        ] {
            assert_eq!(Numbers::Masked.shown(address), screen);
            assert_eq!(Numbers::Masked.told(address.to_owned()), program);
            assert_eq!(Numbers::Whole.shown(address), shown(address));
            assert_eq!(Numbers::Whole.told(address.to_owned()), address);
        }
    }

    #[test]
    fn a_masked_number_is_found_by_what_is_on_show_and_by_the_whole() {
        for (part, whole, masked) in [
            ("5678", true, true),
            ("09012345678", true, true),
            ("819012345678", true, true),
            ("1234", true, false),
            ("0901", true, false),
            ("9012345678", true, false),
            ("345678", true, false),
            ("12345678", true, false),
            ("9999", false, false),
        ] {
            assert_eq!(Numbers::Whole.finds(MOBILE, part), whole, "{part}");
            assert_eq!(Numbers::Masked.finds(MOBILE, part), masked, "{part}");
        }
    }

    #[test]
    fn administrators_are_never_masked() {
        let masked = Role::ALL;
        assert_eq!(Numbers::of(Role::Admin, masked), Numbers::Whole);
        assert_eq!(Numbers::of(Role::Agent, masked), Numbers::Masked);
        assert_eq!(Numbers::of(Role::Agent, &Numbers::MASKED_AT_FIRST), Numbers::Whole);
        assert_eq!(Numbers::of(Role::Viewer, &Numbers::MASKED_AT_FIRST), Numbers::Masked);
    }
}
