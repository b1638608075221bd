//! The same words in English.

use super::{Hint, Word, Words};

pub(super) fn list(words: &mut Words) {
    choosing(words);
    none(words);
    leaving(words);
    late(words);
    polite(words);
    hints(words);
}

fn choosing(words: &mut Words) {
    words.add(
        Word::Label,
        "option|slot|number|choice|time slot|option number|slot number\
        |option no.|no.|option #|slot #|the option|the slot|option:|answer",
    );
    // "no 2" may be a refusal, "no2" is not.
    words.add(Word::LabelAttached, "no");
    words.add(Word::English, "on|at|the|for|on the");
    for (nth, written) in [
        (1, "first|1st"),
        (2, "second|2nd"),
        (3, "third|3rd"),
        (4, "fourth|4th"),
        (
            5,
            "fifth\
        |5th",
        ),
        (
            6,
            "sixth\
        |6th",
        ),
    ] {
        let called = " one| option| slot| time slot";
        for nth_written in written.split('|') {
            words.add_each(Word::Nth(nth), &format!("the {nth_written}"), called);
            words.add_each(Word::Nth(nth), nth_written, called);
        }
    }
    let takes = "i'll take|i will take|i would like|i'd like|i'll go with|i will go with\
        |i'd go with|let's go with|lets go with|let's do|lets do|i choose|i pick|i select\
        |i'll choose|i'll pick|i will choose|i want|please book me for|please book|book me for\
        |book me in for|please book me in for|put me down for|please put me down for\
        |sign me up for|my choice is|i'd like to book|i would like to book|i'd like to choose\
        |i would like to choose|i'd like to go with|i would like to go with|going with|make it\
        |i'll do|i'll have|my answer is|please make it|id like|ill take|i would like to take\
        |i'd like to take|i would like to select|i'd like to select|please reserve";
    words.add(Word::Takes, takes);
    let works = "please|pls|plz|works|works for me|works for me please|works well|works great\
        |works great for me|works well for me|works fine|works fine for me|works perfectly\
        |works best|works best for me|is good|is good for me|is great|is great for me|is fine\
        |is fine for me|is fine with me|is perfect|is perfect for me|sounds good|sounds great\
        |sounds perfect|it is|for me|for me please|is my choice|is best|is best for me\
        |is the best|is ideal|suits me|suits me best|suits me well|would be great\
        |would be perfect|would be good|would be fine|would be ideal|would be best\
        |would work for me|would suit me|will work for me|looks good|looks great";
    words.add(Word::Works, works);
    words.add(Word::Please, "please|pls|plz");
}

fn none(words: &mut Words) {
    words.add_each(
        Word::NoneFits,
        "none|none of these|none of them|none of those\
        |none of the options|none of these options|none of those options|none of the times\
        |none of these times|none of those times|none of the slots|none of these slots\
        |none of the dates|none of these dates|none of those dates|none of the above",
        "| work| works| work for me| works for me| fit| fits| suit me| suits me| are good for me\
        | is good for me| are possible| is possible| are possible for me| is possible for me\
        | fit my schedule| fits my schedule| are convenient| is convenient| are suitable\
        | will work| will work for me",
    );
    // By themselves they may complain that there was none to choose.
    words.add_each(
        Word::NoneFits,
        "no option|no slot",
        " works| works for me| fits| suits me| is possible for me| is convenient",
    );
    words.add(
        Word::OtherDay,
        "another day|a different day|another time|a different time\
        |another date|a different date",
    );
}

