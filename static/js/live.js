// Events on the page: what each op does to it, and what the line's state looks like.
import { say } from './announcer.js'
import { Feed } from './feed.js'
import { insist } from './insist.js'
import { putRow, refreshList, shownInbox } from './list.js'
import { newsIn, showBadge } from './notify.js'
import { byId, page, words } from './page.js'
import { signedOut } from './signed-out.js'
import { Line, browserLine } from './socket.js'
import { drawnAt, putHead, putLine, putSide, refreshThread, thread } from './thread.js'
import { tick } from './time.js'
import { fragment } from './tt.js'

const LOST_AFTER = 5_000
// Where each tab's number stands in a `count` frame.
const COUNTED = { mine: 0, unassigned: 1, waiting: 2, mentions: 4, snoozed: 5, all: 6, teams: 7 }
const listeners = new Set()
let lostTimer = null
let wasLost = false
let counted = {}

// Called after each event: f(number, conversation); and when the line is up again.
export function onEvent(f) {
  listeners.add(f)
}

const painter = {
  put({ id, html, into, sort }, event) {
    const element = fragment(html).firstElementChild
    if (!element) return
    if (id.startsWith('row-')) {
      newsIn(element, page.me)
      putRow(element)
    }
    else if (/^(m|case|call)-/.test(id)) {
      putLine(element, into, Number(sort ?? element.dataset.sort))
      listeners.forEach(f => f.line?.(element, event))
    } else if (id.startsWith('head-')) putHead(element)
    else if (/^(side|appointment)-/.test(id)) putSide(element)
  },
  del({ id }) {
    byId(id)?.remove()
  },
  attr({ id, set }) {
    const element = byId(id)
    for (const [name, value] of Object.entries(set)) {
      if (value === null) element?.removeAttribute(name)
      else element?.setAttribute(name, value)
    }
    // Of which conversations the title tells may be another choice now.
    if (id === 'texts') painter.count(counted)
  },
  text({ id, text }) {
    const element = byId(id)
    if (element) element.textContent = text
  },
  presence(told) {
    listeners.forEach(f => f.presence?.(told))
  },
  count(inboxes) {
    counted = inboxes
    const of = inbox => Object.entries(inboxes).filter(([id]) => !inbox || id === inbox).map(([, counts]) => counts)
    const sum = (counts, at) => counts.reduce((total, count) => total + count[at], 0)
    const listed = of(shownInbox())
    for (const [tab, at] of Object.entries(COUNTED)) showCount(`count-${tab}`, sum(listed, at))
    showWaiting(sum(of(), { all: 2, mentions: 4 }[byId('texts').dataset.scope] ?? 3))
  },
  say({ text, how }) {
    say(text, how)
  },
  hello(build) {
    if (build && build !== page.build) offerReload()
  },
  applied(id, conversation) {
    tick()
    listeners.forEach(f => f.event?.(id, conversation))
  },
  // The cursor is past what was missed: nobody will say it again.
  reset() {
    insist(refreshList)
    insist(refreshThread)
  },
}

export const feed = new Feed(page.event, painter)

export const line = new Line(() => feed.cursor, browserLine, {
  frame: frame => feed.take(frame),
  up() {
    clearTimeout(lostTimer)
    byId('offline').hidden = true
    if (wasLost) say(words('back'))
    wasLost = false
    listeners.forEach(f => f.up?.())
  },
  down() {
    clearTimeout(lostTimer)
    lostTimer = setTimeout(() => {
      byId('offline').hidden = false
      wasLost = true
      say(words('lost'))
    }, LOST_AFTER)
  },
  signedOut,
})

export function goLive() {
  watchOpenThread()
  document.addEventListener('thread-drawn', watchOpenThread)
  line.start()
  addEventListener('online', () => line.hurry())
  addEventListener('pagehide', () => line.stop())
  addEventListener('pageshow', event => { if (event.persisted) line.start() })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') line.hurry()
    else if (!byId('new-build').hidden) reloadIfIdle()
  })
  document.addEventListener('signed-in-again', () => line.start())
  byId('reload').addEventListener('click', () => location.reload())
  watchSleep()
}

function watchOpenThread() {
  if (thread.lines) line.watch(thread.id, drawnAt())
}

// A timer that comes 20 s late has slept with the machine.
function watchSleep() {
  let last = Date.now()
  setInterval(() => {
    if (Date.now() - last > 25_000) line.hurry()
    last = Date.now()
  }, 5_000)
}

function offerReload() {
  byId('new-build').hidden = false
  if (document.visibilityState === 'hidden') reloadIfIdle()
}

function reloadIfIdle() {
  if (!byId('body')?.value && !document.querySelector('.pending')) location.reload()
}

function showCount(id, count) {
  const element = byId(id)
  if (!element) return
  element.textContent = count
  element.hidden = count === 0
}

function showWaiting(count) {
  showCount('count-me', count)
  showBadge(count)
  const title = document.title.replace(/^\(\d+\) /, '')
  document.title = count > 0 ? `(${count}) ${title}` : title
}
