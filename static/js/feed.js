// What happened, in order, each thing once.
//
// The server numbers its events and sends frames as JSON, over the WebSocket
// GET /live?after=N or, where that is blocked, as a JSON array answered to
// GET /events?after=N&wait=25:
//
//   {"t":"hello","ev":N,"build":"..","hb":25}   the log ends at N; build of the
//                                               server; seconds between heartbeats
//   {"t":"ev","id":N,"c":"<conversation>","ops":[..]}   event N, drawn
//   {"t":"count","in":{"<inbox>":[mine,unassigned,waiting,waiting for me,mentions,
//                     snoozed,all,of my teams]}}    numbers of conversations
//   {"t":"at","id":N}                           nothing to see up to N
//   {"t":"reset","why":".."}                    too far behind to catch up: fetch
//                                               list and thread anew; an `at` follows
//   {"t":"pres","all":true,"of":{"<conversation>":"<html>"}}
//                                               who is where, drawn; `all` where the
//                                               others have nobody. No number, and
//                                               never said again
//   {"t":"hb"}                                  the line is alive
//
// An event of the thread on the screen, which the browser names by
// {"t":"watch","c":"<conversation>","after":N}, is drawn in full; of any other
// only its row in the list. What happened between drawing a thread and watching
// it is sent once more, so an event may come that is older than the cursor.
//
// Ops name elements by id and may be applied twice:
//
//   {"op":"put","id":..,"html":..,"into":..,"sort":".."}   replace #id, or insert it
//                     into #into by sort; an older data-rev never replaces a newer one
//   {"op":"del","id":..}
//   {"op":"attr","id":..,"set":{name: value}}   null removes the attribute
//   {"op":"text","id":..,"text":..}
//   {"op":"say","text":..,"how":"polite" | "assertive"}
//
// The cursor moves when an event has been applied, never before: what fails is
// asked for again after the next connection.
export class Feed {
  #page

  constructor(cursor, page) {
    this.cursor = cursor
    this.#page = page
  }

  take(frame) {
    switch (frame.t) {
      case 'hello': return this.#hello(frame)
      case 'ev': return this.#event(frame)
      case 'at': return this.#moveTo(frame.id)
      case 'count': return this.#page.count(frame.in)
      case 'pres': return this.#page.presence(frame)
      case 'reset': return this.#reset(frame)
    }
  }

  #hello({ ev, build }) {
    this.end = ev
    this.#page.hello(build)
  }

  #event({ id, c, ops }) {
    const isNews = id > this.cursor
    for (const op of ops) if (isNews || op.op !== 'say') this.#page[op.op]?.(op, id)
    this.#moveTo(id)
    this.#page.applied(id, c)
  }

  // What is fetched now holds everything up to the end that hello named.
  #reset() {
    this.#moveTo(this.end ?? this.cursor)
    this.#page.reset()
  }

  #moveTo(id) {
    if (id > this.cursor) this.cursor = id
  }
}

// The first of `sorts` that a new element must stand before; their length where
// it comes last. `order` is 'asc' or 'desc'; equals keep the order they came in.
export function placeOf(sort, sorts, order) {
  const after = order === 'desc' ? other => other >= sort : other => other <= sort
  let place = sorts.length
  while (place > 0 && !after(sorts[place - 1])) place -= 1
  return place
}

// Whether a row with these `data-view` words, this assignee, these people called in
// notes and a team of the reader's is shown in a tab.
export function belongsTo(tab, views, assignee, me, called = '', isOurs = false) {
  if (tab === 'mentions') return called.split(' ').includes(me)
  const words = views.split(' ')
  if (tab === 'teams') return isOurs && (words.includes('assigned') || words.includes('unassigned'))
  return tab === 'mine' ? words.includes('assigned') && assignee === me : words.includes(tab)
}
