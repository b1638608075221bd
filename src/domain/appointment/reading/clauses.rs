//! Answers understood to the last word.
//!
//! A clause is read only in the shapes below, and a text only if it is made of
//! such clauses and nothing else. What people may also write is without end; what
//! is listed here is what may act without a person.

use super::moments::Moment;
use super::tokens::{Kind, Token, Tokens};
use super::words::Word;
use super::{Asked, Choice, Reading};

mod choice;
mod intent;

pub use choice::is_hour;

/// What one clause says, and the tokens that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub reading: Reading,
    pub from: usize,
    pub to: usize,
}

/// All that a text says, in order.
#[derive(Debug, Default)]
pub struct Understood {
    pub said: Vec<Said>,
    /// A polite "but" is open until something follows.
    is_open: bool,
    /// Sorry may take back what was agreed before.
    pub is_sorry: bool,
    /// Something only somebody says who comes: who also declines has meant another
    /// number.
    pub is_coming: bool,
    /// 変更 承知しました: the change is one that was heard of.
    pub is_heard: bool,
    /// Who signed.
    names: usize,
    /// A name stands open before what follows: 山田 遅れます may tell of 山田.
    is_named: bool,
}

impl Understood {
    /// Two names and two answers: a table of who wants what.
    pub fn is_of_several(&self) -> bool {
        self.names > 1 && self.said.len() > 1
    }
}

/// Reads `tokens` clause by clause. `None` when any of them is not understood.
pub fn understood(tokens: &Tokens, asked: &Asked<'_>) -> Option<Understood> {
    let clauses = Clauses { tokens: &tokens.all, asked, is_japanese: tokens.is_japanese };
    if tokens.all.last().is_some_and(|last| last.is(Word::Pause)) {
        // More was to come.
        return None;
    }
    let mut understood = Understood::default();
    let mut at = 0;
    while at < clauses.tokens.len() {
        at = match clauses.clause(at, &understood)? {
            (to, Clause::Mark) => {
                understood.is_named = false;
                to
            }
            (to, Clause::But) => {
                understood.is_open = true;
                to
            }
            (to, Clause::SorryBut) => {
                understood.is_open = true;
                understood.is_sorry = true;
                to
            }
            (to, Clause::Nothing) => {
                understood.is_open &= !clauses.is(at, Word::Please);
                understood.is_coming |= clauses.is(at, Word::UntilThen);
                understood.is_heard |= clauses.is(at, Word::Heard);
                to
            }
            (to, Clause::Name(name)) => {
                understood.names += usize::from(name != Name::Addressed);
                understood.is_named = name != Name::Introduced;
                to
            }
            (to, Clause::Sorry) => {
                understood.is_sorry = true;
                to
            }
            (to, Clause::Says(reading)) => {
                if understood.is_named && clauses.choice(at).is_none() {
                    return None;
                }
                (understood.is_open, understood.is_named) = (false, false);
                understood.said.push(Said { reading, from: at, to });
                to
            }
        };
    }
    (!understood.is_open).then_some(understood)
}

enum Clause {
    Mark,
    But,
    SorryBut,
    Nothing,
    Sorry,
    Name(Name),
    Says(Reading),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// 山田です, 山田より: of who writes.
    Introduced,
    /// 山田
    Bare,
    /// 鈴木様
    Addressed,
}

struct Clauses<'a> {
    tokens: &'a [Token],
    asked: &'a Asked<'a>,
    is_japanese: bool,
}

