// A text appears the instant it is sent, and is sent exactly once.
//
// The browser's id is the message's and the bubble's: whichever comes first, the
// answer or the event, replaces the bubble in place. Events on `document`:
// `conflict` {entry, content} somebody was faster; `take-back` text to edit again;
// `closed` conversation that was closed with its answer.
import { say } from './announcer.js'
import { onEvent } from './live.js'
import { Outbox, newId, retryDelay } from './outbox.js'
import { byId, page, words } from './page.js'
import { reason, tell } from './request.js'
import { signedOut } from './signed-out.js'
import { idOf, putLine, thread, toEnd, toLatest } from './thread.js'

const outbox = new Outbox(page.storage, page.me)
const timers = new Map()

export async function sendReply({ conversation, body, sender, purpose, seen, despite, later, cid = newId() }) {
  outbox.remove(cid)
  const fields = { body, sender_id: sender, purpose, seen_seq: String(seen), ...later, ...(despite && { despite_doubt: '1' }) }
  outbox.add({ cid, conversation, fields })
  if (!thread.hasTail) await toLatest()
  show(outbox.get(cid))
  toEnd()
  flush()
}

// After a reload, or on coming back to a conversation: what is not sent yet.
export function restorePending() {
  if (!thread.id) return
  for (const entry of outbox.of(thread.id)) {
    const line = byId(`m-${entry.cid}`)
    if (line && idOf(line)) outbox.remove(entry.cid)
    else {
      show(entry)
      document.dispatchEvent(new CustomEvent('already-sent', { detail: entry.fields.body }))
    }
  }
}

export function watchSending() {
  onEvent({ up: retryBroken })
  addEventListener('online', retryBroken)
  document.addEventListener('signed-in-again', flush)
  document.addEventListener('click', ({ target }) => {
    const button = target.closest('.pending button')
    if (!button) return
    const cid = button.closest('.line').id.slice(2)
    if (button.matches('.retry')) retry(cid)
    else discard(cid, button.matches('.edit'))
  })
  flush()
}

export function forget(cid) {
  outbox.remove(cid)
  byId(`m-${cid}`)?.remove()
}

// One tab at a time, one text after the other, in the order they were written.
async function flush() {
  const run = async () => {
    for (const { cid } of outbox.waiting()) {
      const entry = outbox.get(cid)
      if (entry?.state === 'waiting' && !timers.has(cid)) await post(entry)
    }
  }
  await (navigator.locks ? navigator.locks.request('outbox', run) : run())
}

async function post({ cid, conversation, fields, tries }) {
  const answer = await tell(`/conversations/${conversation}/messages`, 'message', { client_message_id: cid, ...fields })
  const { status, content } = answer
  if (status === 401) return signedOut()
  if (status === 409 && content.querySelector('.conflict')) return conflict(cid, content)
  const line = content.querySelector('.line')
  if (status >= 200 && status < 300 && line) {
    outbox.remove(cid)
    if (thread.id === conversation) putLine(line, `thread-${conversation}`)
    document.dispatchEvent(new CustomEvent('message-sent', { detail: conversation }))
    if (fields.close) document.dispatchEvent(new CustomEvent('closed', { detail: conversation }))
    return say(words('sent'))
  }
  // What the sender can mend goes back to where it was written.
  if (status === 422 && thread.id === conversation) {
    forget(cid)
    return document.dispatchEvent(new CustomEvent('refused', { detail: { body: fields.body, why: reason(answer), field: content.firstElementChild?.dataset.field } }))
  }
  const delay = retryDelay(tries + 1, status)
  outbox.update(cid, { tries: tries + 1 })
  if (delay !== null) {
    timers.set(cid, setTimeout(() => { timers.delete(cid); flush() }, delay * 1_000))
    return show(outbox.get(cid), words('offline'))
  }
  fail(cid, status, status === 0 ? '' : reason(answer))
}

function fail(cid, status, why) {
  outbox.update(cid, { state: 'failed', status, why })
  show(outbox.get(cid))
  say(why ? words('refused', { why }) : words('failed'), 'assertive')
}

function conflict(cid, content) {
  outbox.update(cid, { state: 'failed', status: 409, why: content.querySelector('h2').textContent.trim() })
  const entry = outbox.get(cid)
  if (thread.id !== entry.conversation) return
  byId(`m-${cid}`)?.remove()
  document.dispatchEvent(new CustomEvent('conflict', { detail: { entry, content } }))
}

function retry(cid) {
  clearTimeout(timers.get(cid))
  timers.delete(cid)
  outbox.update(cid, { state: 'waiting', tries: 0 })
  show(outbox.get(cid))
  flush()
}

function retryBroken() {
  for (const [cid, timer] of timers) {
    clearTimeout(timer)
    timers.delete(cid)
  }
  for (const { cid, state, status } of outbox.all()) {
    if (state === 'failed' && status === 0) outbox.update(cid, { state: 'waiting', tries: 0 })
  }
  restorePending()
  flush()
}

function discard(cid, edit) {
  const { fields } = outbox.get(cid) ?? {}
  forget(cid)
  if (edit && fields) document.dispatchEvent(new CustomEvent('take-back', { detail: fields.body }))
}

// Draws the bubble of an entry, or draws it again in its new state.
function show({ cid, conversation, fields, state, why }, label = state === 'failed' ? failure(why) : words('sending')) {
  if (conversation !== thread.id) return
  const line = byId(`m-${cid}`) ?? pendingLine(cid, fields.body)
  if (idOf(line)) return
  const failed = state === 'failed'
  line.querySelector('.m').classList.toggle('bad', failed)
  line.querySelector('.st').textContent = label
  line.querySelectorAll('button').forEach(button => { button.hidden = !failed })
}

function pendingLine(cid, body) {
  const line = byId('tpl-pending').content.firstElementChild.cloneNode(true)
  const last = thread.lines.lastElementChild
  line.id = `m-${cid}`
  line.dataset.rev = -1
  line.dataset.sort = Number(last?.dataset.sort ?? 0) + 1
  line.dataset.day = last?.dataset.day ?? ''
  line.querySelector('.b').textContent = body
  line.classList.add('fresh')
  const stick = thread.isAtEnd
  thread.lines.append(line)
  if (stick) toEnd()
  return line
}

function failure(why) {
  return why ? words('refused', { why }) : words('failed')
}
