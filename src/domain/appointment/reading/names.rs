//! Who signs: the commonest family names, and what may follow them.
//!
//! Only listed names are understood, because whatever else stands in their place
//! (無理です) may be an answer.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::folding::{Letter, folded_word};

/// How many letters the name takes that begins `letters`.
pub fn read(letters: &[Letter]) -> Option<usize> {
    introduced(letters).or_else(|| known(letters))
}

/// A family name, with a given name if one follows.
fn known(letters: &[Letter]) -> Option<usize> {
    let starts: Vec<char> = letters.iter().take(LONGEST).map(|l| l.letter).collect();
    let family = (1..=starts.len()).rev().find(|n| {
        let ends = letters.get(*n).is_none_or(|next| !next.letter.is_ascii_alphanumeric());
        FAMILY.contains(&starts[..*n]) && (ends || !starts[0].is_ascii())
    })?;
    let blank = usize::from(letters.get(family).is_some_and(|l| l.letter == ' '));
    let rest = &letters[family + blank..];
    let given = if starts[0].is_ascii() { given_latin(rest) } else { given_kanji(rest, blank > 0) };
    // What follows a name of one letter might be the rest of another word.
    let given = if family == 1 && blank == 0 { 0 } else { given };
    Some(if given == 0 { family } else { family + blank + given })
}

fn given_kanji(letters: &[Letter], is_apart: bool) -> usize {
    let mut given = 0;
    while given < 3 && letters.get(given).is_some_and(|l| GIVEN.contains(l.letter)) {
        given += 1;
    }
    let ordinals = letters.get(given).is_some_and(|l| "一二三".contains(l.letter));
    let is_son = letters.get(given + 1).is_some_and(|l| l.letter == '郎');
    // 鈴木 一: 一 (はじめ) is a given name, unless it goes on like the number of a choice.
    let ends = letters.get(given + 1).is_none_or(|l| !"番つ個".contains(l.letter));
    match (ordinals, is_son) {
        (true, true) => given + 2,
        (true, false) if given == 0 && is_apart && ends => 1,
        (true, false) if given > 0 => given + 1,
        _ => given,
    }
}

fn given_latin(letters: &[Letter]) -> usize {
    let starts: Vec<char> = letters.iter().take(LONGEST).map(|l| l.letter).collect();
    let ends = |n: usize| letters.get(n).is_none_or(|next| !next.letter.is_ascii_alphanumeric());
    (2..=starts.len()).rev().find(|n| ends(*n) && FAMILY.contains(&starts[..*n])).unwrap_or(0)
}

/// 〜と申します: whatever stands before it, in kanji, is a name.
fn introduced(letters: &[Letter]) -> Option<usize> {
    const NO_NAME: &str = "無不否非未難変更別他止取消辞退遅以上下日時分番希望後前";
    let is_name = |l: &&Letter| {
        matches!(l.letter, '\u{4e00}'..='\u{9fff}' | '々') && !NO_NAME.contains(l.letter)
    };
    let name = letters.iter().take(7).take_while(is_name).count();
    let says: String = letters[name..].iter().take(3).map(|l| l.letter).collect();
    let named: String = letters[..name].iter().map(|l| l.letter).collect();
    let is_other = OTHERS.iter().any(|other| named.starts_with(other));
    ((1..=6).contains(&name) && says == "と申し" && !is_other).then_some(name)
}

/// Who writes for somebody else.
const OTHERS: &[&str] = &["代理", "母", "父", "妻", "夫", "友人", "友達", "家族", "娘", "息子"];

const LONGEST: usize = 12;

static FAMILY: LazyLock<HashSet<Vec<char>>> =
    LazyLock::new(|| format!("{JAPANESE} {LATIN}").split_whitespace().map(folded_word).collect());