impl Clauses<'_> {
    /// The longest clause that begins at `at`, and where it ends.
    fn clause(&self, at: usize, before: &Understood) -> Option<(usize, Clause)> {
        let says = [
            self.choice(at),
            self.none_fits(at),
            self.declines(at),
            self.reschedules(at),
            self.late(at),
            self.attends(at),
        ];
        let says = says.into_iter().flatten().max_by_key(|(to, _)| *to);
        let quiet = self.quiet(at, before);
        match (says, quiet) {
            (Some((to, reading)), quiet) if quiet.as_ref().is_none_or(|(end, _)| to > *end) => {
                Some((to, Clause::Says(reading)))
            }
            (_, quiet) => quiet,
        }
    }

    /// What says nothing of the matter: greetings, thanks, names, marks.
    fn quiet(&self, at: usize, before: &Understood) -> Option<(usize, Clause)> {
        if self.is(at, Word::Apology) {
            return Some((self.decorated(at + 1), Clause::Sorry));
        }
        if self.is(at, Word::Stop) || self.is(at, Word::Pause) || self.is_bow(at) {
            return Some((at + 1, Clause::Mark));
        }
        let is_offer = matches!(self.asked, Asked::Slots { .. });
        if is_offer && self.is(at, Word::AnswersLate) {
            return Some((self.decorated(at + 1), Clause::Nothing));
        }
        for (word, clause) in [
            (Word::But, Clause::But),
            (Word::SorryBut, Clause::SorryBut),
            (Word::Matter, Clause::But),
        ] {
            if self.is(at, word) {
                return Some((at + 1, clause));
            }
        }
        if self.is(at, Word::Polite) || self.is(at, Word::Please) {
            return Some((self.decorated(at + 1), Clause::Nothing));
        }
        // "2 ok" may ask, "ok, 2" does not.
        if self.is(at, Word::Opening) && before.said.is_empty() {
            return Some((at + 1, Clause::Nothing));
        }
        self.name(at).map(|(to, name)| (to, Clause::Name(name)))
    }

    /// 応募した山田太郎です, 鈴木様, "This is John".
    fn name(&self, at: usize) -> Option<(usize, Name)> {
        let named = self.skip(at, &[Word::NameAbout, Word::Of]);
        let is_named = matches!(self.tokens.get(named)?.kind, Kind::Name);
        let mut to = named + usize::from(is_named);
        if !is_named && (named == at || !self.is(to, Word::Honorific)) {
            return None;
        }
        if self.is(to, Word::NameEnd) {
            return Some((to + 1, Name::Introduced));
        }
        // 山田さん辞退します and 山田より遅れます tell of somebody else.
        if self.is(to, Word::Honorific) || self.is(to, Word::Sender) {
            let name = if self.is(to, Word::Sender) { Name::Introduced } else { Name::Addressed };
            let goes_on = self.is(to + 1, Word::Polite);
            return (goes_on || self.ends(to + 1)).then_some((to + 1, name));
        }
        while self.tokens.get(to).is_some_and(|token| token.kind == Kind::Name) {
            to += 1;
        }
        self.ends(to).then_some((to, Name::Bare))
    }

    fn is(&self, at: usize, word: Word) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(word))
    }

    /// The place after `word`, or the same place without it.
    fn may(&self, at: usize, word: Word) -> usize {
        at + usize::from(self.is(at, word))
    }

    /// The place after all of `words` that follow in any order.
    fn skip(&self, mut at: usize, words: &[Word]) -> usize {
        while words.iter().any(|word| self.is(at, *word)) {
            at += 1;
        }
        at
    }

    /// After words of politeness a bow or a smile says no more than they do.
    fn decorated(&self, at: usize) -> usize {
        self.skip(at, &[Word::Decoration])
    }

    /// A bow behind a full stop; ~ may be a span.
    fn is_bow(&self, at: usize) -> bool {
        let is_behind = |stop: usize| self.is(stop, Word::Stop) || self.is(stop, Word::Decoration);
        self.is(at, Word::Decoration)
            && !self.is(at, Word::From)
            && at.checked_sub(1).is_some_and(is_behind)
    }

    /// Whether a clause can end here: at a mark, a blank or the end.
    fn ends(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_none_or(|next| next.is_spaced || next.is(Word::Stop) || next.is(Word::Pause))
    }

    /// Reads days and times that stand together, and where they end.
    fn moment(&self, at: usize) -> Option<(usize, Moment)> {
        let mut moment = Moment::default();
        let mut to = at;
        loop {
            let linked = match moment.atoms {
                0 => to,
                _ => self.skip(to, &[Word::Of, Word::English]),
            };
            if self.is(to, Word::Open) && self.is_when(to + 1) {
                to = self.add_all(&mut moment, to + 1)?;
                if !self.is(to, Word::Close) {
                    return None;
                }
                to += 1;
            } else if self.is_when(linked) {
                to = self.add_all(&mut moment, linked)?;
            } else {
                break;
            }
        }
        (moment.atoms > 0).then_some((to, moment))
    }

    /// Adds what stands side by side; `None` where it is not one moment.
    fn add_all(&self, moment: &mut Moment, mut at: usize) -> Option<usize> {
        while let Some(Kind::When(atom)) = self.tokens.get(at).map(|token| token.kind) {
            if !moment.add(atom) {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    fn is_when(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| matches!(token.kind, Kind::When(_)))
    }
}
