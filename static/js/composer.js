// Where an answer is written. Enter is the input method's key before it is ours.
import { feed, onEvent } from './live.js'
import { byId, page, words } from './page.js'
import { count, profileOf } from './count.js'
import { isClean, isLost, save, sent, textOf, typed, watchTabs } from './drafts.js'
import { newId } from './outbox.js'
import { reason, tell } from './request.js'
import { sendReply } from './sending.js'
import { signedOut } from './signed-out.js'
import { putLine, thread } from './thread.js'

const SEEN_AFTER = 2_000
const left = new Map()
let composing = false
let composedAt = -Infinity
let frozen = false
let closes = false
// A text with digits that may be a secret: sent again as it is, it is meant so.
let doubted = ''
let seen = page.event

const composer = {
  get form() { return byId('composer') },
  get body() { return this.form?.elements.body },
  get isNote() { return this.form.elements.mode.value === 'note' },
}

export function openComposer() {
  const { form, body } = composer
  if (!form) return
  frozen = false
  seen = Math.max(feed.cursor, Number(form.elements.seen_seq.value))
  const text = left.get(thread.id)
  if (text) {
    write(text)
    typed(form)
  }
  left.delete(thread.id)
  showMode()
  measure()
}

// Going to another conversation: until the server has the text, it waits here.
// Going elsewhere in the same one, the page that comes may have been drawn before.
export async function leaveComposer(next) {
  const { form, body } = composer
  if (!form || (isClean() && (next !== thread.id || !body.value))) return
  const { id } = thread
  const text = textOf(form)
  left.set(id, text)
  if (await save(form) && left.get(id) === text) left.delete(id)
}

function write({ body, mode, purpose }) {
  composer.body.value = body
  setMode(mode)
  composer.form.elements.purpose.value = purpose
}

// Takes a text into the box, in front of what stands there already.
function takeBack(text) {
  const { body } = composer
  if (!body) return
  body.value = body.value ? `${text}\n${body.value}` : text
  typed(composer.form)
  measure()
  body.focus()
}

export function writeMode(mode) {
  if (!setMode(mode)) return false
  composer.body.focus()
  return true
}

function setMode(mode) {
  const { form } = composer
  const choice = form && [...form.elements.mode].find(radio => radio.value === mode)
  if (!choice || choice.disabled) return false
  choice.checked = true
  showMode()
  return true
}

export function watchComposer() {
  document.addEventListener('compositionstart', () => { composing = true })
  document.addEventListener('compositionend', event => {
    composing = false
    composedAt = event.timeStamp
  })
  document.addEventListener('keydown', enter)
  document.addEventListener('input', ({ target }) => {
    if (target.name === 'body' && target.form?.dataset.gsm7Single) measure(target.form)
    if (target === composer.body) freeze()
    if (target === composer.body) {
      tellTyping()
      complain('')
    }
    if (target.name === 'mode') showMode()
    if (target.name === 'sender_id') measure(target.form)
    const isPurpose = target.name === 'purpose' && target.form === composer.form
    if (isPurpose) complain('')
    if (target === composer.body || ((isPurpose || target.name === 'mode') && composer.body.value)) typed(composer.form)
  })
  document.addEventListener('submit', submit)
  document.addEventListener('change', ({ target }) => {
    if (target.id === 'enter-sends') chooseEnter(target.checked)
  })
  document.addEventListener('take-back', ({ detail }) => takeBack(detail))
  document.addEventListener('refused', ({ detail: { body, why, field } }) => {
    takeBack(body)
    complain(why, field)
    doubted = body
  })
  document.addEventListener('message-sent', ({ detail }) => {
    // The server forgot the draft with the sending; what is written since is another.
    if (detail === thread.id && composer.body?.value) typed(composer.form)
  })
  document.addEventListener('already-sent', ({ detail }) => {
    if (composer.body?.value.trim() === detail) clear(composer.form)
  })
  addEventListener('beforeunload', event => { if (isLost()) event.preventDefault() })
  addEventListener('pagehide', saveLeaving)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') saveLeaving() })
  onEvent({ up() { if (isLost() && composer.form) save(composer.form) } })
  watchTabs((conversation, text) => {
    left.delete(conversation)
    if (conversation !== thread.id || !composer.form || document.activeElement === composer.body || !isClean()) return
    write(text)
    measure()
  })
  onEvent({ line: lineCame, event: id => { if (!frozen) seen = Math.max(seen, id) } })
}

// Whether an input method still has the key: Chromium says isComposing, older
// engines 229; Safari ends the composition before the key comes, which leaves only
// the time to tell by. Nobody presses Ctrl with it that fast.
export function isComposing(event) {
  const justEnded = event.timeStamp - composedAt < 50 && !event.ctrlKey && !event.metaKey
  return event.isComposing || composing || event.keyCode === 229 || event.key === 'Process' || justEnded
}

function enter(event) {
  if (event.key !== 'Enter' || event.target.localName !== 'textarea') return
  const { form } = event.target
  if (!form?.matches('#composer, #conflict-form, #handset-form') || isComposing(event)) return
  const strong = event.ctrlKey || event.metaKey
  const alone = !strong && !event.shiftKey && !event.altKey
  const sends = strong || (alone && (form.id === 'handset-form' || (form.id === 'composer' && form.hasAttribute('data-enter-sends'))))
  if (!sends) return
  event.preventDefault()
  if (event.repeat) return
  closes = event.shiftKey
  form.requestSubmit(form.id === 'composer' ? form.querySelector(composer.isNote ? '.save-note' : '.send') : null)
  closes = false
}

