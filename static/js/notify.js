// A new text is told where nobody looks: by one tab alone, which holds the lock
// `leader`; when it closes, the next one has it. A tab that is looked at holds
// `open:<conversation>` meanwhile, so that nobody is told of what they read.
import { byId, page, words } from './page.js'
import { tell } from './request.js'
import { registerWorker } from './tt.js'

let leads = false
let letGo = () => {}
const newest = new Map()

export function watchNotifications() {
  // Nothing on the page waits for it.
  addEventListener('load', () => registerWorker()?.then(keepSubscribed).catch(() => {}))
  if (!navigator.locks) return
  navigator.locks.request('leader', () => {
    leads = true
    return new Promise(() => {})
  })
  const hold = () => {
    letGo()
    const open = document.visibilityState === 'visible' && document.hasFocus() && byId('main')?.dataset.conversation
    if (open) navigator.locks.request(`open:${open}`, { mode: 'shared' }, () => new Promise(resolve => { letGo = resolve }))
  }
  for (const event of ['focus', 'blur']) addEventListener(event, hold)
  for (const event of ['visibilitychange', 'thread-drawn']) document.addEventListener(event, hold)
  hold()
  watchPermission()
}

// A row of the list as it came over the line. What moved nothing up is no news,
// nor what we wrote ourselves, nor what its reader does not want to be told of.
export function newsIn(row, me) {
  const id = row.id.slice('row-'.length)
  const [sort, before] = [Number(row.dataset.sort), newest.get(id) ?? Number(byId(row.id)?.dataset.sort ?? 0)]
  newest.set(id, Math.max(sort, before))
  if (leads && sort > before && row.querySelector('.un') && concerns(row.dataset, me)) notify(id, row)
}

function concerns({ by, called = '' }, me) {
  const { scope } = byId('texts').dataset
  if (scope === 'mentions') return called.split(' ').includes(me)
  return scope === 'all' || by === me || (scope === 'ours' && !by)
}

async function notify(id, row) {
  const { level, sound, isQuiet } = settings()
  if (isQuiet) return
  const { held } = await navigator.locks.query()
  if (held.some(lock => lock.name === `open:${id}`)) return
  if (sound) later('sound', ({ beep }) => beep())
  if (level === 'off' || globalThis.Notification?.permission !== 'granted') return
  const [name, text] = ['.nm', '.sn-text'].map(part => row.querySelector(part)?.textContent ?? '')
  const title = level === 'count' ? words('newText') : name
  const body = { count: '', name: words('newText'), body: text }[level]
  const path = `/conversations/${id}`
  const note = { body, tag: id, lang: document.documentElement.lang, data: path }
  // The worker's stay when the tab goes, and take the place of what a push said.
  const worker = await navigator.serviceWorker?.getRegistration()
  if (worker?.active) return worker.showNotification(title, note)
  new Notification(title, note).onclick = ({ target }) => {
    focus()
    target.close()
    location.assign(path)
  }
}

// Asked for in this browser, in a session before this one; or taken off the list.
function keepSubscribed() {
  const { push } = byId('texts').dataset
  if (!push || !page.storage?.getItem('push')) return
  if (push === 'off') return later('push', ({ forget }) => forget(page))
  if (globalThis.Notification?.permission === 'granted') return later('push', ({ subscribe }) => subscribe({ key: push, tell, storage: page.storage }))
}

// By a module of its own, fetched when it is first wanted.
async function later(name, run) {
  return run(await import(new URL(`${name}.js`, import.meta.url)))
}

function settings() {
  const { level, sound, quiet = '' } = byId('texts').dataset
  const now = Date.now() / 1_000
  const isQuiet = quiet.split(' ').some(time => {
    const [from, to] = time.split('-')
    return from <= now && now < to
  })
  return { level, sound: sound === 'true', isQuiet }
}

// What waits, on the tab's icon and the app's.
export function showBadge(count) {
  const icon = document.querySelector('link[rel=icon]')
  icon.href = count > 0 ? icon.dataset.dot : icon.dataset.plain
  if (leads) (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {})
}

// Browsers ask only when somebody pressed a button for it.
function watchPermission() {
  document.addEventListener('click', async event => {
    const { id } = event.target
    if (id !== 'allow-notifications' && id !== 'push-here') return
    await Notification.requestPermission()
    if (id === 'push-here') await askForPush()
    showPermission()
  })
  showPermission()
}

async function askForPush() {
  const { push: key } = byId('texts').dataset
  page.storage?.removeItem('push')
  try {
    await later('push', ({ subscribe }) => subscribe({ key, tell, storage: page.storage }))
    location.reload()
  } catch {
    byId('push-failed').hidden = false
  }
}

function showPermission() {
  const here = byId('push-here')
  if (here) here.hidden = !globalThis.PushManager
  const button = byId('allow-notifications')
  if (!button) return
  const permission = globalThis.Notification?.permission ?? 'denied'
  button.hidden = permission !== 'default'
  byId('notifications-denied').hidden = permission !== 'denied'
}