fn leaving(words: &mut Words) {
    let withdraw = "i'd like to withdraw|i would like to withdraw|i want to withdraw\
        |i wish to withdraw|i withdraw|i am withdrawing|i'm withdrawing\
        |i have decided to withdraw|i've decided to withdraw|please withdraw\
        |i would like to formally withdraw|i hereby withdraw|i must withdraw|i have to withdraw\
        |i need to withdraw|id like to withdraw";
    let what = " my application| from the process| my candidacy| from consideration\
        | from the selection process| from the interview process| from the recruitment process\
        | from the hiring process| from the selection| from the position\
        | my application for the position";
    words.add_each(Word::Declines, withdraw, what);
    words.add(
        Word::Declines,
        "i'd like to withdraw|i would like to withdraw|i want to withdraw\
        |i wish to withdraw|i withdraw|i am withdrawing|i'm withdrawing\
        |i have decided to withdraw|i've decided to withdraw|i must withdraw|i have to withdraw\
        |i need to withdraw|id like to withdraw",
    );
    words.add_each(
        Word::Declines,
        "i am no longer interested|i'm no longer interested|im no longer interested",
        " in the position| in this position| in the job| in the role| in this role",
    );
    words.add(Word::DeclineNoun, "decline|withdraw|i decline");
    let change = "i need to|i'd like to|i would like to|i have to|i want to|please|i must\
        |id like to|i'll need to|i will need to";
    for need in change.split('|') {
        words.add_each(
            Word::Reschedules,
            &format!("{need} reschedule"),
            "| my interview\
        | the interview| our interview| it| my appointment| our meeting| the meeting",
        );
        words.add_each(
            Word::Reschedules,
            &format!("{need} change"),
            " the date| the time\
        | the day| the date and time| my interview date| my interview time| the interview date\
        | the interview time| my time| the schedule",
        );
    }
    words.add(Word::Reschedules, "reschedule|reschedule please|please reschedule");
    words.add(Word::RescheduleNoun, "change|reschedule|change please");
    words.add(
        Word::Attends,
        "i will attend|i'll attend|i will be there|i'll be there\
        |i'm attending|i am attending|i will be attending|i'll be attending\
        |i will attend the interview|i'll attend the interview|i can attend|i will come|i'll come",
    );
    words.add(Word::AttendNoun, "attend|attending");
}

fn late(words: &mut Words) {
    words.add(
        Word::LateLead,
        "i'm running|i am running|running|i'll be|i will be|i'm going to be\
        |i am going to be|ill be|im running|i'll be running|i will be running",
    );
    words.add(Word::About, "about|around|approximately|approx|approx.|roughly");
    words.add(Word::Little, "a bit|a little|slightly|a few minutes|a little bit");
    words.add(
        Word::LateAdverb,
        "late|late today|late for the interview|late for my interview\
        |late to the interview|late for today's interview|behind|behind schedule",
    );
    words.add_each(
        Word::LateReason,
        "|due to |because of |sorry, |sorry ",
        "stuck in traffic\
        |traffic|heavy traffic|a train delay|train delay|train delays|the train delay\
        |my train is delayed|the train is delayed|my train is late|my bus is late\
        |my bus is delayed|the bus is late|the train is late|train is delayed|train delayed\
        |train is late|an accident|a traffic jam|traffic jam|i'm stuck in traffic\
        |i am stuck in traffic",
    );
    words.add(Word::LateReason, "my train was delayed|the trains are delayed|trains are delayed");
}

