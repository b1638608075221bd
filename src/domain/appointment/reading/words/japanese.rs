//! Words that choose, change, decline and come late, in Japanese.

use super::{Word, Words};

mod hints;

/// What somebody does who is sure of it. No question (いただけますか), no
/// condition (いただければ) and no 〜のですが, after which the rest is missing.
pub(super) const DOES: &str = "します|いたします|したいです|したいと思います|したいと存じます\
        |したく思います|したく存じます|いたしたいです|いたしたく思います|いたしたく存じます\
        |いたしたいと思います|いたしたいと存じます|させてください|させていただきます\
        |させていただきたいです|させていただきたく思います|させていただきたく存じます\
        |させていただきたいと思います|させていただきたいと存じます|しまーす";

/// お願い and how it may end.
const ASKS: &str = "|します|いたします|申し上げます|したいです|したく思います|したく存じます\
        |したいと思います|したいと存じます|いたしたく存じます|いたしたいです|いたしたいと思います\
        |いたしたいと存じます|しまーす|しまーーす|します~|ー|です";

/// What we may be asked to do.
const MAKES: &str = "してください|していただきたいです|していただきたく存じます\
        |していただきたいと思います|してほしいです|して欲しいです|してもらいたいです";

pub(super) fn list(words: &mut Words) {
    marks(words);
    choosing(words);
    none(words);
    declining(words);
    rescheduling(words);
    late(words);
    attending(words);
    hints::list(words);
}

fn marks(words: &mut Words) {
    words.add(Word::Stop, "。|!|!!|!!!|.|．");
    words.add_one(Word::Stop, "\n");
    words.add(Word::Pause, "、|,");
    words.add(Word::Open, "(|「|『|【|[|\"|〔|〈|《");
    words.add(Word::Close, ")|」|』|】|]|\"|〕|〉|》");
    let smiles = "🙇|🙇‍♂️|🙇‍♀️|🙏|😊|☺️|😄|😀|😃|🙂|✨|♪|~|m(_ _)m|m(__)m|m(._.)m|:)|:-)|(^^)\
        |(^_^)|^^|🙋|♡|♥|❤|💕|☆|★|🌸|😆|😌|🥰|😁|🎵|🎶";
    words.add(Word::Decoration, smiles);
}

