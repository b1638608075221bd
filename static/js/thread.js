// The timeline: a window of at most 240 lines (and 60 of leeway) into a history
// of any length. The only authority over its scroll position.
import { placeOf } from './feed.js'
import { isUnanswered } from './insist.js'
import { byId, page, words } from './page.js'
import { ask, tell } from './request.js'
import { move, swap } from './swap.js'

const WINDOW = 240
const LEEWAY = 60
const READ_AFTER = 600

let busy = false
let below = 0
let readTimer = null
let lastRead = ''
// Kept unread on purpose, until somebody leaves it.
let keptUnread = false
let stuck = true

// A composer that grows must not hide the last words.
const resized = new ResizeObserver(() => { if (stuck && thread.lines) toEnd() })

export const thread = {
  get id() { return byId('main')?.dataset.conversation },
  get lines() { return byId(`thread-${this.id}`) },
  get box() { return byId('scroll') },
  // Whether the newest line is in the window.
  get hasTail() { return !this.lines?.dataset.after },
  get isAtEnd() {
    const { box } = this
    return this.hasTail && box.scrollHeight - box.scrollTop - box.clientHeight < 80
  },
}

// A thread has just come onto the page.
export function openThread() {
  if (!thread.lines) return
  below = 0
  lastRead = ''
  keptUnread = false
  markEnds(thread.lines)
  tidy()
  ownHead(byId(`head-${thread.id}`))
  const unread = byId('unread')
  const found = thread.lines.querySelector('.found')
  if (found) found.scrollIntoView({ block: 'center' })
  else if (unread) toUnread()
  else if (thread.hasTail) toEnd()
  thread.box.addEventListener('scroll', scrolled, { passive: true })
  stuck = thread.isAtEnd
  resized.disconnect()
  resized.observe(thread.box)
  fillUp()
  noticeRead()
  tellDrawn()
}

// The number of the newest event when the thread was drawn.
export function drawnAt() {
  return Number(thread.lines.dataset.rev)
}

// A line drawn by the server, from an answer or an event.
export function putLine(line, into, sort = +line.dataset.sort) {
  const old = byId(line.id)
  if (old && isNewer(old, line)) return
  if (!old && into !== thread.lines?.id) return
  if (!old && !thread.hasTail) return announceBelow(line)
  const stick = thread.isAtEnd
  keepPlace(() => {
    if (old) swap(old, line)
    else line.classList.add('fresh')
    place(line, sort)
    tidy()
  }, stick)
  if (stick) toEnd()
  else if (!old && line.querySelector('.in')) announceBelow(line)
  if (!old) trim('head')
  // A long run of new lines has no page ends to cut at: begin again with the newest.
  if (stick && thread.lines.childElementCount > 2 * WINDOW) refreshThread()
  noticeRead()
}

// The server's id of a line; none while only this browser knows it.
export function idOf(line) {
  return line.matches('.pending, .case') ? undefined : line.dataset.id ?? line.id.slice(2)
}

export function putHead(head) {
  const old = byId(head.id)
  if (!old || isNewer(old, head)) return
  // Nobody loses the note they are writing to go with the conversation.
  const menu = old.querySelector('.menu[open]:has(textarea)')
  if (menu) return menu.addEventListener('toggle', () => putHead(head), { once: true })
  swap(old, head)
  ownHead(head)
}

export function putSide(side) {
  const old = byId(side.id)
  if (old && !isNewer(old, side)) swap(old, side)
}

export function toEnd() {
  thread.box.scrollTop = thread.box.scrollHeight
  showBelow(0)
}

// To where the news begin; false where nothing is new, or it is further away.
export function toUnread() {
  const unread = byId('unread')
  if (!unread) return false
  thread.box.scrollTop = unread.offsetTop - thread.box.clientHeight / 3
}

// To the newest line, wherever the window is.
export async function toLatest() {
  if (!thread.hasTail) {
    const { status, content } = await ask(`/conversations/${thread.id}`, 'thread')
    const fresh = content.querySelector('ol.msgs')
    if (status !== 200 || !fresh) return
    thread.lines.replaceWith(fresh)
    markEnds(fresh)
    tidy()
    tellDrawn()
  }
  toEnd()
  noticeRead()
}

// Fetches what the server has now; the composer is not touched.
// True once it is there, null where nobody answered.
export async function refreshThread() {
  const id = thread.id
  if (!id) return false
  const { status, content } = await ask(`/conversations/${id}`, 'thread')
  if (id !== thread.id) return false
  if (isUnanswered(status)) return null
  if (status !== 200) return false
  const stick = thread.isAtEnd
  const fresh = content.querySelector('ol.msgs')
  const pending = [...thread.lines.querySelectorAll('.pending')]
  keepPlace(() => {
    thread.lines.replaceWith(fresh)
    markEnds(fresh)
    for (const line of pending) if (!byId(line.id)) fresh.append(line)
    tidy()
  }, stick)
  putHead(content.querySelector('.th'))
  putSide(content.querySelector('.side'))
  putSide(content.querySelector('[id^=appointment-]'))
  if (stick) toEnd()
  tellDrawn()
  return true
}

export function watchThread() {
  document.addEventListener('click', event => {
    const link = event.target.closest('#older, #newer, #pill')
    if (!link) return
    event.preventDefault()
    if (link.id === 'pill') toLatest()
    else load(link.id === 'older' ? 'before' : 'after')
  })
  document.addEventListener('visibilitychange', noticeRead)
  addEventListener('focus', noticeRead)
}