const JAPANESE: &str = "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡邉 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 \
    斎藤 斉藤 齋藤 齊藤 清水 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 \
    坂本 福田 太田 西村 藤井 金子 岡本 藤原 中野 三浦 原田 中川 松田 竹内 小野 田村 中山 和田 石田 森田 上田 原 柴田 酒井 工藤 \
    横山 宮崎 宮本 内田 高木 安藤 谷口 大野 丸山 今井 高田 藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉 久保 松井 小島 岩崎 \
    桜井 野口 松尾 野村 木下 菊地 菊池 佐野 大西 杉本 新井 古川 浜田 市川 小松 島田 水野 高野 吉川 山内 西田 西川 五十嵐 北村 \
    安田 中田 川口 平田 川崎 飯田 本田 久保田 沢田 吉村 中西 川村 関 矢野 小田 岩田 服部 福島 樋口 辻 大橋 馬場 荒木 \
    永井 川上 松岡 田口 渡部 小山 広瀬 黒田 岡崎 星野 大島 須藤 土屋 吉岡 菅原 秋山 土井 望月 片山 小池 石原 大谷 菅 荒井 \
    高山 野田 大久保 早川 宮田 石橋 松下 堀 内藤 伊東 森本 岡 尾崎 松村 篠原 関口 児玉 富田 田辺 児島 武藤 上原 福井 栗原 \
    小西 西山 永田 浅野 宮下 八木 片岡 大石 黒木 成田 堀内 奥村 榎本 田島 須田 石塚 白石 稲垣 福本 河野 津田 大森 川島 北川 \
    小泉 中井 平井 熊谷 松原 根本 本間 飯塚 小澤 小沢 大川 金井 坂口 三宅 天野 島崎 吉野 村井 岸 田代 神田 相馬 相沢 平山 \
    三上 二宮 一ノ瀬 四宮 五味 六車 七海 八田 九鬼 岩本 岩井 長田 川端 桑原 桑田 植田 植木 若林 牧野 寺田 西尾 西岡 山中 山根 \
    古田 金田 戸田 本多 野崎 野中 野沢 高島 高井 高松 町田 滝沢 中尾 中原 中谷 藤川 藤岡 藤沢 宮川 宮内 宮沢 村山 村松 柳田 \
    青山 赤松 秋田 浅井 足立 荒川 有田 安部 飯島 石黒 泉 市村 稲葉 岩瀬 上村 内山 江口 遠山 大沢 大山 大竹 大村 岡村 岡部 \
    奥田 奥山 落合 加納 河合 河村 川合 川田 川本 木原 木内 窪田 倉田 小森 近江 今野 坂井 坂田 佐伯 笹川 沢 塩田 志村 \
    柴崎 島村 下田 白井 末永 杉浦 鈴村 瀬戸 高瀬 高須 竹田 竹中 田原 玉井 塚本 辻本 土田 堤 寺島 徳永 富永 豊田 内海 長尾 \
    長野 西野 西本 沼田 萩原 長谷部 畑 羽田 浜口 林田 原口 東野 平川 平岡 福岡 福永 藤野 古賀 星 細川 堀口 前川 牧 増井 \
    松永 松崎 丸岡 三木 三好 水谷 溝口 宮地 向井 森下 森川 森山 門田 矢部 八木沢 安井 柳 柳沢 薮田 山岸 山岡 山川 山村 \
    結城 横井 横田 吉井 吉本 吉原 米田 米山 鷲尾 和久井";

/// Names that are no other word: no Will, Mark, May, Grace or Drew.
const LATIN: &str = "sato suzuki takahashi tanaka ito watanabe yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi \
    matsumoto inoue kimura hayashi saito shimizu yamazaki mori abe ikeda hashimoto ishikawa ogawa okada fujita goto endo aoki \
    taro hanako ken yuki yuko kenji akira hiroshi satoshi takashi naoko keiko emi mika aya \
    john james robert michael david william richard joseph thomas charles christopher daniel matthew anthony steven paul andrew \
    joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry \
    justin scott brandon benjamin samuel gregory alexander patrick dennis jerry tyler aaron jose adam nathan henry peter zachary \
    kyle mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly \
    emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy angela shirley anna \
    brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet maria heather diane olivia julie \
    tom mike dave bob jim steve dan chris alex sam ben kate anne jane lucy alice sophie maya priya raj wei ming li chen wang \
    nguyen tran kim lee smith johnson williams jones brown davis miller wilson moore taylor anderson jackson martin \
    thompson garcia martinez robinson clark rodriguez lewis walker allen hernandez wright lopez adams baker \
    nelson carter mitchell perez roberts turner phillips campbell parker evans edwards collins stewart sanchez morris rogers";

/// Letters of given names that make no other word after a family name.
const GIVEN: &str = "太郎花子美恵健明真由香里奈菜莉愛翔大輔介佑祐樹哉也和彦弘浩宏博隆孝貴裕雅昌雄夫男英秀俊敏幸之志誠\
    信義治人仁智友朋知恭康泰哲拓巧匠淳純潤順聡悟亮涼諒遼蓮悠優結衣佳加織沙紗彩綾理絵江枝津千桜咲陽葵凛\
    玲怜瑠琉璃琴音詩歌穂実瞳晶光輝晃昭洋海波航空星昴北斗龍竜辰虎馬鷹隼剛毅豪勇武猛努勉賢建謙憲久寿嘉良好";