fn choosing(words: &mut Words) {
    words.add(Word::Label, "候補|候補の|候補日|候補日の|候補日時|選択肢|番号|希望番号|#");
    words.add(Word::FromTop, "上から");
    words.add(Word::Ordinal, "番|ばん");
    words.add(Word::Rank, "番目|ばんめ|つ目|つめ|個目|番め");
    words.add(Word::OfRank, "の面接|の回");
    words.add(Word::Of, "の");
    let slots = "方|ほう|日程|日時|候補|候補日|候補日時|日|時間|時間帯|枠|面接|回|案";
    words.add_each(Word::Slot, "の", slots);
    words.add(Word::At, "で|にて");
    words.add(Word::To, "に");
    words.add(Word::Object, "を");
    words.add(Word::Subject, "が");
    words.add(Word::From, "から|開始|スタート|~");
    let topics = "面接|面接日|面接日程|面接日時|面接の日程|面接の日時|日程|日時|希望|希望日\
        |希望日時|希望日程|希望の日程|希望の日時|私の希望";
    words.add_each(Word::Topic, topics, "は|ですが");
    let matters = "の件ですが|の件で|の件は|の件|についてですが|について|に関してですが|に関して\
        |の件についてですが|の件でご連絡いたしました|の件でご連絡しました";
    words.add_each(
        Word::Matter,
        "面接|面接日|面接日程|面接日時|面接の日程|面接の日時|日程|日時\
        |面接日程調整|日程調整|ご連絡いただいた面接|明日の面接|本日の面接|選考|応募",
        matters,
    );
    words.add(Word::Matter, "明日の面接ですが|本日の面接ですが|今日の面接ですが");
    words.add(Word::Meeting, "面接を|ご調整を|予約を|面談を|面接");
    words.add(Word::So, "では|それでは|それじゃ|じゃあ|じゃ|でしたら、|それなら|では、");
    let asking = "お願い|よろしくお願い|どうぞよろしくお願い|何卒よろしくお願い|確定でお願い";
    words.add_each(Word::Please, asking, ASKS);
    words.add(
        Word::Please,
        "よろしく|よろです|よろしくです|おねしゃす|おなしゃす|頼みます|頼んます|たのみます|たのんます",
    );
    words.add(Word::Is, "です|でございます|となります|になります|やで|っす|だよ");
    words.add_each(
        Word::Wants,
        "希望|の希望|参加希望|参加を希望|での参加を希望|での面接を希望",
        DOES,
    );
    words.add_each(
        Word::Wants,
        "希望|の希望|参加希望",
        "|です|でお願いします|でお願いいたします\
        |でございます|となります",
    );
    words.add_each(Word::OfRank, "の希望", DOES);
    words.add_each(
        Word::OfRank,
        "の希望",
        "|です|でお願いします|でお願いいたします|でございます|となります",
    );
    words.add_each(Word::Settles, "|決定|確定|", DOES);
    words.add(Word::Settles, "してください|決めます|決めました|しました|決めさせていただきます");
    words.add_each(Word::Wants, "予約|選択", DOES);
    words.add(Word::Wants, "希望しています|希望しております");
    words.add(Word::Wants, "選びます|選ばせていただきます");
    words.add(
        Word::Fine,
        "大丈夫です|問題ありません|問題ないです|問題ございません|結構です|お受けします\
        |ok|okです|おk|おけ|おけです|オッケー|オッケーです",
    );
    words.add_each(Word::Good, "都合が|都合|一番都合が|", "いいです");
}

fn none(words: &mut Words) {
    words.add_each(
        Word::Elsewhere,
        "上記以外|候補日以外|候補以外",
        "|の日程|の日時|の日|の候補\
        |の候補日|の時間",
    );
    words.add_each(
        Word::OtherDay,
        "別の|他の|ほかの|別|違う",
        "日|日程|日時|日にち|時間|時間帯\
        |候補日",
    );
    words.add(Word::OtherDay, "別日程|別日時");
    words.add_each(Word::Make, "|変更|変更を|調整|", MAKES);
    words.add_each(Word::Make, "変更|", DOES);
    words.add(Word::Make, "変更したい|したい|お願いできればと思います");
    let days = "日|日程|日時|候補|候補日|時間|時間帯";
    words.add_each(
        Word::Whole,
        "どの|いずれの",
        "日も|日程も|日時も|候補も|候補日も|時間も\
        |時間帯も",
    );
    words.add_each(Word::Whole, "全部の|すべての|全", days);
    words.add(
        Word::Whole,
        "どれも|どれもこれも|全部|すべて|いずれも|全日程|全部が|すべてが\
        |どれもみんな",
    );
    words.add_each(
        Word::Whole,
        "候補日|日程|候補|日時",
        "はどれも|はすべて|はいずれも|は全部\
        |すべて|全部|がどれも",
    );
    let unfit = "だめ|だめです|ダメでした|無理|無理です|むりです|合いません|合わない|合わないです\
        |難しいです|難しい|厳しいです|厳しい|行けません|行けない|行けないです|参加できません\
        |参加できないです|伺えません|不可|不可です|NG|NGです|空いていません|空いてません\
        |いけません|だめでした|都合つきません";
    words.add(Word::Unfit, unfit);
    let clash = "合いません|合わないです|合わない|悪いです|悪い|つきません|つかないです|つかない\
        |合わず";
    words.add_each(Word::Unfit, "都合が|予定が|都合|日程が|スケジュールが", clash);
    words.add(Word::Unfit, "予定が入っています|予定が入っております|予定があります|仕事です");
}