function saveLeaving() {
  if (composer.form && !isClean()) save(composer.form, true)
}

function submit(event) {
  const form = event.target
  if (form.id !== 'composer') return
  event.preventDefault()
  if (event.submitter?.matches('.keep')) return void save(form)
  const body = form.elements.body.value.trim()
  if (!body) return
  // Said again, the same refusal is heard again.
  complain('')
  if (composer.isNote || event.submitter?.matches('.save-note')) return saveNote(form, body)
  if (byId('counter').classList.contains('over')) return form.elements.body.focus()
  const despite = body === doubted
  const later = laterOf(form, event.submitter)
  if (!later) return form.elements.send_at_typed.focus()
  if (closes) later.close = '1'
  const [sender, purpose] = ['sender_id', 'purpose'].map(name => form.elements[name]?.value ?? '')
  sendReply({ conversation: thread.id, body, later, despite, sender, purpose, seen, cid: form.elements.client_message_id.value })
  clear(form)
}

// When a text is to leave, if not at once; null where the time was not chosen.
function laterOf({ elements: { send_at_typed: typed, until_reply: until } }, button) {
  if (button?.name !== 'send_at') return {}
  if (button.value === 'typed' && !typed.value) return null
  return { send_at: button.value, send_at_typed: typed.value, ...(until.checked && { until_reply: '1' }) }
}

async function saveNote(form, body) {
  const button = form.querySelector('.save-note')
  if (button.disabled) return
  button.disabled = true
  const { conversation, cid } = { conversation: thread.id, cid: form.elements.client_message_id.value }
  const answer = await tell(`/conversations/${conversation}/notes`, 'message', { body, client_message_id: cid })
  button.disabled = false
  if (answer.status === 401) return signedOut()
  const line = answer.content.querySelector('.line')
  if (answer.status >= 300 || answer.status === 0 || !line) {
    return complain(words('refused', { why: reason(answer) || words('failed') }))
  }
  putLine(line, `thread-${conversation}`)
  if (thread.id === conversation) {
    clear(form)
    setMode('reply')
  } else left.delete(conversation)
}

// What is wrong, beside the box; gone when the text, or what it is about, changes.
function complain(text, field) {
  const { body, purpose } = composer.form.elements
  const wrong = byId('body-error')
  wrong.querySelector('span').textContent = text
  wrong.hidden = !text
  wrong.querySelector('a').hidden = field !== 'purpose'
  const blamed = field === 'purpose' ? purpose : body
  for (const each of [body, purpose]) {
    each.ariaInvalid = Boolean(text) && each === blamed
    each.removeAttribute('aria-describedby')
  }
  if (!text) return
  blamed.setAttribute('aria-describedby', wrong.id)
  blamed.focus()
}

// Others see who writes to the customer; a note is nobody's answer.
function tellTyping() {
  document.dispatchEvent(new CustomEvent('typing', { detail: composer.isNote ? '' : composer.body.value }))
}

function clear(form) {
  form.elements.body.value = ''
  form.elements.client_message_id.value = newId()
  form.querySelector('.later').open = false
  sent(thread.id)
  tellTyping()
  frozen = false
  seen = feed.cursor
  measure(form)
}

// From the first character on, what others write counts as unseen until it was
// looked at: the customer's text after two seconds, a colleague's not at all.
function freeze() {
  const writing = composer.body.value !== ''
  if (!writing) seen = feed.cursor
  frozen = writing
}

function lineCame(line, id) {
  if (!frozen || line.parentElement !== thread.lines) return
  if (line.dataset.by && line.dataset.by !== page.me && line.querySelector('.m.out')) {
    frozen = 'answered'
  } else if (frozen !== 'answered' && line.querySelector('.m.in')) {
    setTimeout(() => {
      if (frozen === true && document.hasFocus() && thread.isAtEnd) seen = Math.max(seen, id)
    }, SEEN_AFTER)
  } else if (frozen !== 'answered') seen = Math.max(seen, id)
}

function measure(form = composer.form) {
  const counter = byId('counter')
  if (!counter || !form) return
  const { value } = form.elements.body
  // Routes differ in what they carry; where the sender has a rule of its own, it counts.
  const profile = profileOf({ ...form.dataset, ...form.elements.sender_id?.selectedOptions?.[0]?.dataset })
  // Nothing written yet counts as what is most written here: the shorter limit.
  const { units, parts, limit, tooLong, costs } = value ? count(value, profile) : { units: 0, parts: 1, limit: profile.ucs2.single, tooLong: false }
  counter.textContent = tooLong ? words('tooLong', { max: form.dataset.maxParts }) : words('counter', { units, limit, parts })
  counter.classList.toggle('over', tooLong)
  const { widens, opens } = costs ?? {}
  byId('costs').textContent = widens ? words('widens', { c: widens }) : opens ? words('opens', { c: opens, n: parts }) : ''
  counter.classList.toggle('near', !tooLong && units > limit * 0.9)
}

function showMode() {
  const { body } = composer
  body.dataset.replyPlaceholder ??= body.placeholder
  body.placeholder = composer.isNote ? body.dataset.notePlaceholder : body.dataset.replyPlaceholder
}

function chooseEnter(sends) {
  composer.form.toggleAttribute('data-enter-sends', sends)
  tell('/settings/preferences', 'none', { enter_sends: sends }, 'PUT')
}
