//! What is wrong with a user who shall be added.

use crate::actions::people::{self, NewUser};
use crate::domain::user::Role;
use crate::locale::Locale;
use crate::password::MIN_LENGTH_ADMIN;
use crate::web::error::WebError;
use crate::web::views::FormErrors;
use crate::web::words;

/// All that is wrong with a new user at once: the verb names one field, so it
/// is asked about each with the others in order.
pub fn problems_of(t: Locale, new: &NewUser, house: &str) -> Result<FormErrors, WebError> {
    let in_order = NewUser {
        email: "a@example.jp".to_owned(),
        name: "a".to_owned(),
        role: new.role,
        password: "nobody will ever use this one".to_owned(),
        locale: new.locale.clone(),
    };
    let asked = [
        NewUser { name: new.name.clone(), ..in_order.clone() },
        NewUser { email: new.email.clone(), ..in_order },
    ];
    let refused = asked.iter().map(|new| people::check(new, house));
    let mut errors = FormErrors::none();
    for refused in refused.chain([people::check_password(new, house)]).filter_map(Result::err) {
        errors.fields.extend(words::form_errors(t, refused, &[])?.fields);
    }
    let is_short = (1..MIN_LENGTH_ADMIN).contains(&new.password.chars().count());
    for (field, message) in &mut errors.fields {
        if *field == "password" && new.password.is_empty() {
            *message = t.field_required().to_owned();
        } else if *field == "password" && new.role == Role::Admin && is_short {
            *message = t.field_password_short(MIN_LENGTH_ADMIN);
        }
    }
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_user(name: &str, email: &str, role: Role, password: &str) -> NewUser {
        NewUser {
            name: name.into(),
            email: email.into(),
            role,
            password: password.into(),
            locale: "ja".into(),
        }
    }

    #[test]
    fn everything_wrong_with_a_new_user_is_told_at_once() {
        let new = new_user(" ", "sato", Role::Agent, "short");
        let errors = problems_of(Locale::En, &new, "さくら電力").unwrap();
        assert_eq!(errors.get("name"), Some("Please fill this in"));
        assert_eq!(errors.get("email"), Some("This does not read as an e-mail address"));
        assert_eq!(errors.get("password"), Some("Use at least 12 characters"));
    }

    #[test]
    fn an_administrator_needs_a_longer_password() {
        let passes = "fourteen chars";
        let agent = new_user("佐藤", "sato@example.jp", Role::Agent, passes);
        assert!(problems_of(Locale::En, &agent, "さくら電力").unwrap().is_empty());
        let admin = new_user("鈴木", "suzuki@example.jp", Role::Admin, passes);
        let errors = problems_of(Locale::En, &admin, "さくら電力").unwrap();
        assert_eq!(errors.get("password"), Some("Use at least 15 characters"));
        let none = new_user("鈴木", "suzuki@example.jp", Role::Admin, "");
        let errors = problems_of(Locale::En, &none, "さくら電力").unwrap();
        assert_eq!(errors.get("password"), Some("Please fill this in"));
    }

    #[test]
    fn a_password_made_of_what_everybody_knows_is_refused() {
        for password in ["hanako.sato2026", "さくら電力さくら電力さくら電力", "1qaz2wsx3edc"]
        {
            let new = new_user("佐藤 花", "hanako.sato@example.jp", Role::Agent, password);
            let errors = problems_of(Locale::En, &new, "さくら電力").unwrap();
            let told = errors.get("password").unwrap_or_else(|| panic!("{password} is taken"));
            assert!(told.starts_with("This is easy to guess"), "{password}: {told}");
            assert_eq!(errors.fields.len(), 1);
        }
    }
}
