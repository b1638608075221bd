//! The sample's customers: invented names, and numbers that reach nobody.

use super::random::Random;

const SURNAMES: [&str; 40] = [
    "高橋",
    "山田",
    "佐々木",
    "山口",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
    "山崎",
    "森",
    "池田",
    "橋本",
    "阿部",
    "石川",
    "前田",
    "藤田",
    "小川",
    "後藤",
    "岡田",
    "長谷川",
    "村上",
    "近藤",
    "石井",
    "坂本",
    "遠藤",
    "青木",
    "藤井",
    "西村",
    "福田",
    "太田",
    "三浦",
    "岡本",
    "松田",
    "中川",
    "原田",
    "小野",
    "竹内",
    "金子",
    "和田",
];
const GIVEN: [&str; 32] = [
    "陽菜",
    "結衣",
    "葵",
    "凛",
    "美月",
    "さくら",
    "愛",
    "直美",
    "久美子",
    "由美子",
    "千尋",
    "真由美",
    "彩",
    "香織",
    "明日香",
    "玲奈",
    "蓮",
    "湊",
    "大翔",
    "悠真",
    "健太",
    "翔",
    "大輔",
    "拓海",
    "誠",
    "浩",
    "隆",
    "剛",
    "修",
    "和也",
    "直樹",
    "亮",
];
const ENGLISH: [&str; 24] = [
    "Olivia", "Liam", "Emma", "Noah", "Ava", "James", "Sophie", "Lucas", "Mia", "Ethan", "Grace",
    "Daniel", "Chloe", "Ryan", "Hannah", "Priya", "Wei", "Fatima", "Carlos", "Anh", "Min-jun",
    "Ingrid", "Kofi", "Nadia",
];
const ENGLISH_SURNAMES: [&str; 20] = [
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Davis", "Wilson", "Anderson",
    "Taylor", "Nguyen", "Patel", "Kim", "Chen", "Santos", "Novak", "Okafor", "Haddad", "Larsen",
    "Murphy",
];

pub struct Customer {
    /// As the contact is named, where somebody named them.
    pub name: Option<String>,
    /// As a text addresses them.
    pub addressed: String,
    /// E.164.
    pub number: String,
}

/// The customer with this place in the sample; each has a number of their own.
pub fn customer(place: u64, is_english: bool, random: &mut Random) -> Customer {
    let (name, addressed, named) = if is_english {
        let given = random.pick(&ENGLISH);
        (format!("{given} {}", random.pick(&ENGLISH_SURNAMES)), (*given).to_owned(), 80.0)
    } else {
        let surname = random.pick(&SURNAMES);
        (format!("{surname} {}", random.pick(&GIVEN)), (*surname).to_owned(), 70.0)
    };
    let name = random.chance(named).then_some(name);
    Customer { name, addressed, number: number(place) }
}

/// Of the range 060-9 that opened last (July 2026) and is handed out from its
/// low end: a text sent there by mistake reaches nobody.
fn number(place: u64) -> String {
    // A step prime to the range's size: neighbours in the list look unrelated,
    // and no number comes twice among ten million.
    format!("+81609{:07}", place * 7_654_321 % 10_000_000)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::phone_number::PhoneNumber;

    #[test]
    fn numbers_differ_and_can_receive_texts() {
        let numbers: HashSet<String> = (0..100_000).map(number).collect();
        assert_eq!(numbers.len(), 100_000);
        for number in numbers.iter().take(1_000) {
            let number = PhoneNumber::parse(number).unwrap();
            assert_eq!(number.sms_destination(), Ok(()), "{number}");
        }
    }
}
