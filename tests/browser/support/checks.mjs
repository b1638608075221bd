// What a browser must show before henji is called done (ui.md 12), and what of it
// cannot be shown yet, because the page it is about does not exist. A story says
// in its name which check it proves: `test('… #18', …)`.
export const checks = {
  1: { says: 'a cold thread of 60 messages: at most 45 KB, 12 requests, one origin' },
  2: { says: 'no violation of the policy on any page; the policy is exactly ours' },
  3: { says: 'hostile text is text: in bodies, names, tags and templates; page, fragment, socket' },
  4: { says: 'no layout shift and no long task while loading; what is largest came as HTML' },
  5: { says: 'without scripts: sign in, list, thread, older, send, note, assign, close, schedule, upload a table' },
  6: { says: 'without scripts: menus open and close' },
  7: { says: 'a new build is offered; it reloads only an idle page' },
  8: { says: 'a thread of 10,000: few rows, no jump, no leak' },
  9: { says: 'a thread opens at the first unread, else at the end' },
  10: { says: 'who reads back is not moved; new ones are counted below' },
  11: { says: 'who is at the end stays at the end' },
  12: { says: 'a hit and a date land in view, marked, with both directions' },
  13: { says: 'five cuts with twenty messages each: all there, once, in order' },
  14: { says: 'too long away: list and thread anew, the text being written untouched' },
  15: { says: 'after a sleep: there within three seconds' },
  16: { says: 'the server killed: said, and taken back when it is there again' },
  17: { says: 'no WebSocket: within two seconds all the same' },
  18: { says: 'Enter of an input method sends nothing' },
  19: { says: 'nor does it in templates, calls, tags, palette and search' },
  20: { says: 'the bubble is there within 50 ms and becomes the server’s in place' },
  21: { says: 'refused once, sent again: one message' },
  22: { says: 'what failed survives reload and crash, and is edited or thrown away' },
  23: { says: 'two clicks, two Enters, two tabs: one message' },
  24: { says: 'taken back in time: nothing leaves' },
  25: { says: 'drafts stay with their conversation, on any machine' },
  26: { says: 'the counter counts as the server does' },
  27: { says: 'card number, My Number, open place, stopped customer: refused beside the field' },
  28: { says: 'a note looks like one and never leaves' },
  29: { says: 'a colleague is seen within a second, and gone within 35' },
  30: { says: 'who types is named within a second, no longer than eight after' },
  31: { says: 'two answers at once: the second is asked, with and without scripts' },
  32: { says: 'what a colleague does appears and takes no focus' },
  33: { says: 'read is what was looked at; unread stays unread' },
  34: { says: 'a row that moves keeps the focus' },
  35: { says: 'three tabs: told once, sounded once; the next one takes over' },
  36: { says: 'title, icon and badge say what waits, and go back' },
  37: { says: 'a push tells as much as it may; a click opens the conversation in the tab there is' },
  38: { says: 'signing out: in all tabs, nothing behind the back button, no words in the worker’s cache' },
  39: { says: 'a day’s work by keys alone' },
  40: { says: 'axe finds nothing on any page, in any dress' },
  41: { says: 'spoken once: news; never: history; at once: failure; many: a count' },
  42: { says: '320 px and 200 %: nothing sticks out, everything can be hit' },
  43: { says: 'forced colours, more contrast, less motion' },
  44: { says: 'both languages: whole, dated in their own way' },
  45: { says: 'from nothing to the first answer in 12 clicks' },
  46: { says: 'interviews, IVR and escalation in one thread', lacks: 'calls and mails of the ladder: stories of their own, without this number; the mail is opened without a browser' },
}

const STORY = /#(\d+)/g

// What each check has come to, from what the run has seen: `stories` are
// { name, file, state: 'pass' | 'fail' | 'skip' }.
export function judge(listed, stories) {
  const verdicts = Object.entries(listed).map(([number, { says, lacks }]) => {
    const its = stories.filter(({ name }) => numbersIn(name).includes(number))
    const proven = its.some(({ state }) => state === 'pass') && its.every(({ state }) => state !== 'fail')
    const verdict = proven ? (lacks ? 'in part' : 'pass') : its.length === 0 && lacks ? 'not yet' : 'FAIL'
    return { number, says, lacks, its, verdict }
  })
  const strays = stories.filter(({ name }) => numbersIn(name).some(number => !listed[number]))
  return { verdicts, strays, holds: strays.length === 0 && verdicts.every(({ verdict }) => verdict !== 'FAIL') }
}

function numbersIn(name) {
  return [...name.matchAll(STORY)].map(([, number]) => number)
}