// From here on it is news again, and looking at it changes nothing.
export async function keepUnread() {
  if (!thread.lines) return
  keptUnread = true
  clearTimeout(readTimer)
  await tell(`/conversations/${thread.id}/read`, 'none', {}, 'DELETE')
}

// What came while the lines were on their way is asked for again.
function tellDrawn() {
  document.dispatchEvent(new Event('thread-drawn'))
}

function scrolled() {
  stuck = thread.isAtEnd
  if (thread.isAtEnd) showBelow(0)
  fillUp()
  noticeRead()
}

function fillUp() {
  const { box, lines } = thread
  if (!lines) return
  const near = box.clientHeight * 1.5
  if (lines.dataset.before && box.scrollTop < near) load('before')
  else if (lines.dataset.after && box.scrollHeight - box.scrollTop - box.clientHeight < near) load('after')
}

async function load(side) {
  const { id, lines } = thread
  const cursor = lines?.dataset[side]
  if (busy || !cursor) return
  busy = true
  const { status, content } = await ask(`/conversations/${id}?${side}=${encodeURIComponent(cursor)}`, 'thread')
  busy = false
  const fresh = content.querySelector('ol.msgs')
  if (status !== 200 || !fresh || lines !== thread.lines) return
  markEnds(fresh)
  const known = [...fresh.children].filter(line => byId(line.id))
  known.forEach(line => line.remove())
  keepPlace(() => {
    if (side === 'before') lines.prepend(...fresh.children)
    else lines.append(...fresh.children)
    setCursor(side, fresh.dataset[side])
    trim(side === 'before' ? 'tail' : 'head')
    tidy()
  })
  fillUp()
}

// A page keeps its cursors on its first and last line: there it can be cut off.
function markEnds({ dataset, firstElementChild: first, lastElementChild: last }) {
  if (first && dataset.before) first.dataset.before = dataset.before
  if (last && dataset.after) last.dataset.after = dataset.after
}

// Drops whole pages at the far end; they can be loaded again from where they stood.
function trim(end) {
  const { lines } = thread
  if (lines.childElementCount <= WINDOW + LEEWAY) return
  const side = end === 'tail' ? 'after' : 'before'
  const all = end === 'tail' ? [...lines.children] : [...lines.children].reverse()
  const ends = [...all.keys()].filter(at => all[at].dataset[side])
  const cut = ends.find(at => at >= WINDOW - LEEWAY) ?? ends.findLast(at => at >= 2 * LEEWAY - 1)
  if (cut === undefined) return
  all.slice(cut + 1).forEach(line => line.remove())
  setCursor(side, all[cut].dataset[side])
}

function setCursor(side, cursor) {
  const { lines } = thread
  if (cursor) lines.dataset[side] = cursor
  else delete lines.dataset[side]
  const link = byId(side === 'before' ? 'older' : 'newer')
  if (link) link.parentElement.hidden = !cursor
}

// Keeps the first line in sight where it is while `change` runs.
function keepPlace(change, stick = false) {
  const { box, lines } = thread
  const top = box.getBoundingClientRect().top
  const anchor = stick ? null : [...lines.children].find(line => line.getBoundingClientRect().bottom > top)
  const before = anchor?.getBoundingClientRect().top
  const { id } = anchor ?? {}
  change()
  const after = anchor?.isConnected ? anchor : id && byId(id)
  if (after) box.scrollTop += after.getBoundingClientRect().top - before
}

function place(line, sort) {
  const { lines } = thread
  const others = [...lines.children].filter(other => other !== line)
  const at = placeOf(sort, others.map(other => +other.dataset.sort), 'asc')
  if (lines.children[at] !== line) move(line, lines, others[at] ?? null)
}

// A day is named once, above its first line in the window, and so is our number.
function tidy() {
  let day = '', via = ''
  for (const line of thread.lines.children) {
    const [heading, number] = ['.day', '.via'].map(part => line.querySelector(part))
    if (heading) heading.hidden = line.dataset.day === day
    day = line.dataset.day || day
    if (!number) continue
    number.hidden = number.dataset.via === via
    via = number.dataset.via
  }
}

function announceBelow(line) {
  if (line.querySelector('.in')) showBelow(below + 1)
}

function showBelow(count) {
  below = count
  const pill = byId('pill')
  pill.hidden = count === 0
  pill.querySelector('span').textContent = words('newBelow', { n: count })
}

// An event is drawn for everybody; whose conversation it is, each page knows.
function ownHead(head) {
  head?.classList.toggle('mine', head.dataset.by === page.me)
}

function isNewer(old, fresh) {
  return Number(old.dataset.rev) > Number(fresh.dataset.rev)
}

// Read is what stood in a visible, focused window for a moment.
function noticeRead() {
  clearTimeout(readTimer)
  if (document.visibilityState !== 'visible' || !document.hasFocus() || !thread.lines || keptUnread) return
  readTimer = setTimeout(async () => {
    const { id, lines } = thread
    const last = lines && thread.isAtEnd && [...lines.children].findLast(idOf)
    if (!last || idOf(last) === lastRead) return
    lastRead = idOf(last)
    const { status } = await tell(`/conversations/${id}/read`, 'none', { message_id: lastRead }, 'PUT')
    if (status >= 400 || status === 0) lastRead = ''
  }, READ_AFTER)
}
