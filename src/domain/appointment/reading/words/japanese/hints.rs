//! Pieces that decide nothing by themselves.

use super::{Word, Words};
use crate::domain::appointment::reading::words::Hint;

pub(super) fn list(words: &mut Words) {
    words.add(
        Word::Hint(Hint::Question),
        "?|か?|。。|。。。|..|...|…|ですか|ますか|でしょうか\
        |かな|いいですか|ください?|もらえますか|いただけますか|できますか",
    );
    words.add(
        Word::Hint(Hint::Any),
        "どれでも|いつでも|どの日でも|どちらでも|何でも|なんでも\
        |どこでも|全部大丈夫|全部OK|すべて大丈夫|どれも大丈夫|どの日も大丈夫|いずれも大丈夫\
        |全部可能|どれも可能|全部行けます|全部いけます|すべて可能|いずれでも|いつでも大丈夫\
        |お任せします|おまかせします|どの日程でも|どの時間でも|どれでもいい|どれでも大丈夫\
        |どれでも可能|いずれの日程でも|全て可能|どの候補でも|どちらも大丈夫|両方大丈夫",
    );
    words.add(
        Word::Hint(Hint::Or),
        "か|または|もしくは|あるいは|と|や|・|/|or|and|&|か、\
        |、または|でも",
    );
    words.add(
        Word::Hint(Hint::Not),
        "無理|だめ|不可|難し|厳し|行けない|行けません|いけません\
        |できません|できない|参加できません|ng|×|✕|都合が悪|都合悪|合いません|合わな|以外は\
        |しません|じゃない|ではない|ないです|つきません|仕事|予定が",
    );
    words.add(Word::Hint(Hint::Except), "以外");
    words.add(
        Word::Hint(Hint::Instead),
        "じゃなくて|ではなくて|ではなく|でなく|じゃなく|より\
        |やっぱり|やはり|やっぱ",
    );
    words.add(Word::Hint(Hint::Theme), "は|なら|だったら|だと|も");
    words.add(Word::Hint(Hint::And), "も|と|や");
    // What is not done is no change, no withdrawal and no delay.
    words.add_each(
        Word::Hint(Hint::Attend),
        "変更|日程変更|時間変更|日時変更|変更は|変更の必要は|日程変更は",
        "なし|ありません|しません|不要|無し|なく|要りません|は結構です|は大丈夫です|はいいです",
    );
    words.add_each(
        Word::Hint(Hint::Theme),
        "辞退|辞退は|キャンセル",
        "しません|しない|ではありません|じゃない",
    );
    words.add(Word::Hint(Hint::Theme), "遅れません|遅れず|遅れない|遅刻しません|遅刻しない");
    words.add(
        Word::Hint(Hint::Not),
        "避け|除い|除き|除く|あかん|あきま|外して|パス|は結構です|きつい|微妙|行けへん|行かれへん|取り消|取消\
        |キャンセル|用事|出張|休み|ちょっと",
    );
    // The dearest wish, not the first choice.
    words.add(Word::Hint(Hint::Theme), "一番希望|一番の希望");
    words.add_each(Word::Hint(Hint::Theme), "第", "一希望|二希望|三希望|1希望|2希望|3希望");
    words.add(
        Word::Hint(Hint::Counter),
        "人|名|回|歳|才|年|階|台|本|枚|件|度|週|か月|ヶ月|カ月\
        |点|円|号|線|丁目|割|倍|匹|通|箇所|年生|分後|時間後|番線|番手|番出口",
    );
    words.add(Word::Hint(Hint::Whole), "全部|すべて|どれも");
    words.add(
        Word::Hint(Hint::Decline),
        "辞退|見送|取り下げ|取下げ|キャンセル|お断り|断り|やめ\
        |辞め|応募をや|内定|他社|決まりました|決まった|見送らせ|ご縁が",
    );
    words.add(
        Word::Hint(Hint::Reschedule),
        "変更|別の日|別日|別の時間|他の日|他の時間|リスケ\
        |日程調整|再調整|延期|ずらし|ずらせ|ずらす|違う日|日を改め|改めて日程|後日|都合が悪くなり\
        |来週に|翌週",
    );
    words.add(
        Word::Hint(Hint::Late),
        "遅れ|遅刻|遅くな|間に合わな|間に合いません|間に合いそう\
        |おくれ",
    );
    words.add(Word::Hint(Hint::Attend), "参加|出席|伺い|行き|向かい|お待ち");
    words.add(
        Word::Hint(Hint::Agree),
        "大丈夫|大丈夫です|いいです|ok|okです|おけ|問題ない\
        |問題ありません|よろしくです",
    );
}
