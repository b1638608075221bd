//! What everybody may know of a number of ours (product.md 5.2): carriers ask senders to
//! tell it, so that whoever gets a text can see whether it is from them.

use super::message::{Purpose, words};

/// The mobile carriers of Japan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Docomo,
    Au,
    Softbank,
    Rakuten,
}

words!(Carrier { Docomo = "docomo", Au = "au", Softbank = "softbank", Rakuten = "rakuten" });

impl Carrier {
    /// As they call themselves.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docomo => "NTT docomo",
            Self::Au => "KDDI (au, UQ, povo)",
            Self::Softbank => "SoftBank",
            Self::Rakuten => "Rakuten Mobile",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderNotice {
    pub purposes: Vec<Purpose>,
    /// A text as it may come from there; empty where none is shown.
    pub sample: String,
    /// Whether somebody answers who calls it.
    pub takes_calls: bool,
    /// What is shown instead of the number, in the order of [`Carrier::ALL`]; empty
    /// where it is the number itself.
    pub shown: [String; 4],
}

impl SenderNotice {
    /// What each carrier shows that shows another number.
    pub fn shown_by(&self) -> impl Iterator<Item = (Carrier, &str)> {
        let pairs = Carrier::ALL.iter().copied().zip(self.shown.iter().map(String::as_str));
        pairs.filter(|(_, number)| !number.is_empty())
    }
}
