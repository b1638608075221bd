// A new text is told where nobody looks: by one tab alone, which holds the lock
// `leader`; when it closes, the next one has it. A tab that is looked at holds
// `open:<conversation>` meanwhile, so that nobody is told of what they read.
import { byId, words } from './page.js'

let leads = false
let letGo = () => {}
const newest = new Map()

export function watchNotifications() {
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
// nor what we wrote ourselves, nor what a colleague has taken.
export function newsIn(row, me) {
  const id = row.id.slice('row-'.length)
  const [sort, before] = [Number(row.dataset.sort), newest.get(id) ?? Number(byId(row.id)?.dataset.sort ?? 0)]
  newest.set(id, Math.max(sort, before))
  const isOurs = !row.querySelector('.un') || (row.dataset.by && row.dataset.by !== me)
  if (leads && sort > before && !isOurs) tell(id, row)
}

async function tell(id, row) {
  const { level, sound } = settings()
  const { held } = await navigator.locks.query()
  if (held.some(lock => lock.name === `open:${id}`)) return
  if (sound) beep()
  if (level === 'off' || globalThis.Notification?.permission !== 'granted') return
  const [name, text] = ['.nm', '.sn-text'].map(part => row.querySelector(part)?.textContent ?? '')
  const title = level === 'count' ? words('newText') : name
  const body = { count: '', name: words('newText'), body: text }[level]
  const note = new Notification(title, { body, tag: id, lang: document.documentElement.lang })
  note.onclick = () => {
    focus()
    note.close()
    location.assign(row.querySelector('a').href)
  }
}

function settings() {
  const { level, sound } = byId('texts').dataset
  return { level, sound: sound === 'true' }
}

// Two soft notes; nothing to fetch. A page that was never touched stays silent.
function beep() {
  const context = new AudioContext()
  for (const [start, pitch] of [[0, 660], [0.14, 880]]) {
    const [note, volume] = [context.createOscillator(), context.createGain()]
    note.frequency.value = pitch
    const at = context.currentTime + start
    volume.gain.setValueAtTime(0.08, at)
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3)
    note.connect(volume).connect(context.destination)
    note.start(at)
    note.stop(at + 0.3)
  }
  document.dispatchEvent(new CustomEvent('sounded'))
  setTimeout(() => context.close(), 800)
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
    if (event.target.id !== 'allow-notifications') return
    await Notification.requestPermission()
    showPermission()
  })
  showPermission()
}

function showPermission() {
  const button = byId('allow-notifications')
  if (!button) return
  const permission = globalThis.Notification?.permission ?? 'denied'
  button.hidden = permission !== 'default'
  byId('notifications-denied').hidden = permission !== 'denied'
}