fn polite(words: &mut Words) {
    let polite = "hi|hello|hey|hi there|hello there|good morning|good afternoon|good evening|dear\
        |thanks|thank you|thanks a lot|thank you very much|thank you so much|thanks so much\
        |thanks very much|many thanks|thx|ty|thanks again|thank you again|cheers|regards\
        |best regards|kind regards|warm regards|best wishes|sincerely|yours sincerely\
        |have a nice day|have a great day|have a good day\
        |much appreciated|i appreciate it|appreciate it|sorry for the late reply\
        |sorry for the late response|sorry for the delay|sorry for my late reply\
        |sorry for the delayed reply|apologies for the late reply|apologies for the delay\
        |dear sir or madam|to whom it may concern|hi team|hello team|dear team";
    words.add(Word::Polite, polite);
    let until_then = "see you then|see you there|see you soon|looking forward to it\
        |i look forward to it|i'm looking forward to it|looking forward to meeting you\
        |i look forward to meeting you|looking forward to speaking with you";
    words.add(Word::Polite, until_then);
    words.add(Word::UntilThen, until_then);
    for word in [Word::Polite, Word::Heard] {
        words.add(word, "got it|noted");
    }
    words.add_each(
        Word::Polite,
        "thanks for |thank you for |many thanks for \
        |thank you very much for |thank you so much for |thanks so much for ",
        "the message|your message|reaching out|the invitation|the invite|the opportunity\
        |your time|the options|your reply|the quick reply|the quick response|getting back to me\
        |letting me know|the update|the info|the information|contacting me|your help\
        |arranging this|organizing this|understanding|your understanding|your patience|having me\
        |the reminder|considering me|your consideration|the dates|the times\
        |the offer of an interview|the chance|this opportunity|this|that",
    );
    words.add(
        Word::Opening,
        "ok|okay|yes|sure|great|perfect|yes please|alright|all right|yep\
        |yeah",
    );
    words.add(
        Word::Apology,
        "sorry|unfortunately|i'm sorry|i am sorry|so sorry|very sorry\
        |i'm so sorry|i am so sorry|apologies|my apologies|i apologize|i apologise|i'm very sorry\
        |sorry about that|sorry for the inconvenience|apologies for the inconvenience\
        |sorry for the short notice|sorry for the trouble|sorry about this\
        |sorry for the late notice",
    );
    words.add(
        Word::SorryBut,
        "sorry but|i'm sorry but|i am sorry but|i'm afraid|sorry, but\
        |i'm sorry, but",
    );
    words.add(Word::NameAbout, "this is|i am|i'm|my name is|it's");
    words.add(Word::Honorific, "here");
}

fn hints(words: &mut Words) {
    words.add(
        Word::Hint(Hint::Any),
        "any|any time|anytime|any of them|any of these|any of those\
        |any works|any is fine|any are fine|all of them|all work|whichever|whenever|either\
        |any day|any slot|any option|all of these|all fine|any one|anything works\
        |all of them work|any of them work|any of these work|any will do|either works\
        |any one is fine|up to you",
    );
    words.add(
        Word::Hint(Hint::Not),
        "not|can't|cannot|can not|won't|don't|doesn't|isn't|no|never\
        |neither|unable|impossible|bad|nope|cant|dont|doesnt|isnt|wont",
    );
    words.add(
        Word::Hint(Hint::Except),
        "except|but not|other than|anything but|apart from\
        |excluding|any but|all but",
    );
    words.add(Word::Hint(Hint::Instead), "instead|instead of|rather|rather than");
    words.add(
        Word::Hint(Hint::Question),
        "can i|can you|could i|could you|is it|is that|may i\
        |what|when|where|how|which|do i|should i|would it|are you|can we|could we|who|would you\
        |will you",
    );
    words.add(
        Word::Hint(Hint::Theme),
        "but|actually|if|unless|maybe|perhaps|probably|might\
        |possibly",
    );
    words.add(
        Word::Hint(Hint::Decline),
        "withdraw|withdrawing|decline|declining|cancel\
        |cancelling|canceling|not interested|no longer interested|another offer|pass on|withdrawn\
        |accepted another|drop out|pull out",
    );
    words.add(
        Word::Hint(Hint::Reschedule),
        "reschedule|rescheduling|change|changing|move\
        |postpone|different day|different time|another day|another time|another date\
        |different date|push back|other dates|other days|other times|next week|later date",
    );
    words.add(Word::Hint(Hint::Late), "late|delayed|running behind");
    words.add(
        Word::Hint(Hint::Counter),
        "people|persons|days|weeks|months|years|times|of us|kids\
        |friends|second|moment|minute|ago",
    );
    words.add(
        Word::Hint(Hint::Attend),
        "attend|attending|be there|coming|come|on my way\
        |confirmed|confirm",
    );
    words.add(Word::Hint(Hint::Agree), "fine|good|works|all good|no problem");
}
