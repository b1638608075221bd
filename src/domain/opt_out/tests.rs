use proptest::prelude::*;

use super::*;

fn recognised(texts: &[&str]) -> Vec<Option<OptOutSignal>> {
    texts.iter().map(|text| recognise(text)).collect()
}

#[test]
fn a_stop_word_acts_in_every_spelling() {
    for text in [
        "STOP",
        "stop",
        " Stop. ",
        "ＳＴＯＰ",
        "Stop!",
        "STOP ALL",
        "stopall",
        "Unsubscribe",
        "opt-out",
        "OPT OUT",
        "停止",
        "停止。",
        "「停止」",
        "配信停止",
        "配信停止希望！",
        "　解除　",
        "退会、",
        "不要",
        "ストップ",
        "ｽﾄｯﾌﾟ",
        "ｽﾄｯﾌﾟ｡",
        "中止",
        "拒否",
        "受信拒否",
        "停止\n",
        "停止🙏",
        "配信 停止",
    ] {
        assert_eq!(recognise(text), Some(OptOutSignal::Stop), "{text}");
    }
}

#[test]
fn words_that_mean_something_else_here_do_not_stop() {
    for text in [
        "cancel",
        "CANCEL",
        "キャンセル",
        "取消",
        "取り消し",
        "終了",
        "end",
        "END",
        "yes",
        "YES",
        "はい",
        "2",
        "",
        "。",
        "！？",
        "stop please",
        "STOP PLEASE",
        "停止してください",
        "不要です",
        "stopover",
        "中止？いつ",
    ] {
        assert_eq!(recognise(text), None, "{text}");
    }
}

#[test]
fn a_contact_can_come_back_and_ask_for_help() {
    use OptOutSignal::{Help, Start};
    assert_eq!(recognised(&["START", "unstop", "再開", "配信再開。", "ｽﾀｰﾄ"]), [Some(Start); 5]);
    assert_eq!(recognised(&["Help", "INFO", "ヘルプ", "ﾍﾙﾌﾟ", "問い合わせ"]), [Some(Help); 5]);
}

#[test]
fn a_sentence_that_asks_to_stop_is_for_a_person() {
    for text in [
        "もう送らないでください、配信停止で",
        "配信停止してください",
        "ｽﾄｯﾌﾟしてください",
        "このSMSは不要です",
        "迷惑メールですか。やめてください",
        "お知らせはいりません",
        "もう送ってこないで",
        "STOP PLEASE",
        "please stop",
        "Please remove me from the list",
        "Don't text me again",
        "end",
    ] {
        assert!(is_suspected(text), "{text}");
        assert_eq!(recognise(text), None, "{text}");
    }
}

#[test]
fn ordinary_talk_is_not_suspected() {
    for text in [
        "2",
        "はい、10時でお願いします",
        "面接をキャンセルしたいです",
        "領収書は不要です",
        "面接は中止になりましたか",
        "電話番号をメールで送ります",
        "I have a stopover in Osaka",
        "予約の取消をお願いします",
        "停 車場の前です",
        "",
    ] {
        assert!(!is_suspected(text), "{text}");
    }
}

#[test]
fn what_acts_at_once_is_not_suspected_besides() {
    assert!(!is_suspected("停止") && !is_suspected("STOP") && !is_suspected("START"));
}

#[test]
fn an_opt_out_of_advertising_leaves_conversations_alone() {
    for purpose in Purpose::ALL {
        let is_advertising = *purpose == Purpose::Advertising;
        assert_eq!(blocks(OptOutScope::Advertising, *purpose), is_advertising);
        assert!(blocks(OptOutScope::All, *purpose));
    }
}

proptest! {
    #[test]
    fn what_stands_around_a_stop_word_does_not_matter(
        before in "[ 　「(。!]{0,4}", word in prop::sample::select(STOP.split(' ').collect::<Vec<_>>()), after in "[ 　」)。．!！?？、\n]{0,4}",
    ) {
        prop_assert_eq!(recognise(&format!("{before}{word}{after}")), Some(OptOutSignal::Stop));
    }

    #[test]
    fn another_word_beside_a_stop_word_keeps_it_from_acting(
        word in prop::sample::select(STOP.split(' ').collect::<Vec<_>>()), other in "[あ-んa-z]{6,9}",
    ) {
        prop_assert_eq!(recognise(&format!("{other} {word}")), None);
    }
}
