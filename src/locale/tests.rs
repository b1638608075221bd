use super::*;

#[test]
fn tags_are_read_with_their_region() {
    assert_eq!(Locale::from_tag("ja-JP"), Some(Locale::Ja));
    assert_eq!(Locale::from_tag("EN_us"), Some(Locale::En));
    assert_eq!(Locale::from_tag("de"), None);
}

#[test]
fn the_browser_is_answered_in_the_first_language_we_speak() {
    assert_eq!(Locale::from_accept_language("de-AT, en;q=0.8, ja;q=0.9"), Some(Locale::En));
    assert_eq!(Locale::from_accept_language("ja"), Some(Locale::Ja));
    assert_eq!(Locale::from_accept_language("*"), None);
}

#[test]
fn english_tells_one_from_many() {
    assert_eq!(Locale::En.state_parts(1_u16, "Delivered"), "Delivered · 1 part");
    assert_eq!(Locale::En.state_parts(2_u16, "Delivered"), "Delivered · 2 parts");
    assert_eq!(Locale::Ja.state_parts(2_u16, "到達"), "到達 2通");
}

#[test]
fn arguments_go_where_their_names_are() {
    assert_eq!(Locale::Ja.system_assigned_by("佐藤", "高橋"), "佐藤さんが高橋さんを担当にしました");
    assert_eq!(Locale::En.system_assigned_by("Sato", "Takahashi"), "Sato gave it to Takahashi");
}

#[test]
fn every_state_reason_and_role_has_a_word_in_both_languages() {
    for t in Locale::ALL {
        for state in OutboundState::ALL {
            assert!(!t.outbound_state(*state).is_empty());
        }
        for reason in Reason::ALL {
            assert!(
                !t.delivery_reason(*reason).is_empty() && !t.delivery_advice(*reason).is_empty()
            );
        }
        for role in Role::ALL {
            assert!(!t.user_role(*role).is_empty());
        }
    }
}