fn declining(words: &mut Words) {
    let about = "選考|応募|面接|エントリー|今回|今回の選考|今回の応募|今回の面接|御社の選考\
        |貴社の選考|この度の選考|この度の応募|この度";
    words.add_each(Word::DeclineAbout, about, "を|は|の");
    words.add(
        Word::DeclineAbout,
        "検討の結果|検討した結果|検討しました結果|勝手ながら\
        |誠に勝手ながら|大変勝手ながら|勝手ではございますが|勝手ではありますが\
        |誠に勝手ではございますが|大変勝手ではございますが",
    );
    let elsewhere = "他社で内定をいただいた|他社から内定をいただいた|他社に決まった\
        |他の会社に決まった|他社で採用が決まった|他社への入社が決まった|他で決まった\
        |別の会社に決まった|他社の内定を承諾した|仕事が決まった|他の仕事が決まった\
        |他のバイトが決まった|就職先が決まった";
    words.add_each(Word::DeclineReason, elsewhere, "ため|ので|為|ことから");
    words.add(
        Word::DeclineReason,
        "他社で決まりましたので|他社に決まりましたので\
        |他で決まりましたので|他社で内定をいただきましたので|一身上の都合により\
        |一身上の都合のため|一身上の都合で|諸事情により|諸般の事情により|事情により",
    );
    words.add_each(Word::Declines, "辞退|辞退を|辞退と|面接辞退|選考辞退|応募辞退", DOES);
    words.add(
        Word::Declines,
        "辞退したい|辞退でお願いします|辞退でお願いいたします\
        |辞退をお願いします|辞退をお願いいたします|辞退希望です|辞退を希望します\
        |辞退を希望いたします|辞退です",
    );
    words.add_each(
        Word::Declines,
        "辞退させていただきたく|辞退いたしたく|辞退したく",
        "ご連絡しました\
        |ご連絡いたしました|ご連絡いたします|ご連絡差し上げました|ご連絡させていただきました\
        |ご連絡をいたしました",
    );
    words.add_each(
        Word::DeclinesAbout,
        "取り下げ|取下げ",
        "ます|たいです|させてください\
        |させていただきます|させていただきたいです|たいと思います|をお願いします",
    );
    words.add_each(
        Word::DeclinesAbout,
        "見送らせて",
        "ください|いただきます|いただきたいです\
        |いただきたく存じます|いただきたく思います|いただきたいと思います",
    );
    words.add(Word::DeclineNoun, "辞退|辞退希望|面接辞退|選考辞退");
}

fn rescheduling(words: &mut Words) {
    let about = "日程|日時|時間|日にち|面接日|面接日程|面接日時|面接時間|面接|面接の日程\
        |面接の日時|面接の時間|面接の日|予定";
    words.add_each(Word::RescheduleAbout, about, "を|の");
    words.add_each(
        Word::Reschedules,
        "変更|リスケ|リスケジュール|延期|日程変更|日時変更|時間変更\
        |面接日変更|再調整",
        MAKES,
    );
    words.add_each(
        Word::Reschedules,
        "変更|リスケ|リスケジュール|延期|日程変更|日時変更|時間変更",
        DOES,
    );
    let nouns = "変更|リスケ|リスケジュール|延期|日程変更|日時変更|時間変更|面接日変更\
        |日程の再調整";
    words.add_each(
        Word::Reschedules,
        nouns,
        "したい|希望です|希望|希望します|希望いたします\
        |を希望します|を希望いたします|を希望です|をお願いします|をお願いいたします\
        |でお願いします|でお願いいたします|お願いします|お願いいたします|をお願いしたいです\
        |をお願いしたく存じます|をお願いしたいと思います",
    );
    words.add(Word::RescheduleNoun, "変更|リスケ|日程変更|日時変更|時間変更");
    let reasons = "体調不良|急用|発熱|仕事の都合|家庭の都合|都合|急な仕事|急な用事";
    words.add_each(Word::Reason, reasons, "のため|により|で|によりまして");
    words.add(
        Word::Reason,
        "体調が悪く|体調を崩し|体調を崩してしまい|体調が悪いため|体調が優れず\
        |急用が入り|急用が入ってしまい|急用ができ|急用ができてしまい|急用ができたため\
        |急用が入ったため|都合が悪くなり|都合が悪くなってしまい|都合が悪くなったため\
        |都合が悪くなったので|都合がつかなくなったため|予定が入ってしまい|予定が入ったため\
        |予定が入ってしまったため|仕事が入ってしまい|仕事が入ってしまったため|仕事が入ったため\
        |急な仕事が入ってしまい|風邪をひいてしまい|風邪をひいたため|熱が出てしまい|熱が出たため\
        |熱があるため|子供が熱を出してしまい",
    );
    words.add(Word::DayOf(0), "本日の|今日の|本日|今日|today");
    words.add(Word::DayOf(1), "明日の|明日|あした|tomorrow");
    words.add(Word::DayOf(2), "明後日|明後日の|あさって");
}

fn late(words: &mut Words) {
    words.add(
        Word::LateAbout,
        "面接に|面接の時間に|面接時間に|予定の時間に|予定時間に\
        |約束の時間に|集合時間に|到着が|到着時間が|到着|お約束の時間に",
    );
    let causes = "電車|列車|バス|新幹線|地下鉄|飛行機";
    words.add_each(
        Word::LateReason,
        causes,
        "遅延で|遅延のため|遅延により|の遅延で|の遅延のため\
        |の遅延により|が遅れており|が遅れていて|が遅延しており|が遅延していて|が遅れているため\
        |が遅延しているため|が遅れてしまい|の遅れで|が止まっており|が止まっていて\
        |が止まってしまい|が止まっているため|が遅れて|が遅延して|が遅延のため",
    );
    words.add(
        Word::LateReason,
        "渋滞で|渋滞のため|渋滞により|渋滞に巻き込まれ\
        |渋滞に巻き込まれてしまい|道が混んでいて|道が混んでおり|道路が混んでいて|人身事故で\
        |人身事故のため|人身事故の影響で|事故渋滞で|寝坊してしまい|寝坊して|道に迷ってしまい\
        |道に迷って|遅延で|遅延のため|大雨で|雪で|大雪で|交通機関の遅れで|交通機関の乱れで\
        |乗り遅れてしまい|電車に乗り遅れてしまい|子供の体調不良で",
    );
    words.add(Word::About, "ほど|程|程度|くらい|ぐらい|位|約|およそ|だいたい|大体|ほどで");
    words.add(Word::Little, "少し|すこし|ちょっと|少々|若干|少しだけ");
    let late = "遅れます|遅れそうです|遅れそう|遅れる見込みです|遅れてしまいます\
        |遅れてしまいそうです|遅れてしまいそう|遅れてしまう見込みです|遅刻します|遅刻しそうです\
        |遅刻しそう|遅刻いたします|遅刻してしまいます|遅刻してしまいそうです|遅れて到着します\
        |遅れて到着いたします|遅れて伺います|遅れて着きます|遅れて参ります|遅れての到着になります\
        |遅れての到着となります|遅れると思います|の遅れです|遅れになります|遅れる予定です\
        |遅れます~|遅れて到着しそうです|遅れて着きそうです|遅れて参加します|遅れて行きます\
        |遅れて向かいます|おくれます|おくれそうです";
    words.add(Word::Late, late);
}

fn attending(words: &mut Words) {
    // No 明日 and no 本日: it may be another day than theirs.
    let when = "|予定どおり|面接に|必ず|予定どおり面接に\
        |時間どおり|ぜひ|是非";
    let attends = "参加します|参加いたします|参加させていただきます|参加できます\
        |参加でお願いします|参加でお願いいたします|参加です|参加させてください|出席します\
        |出席いたします|出席させていただきます|出席できます|出席でお願いします|出席です|伺います\
        |お伺いします|お伺いいたします|伺わせていただきます|うかがいます|行きます|行けます\
        |参ります|参加しまーす|参加致します";
    words.add_each(Word::Attends, when, attends);
    words.add(Word::AttendNoun, "参加|出席|参加希望|参加で|出席で");
}
