// Single keys, outside of text fields only; they can be switched off (WCAG 2.1.4).
import { toast } from './acts.js'
import { isPicking, pick, pickAll } from './bulk.js'
import { isComposing, writeMode } from './composer.js'
import { neighbour } from './list.js'
import { byId, page, words } from './page.js'
import { ask } from './request.js'
import { signedOut } from './signed-out.js'
import { folded } from './templates.js'
import { idOf, keepUnread, thread, toLatest, toUnread } from './thread.js'

const press = selector => document.querySelector(selector)?.click()
const isSeen = element => element?.checkVisibility()
// What is chosen in the list goes before what is open beside it.
const chosen = (many, one) => () => isPicking() ? many() : one()

const commands = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: event => event.shiftKey ? choose(1) : event.target.matches('.row') && step(1),
  ArrowUp: event => event.shiftKey ? choose(-1) : event.target.matches('.row') && step(-1),
  c: () => onLine('copy'),
  y: () => onLine('link'),
  q: () => onLine('quote'),
  o: event => event.target.matches('.row') && event.target.click(),
  r: () => writeMode('reply'),
  n: () => writeMode('note'),
  x: () => pick(rowAt()),
  J: () => extend(1),
  K: () => extend(-1),
  '* a': () => pickAll(true),
  ']': () => neighbour(1)?.click(),
  '[': () => neighbour(-1)?.click(),
  i: chosen(() => press('#bulk [value=take]'), () => press('.th:not(.mine) .take')),
  a: chosen(() => openMenu('bulk-assign'), () => openMenu('assign-menu')),
  s: chosen(() => openMenu('bulk-snooze'), () => openMenu('snooze-menu')),
  t: chosen(() => openMenu('bulk-tag'), () => isSeen(byId('tag-menu')) ? openMenu('tag-menu') : press('.th .about')),
  '!': () => press('.side [data-act=help]:not([name])'),
  e: chosen(() => press('#bulk [value=close]'), () => press('.th .close-it, .th .reopen')),
  E: () => press('.th .close-next'),
  u: () => keepUnread(),
  U: () => toUnread(),
  z: () => lastUndo()?.click(),
  l: () => thread.lines && toLatest(),
  d: () => openMenu('jump-menu'),
  '/': search,
  '?': () => byId('help').showModal(),
  'g i': () => location.assign('/conversations'),
  'g c': () => location.assign('/contacts'),
  'g e': () => press('.rail [href="/escalations"]'),
  'g ,': () => press('.rail [href="/settings"]'),
}

let pending = ''

export function watchKeys() {
  document.addEventListener('keydown', event => {
    // The key of an input method that is done must not send what it has written.
    if (isComposing(event)) return event.key === 'Enter' && event.target.closest('[role=search]') && event.preventDefault()
    if (event.key === 'Escape') return leave(event)
    if ((event.ctrlKey || event.metaKey) && event.key === 'k') return event.preventDefault() ?? palette()
    if (event.altKey && event.code === 'KeyN') return toggleMode(event)
    const view = event.altKey && event.code.match(/^Digit([1-9])$/)?.[1]
    if (view) return event.preventDefault() ?? goTo(view)
    if (event.altKey && event.code === 'KeyR') return event.preventDefault() ?? withLines(({ retry }) => retry())
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || areOff() || document.querySelector('dialog[open]')) return
    const key = pending + event.key
    pending = ['g', '*'].includes(event.key) ? `${event.key} ` : ''
    // A command that has nothing to do leaves the key to the browser.
    if (commands[key] && commands[key](event) !== false) event.preventDefault()
  })
  const off = byId('keys-off')
  off.checked = areOff()
  off.addEventListener('change', () => {
    if (off.checked) page.storage?.setItem('keys-off', '1')
    else page.storage?.removeItem('keys-off')
  })
  // Older browsers do not know invoker commands.
  document.addEventListener('click', ({ target }) => {
    const button = target.closest('[command=close]')
    if (button) byId(button.getAttribute('commandfor')).close()
  })
}

function step(by) {
  const rows = [...document.querySelectorAll('#rows .row')]
  const at = rows.findIndex(row => row === document.activeElement)
  const from = at < 0 ? rows.findIndex(row => row.hasAttribute('aria-current')) : at
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + by))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

// To the field on the page; the one in the list may be out of sight.
function search() {
  const field = [byId('q'), byId('find')].find(each => each?.offsetParent)
  if (!field) return location.assign('/search')
  field.focus()
  field.select()
}

// The view with this number; from a page without a list, by what the palette offers.
async function goTo(number) {
  const link = document.querySelector(`.views [aria-keyshortcuts="Alt+${number}"]`)
  if (link) return link.click()
  const { content } = await ask('/palette', 'palette')
  const view = content.querySelectorAll('[id^=view-]')[number - 1]
  if (view) location.assign(view.dataset.href)
}

// Everything by name; fetched when somebody first wants it.
async function palette() {
  if (document.querySelector('dialog[open]')) return
  const { open } = await import(new URL('palette.js', import.meta.url))
  open({ ask, isComposing, folded, signedOut, run: key => commands[key]({ target: document.body }) })
}

function rowAt() {
  return document.activeElement.closest('#rows li')?.querySelector('.row') ?? neighbour(0)
}

// Takes the row along, and the next one too.
function extend(by) {
  pick(rowAt(), true)
  step(by)
  pick(rowAt(), true)
}

// Closing that can be taken back comes after the text that was sent before it.
function lastUndo() {
  const texts = document.querySelectorAll(`.line[data-by="${page.me}"] .ring ~ [data-act=cancel]`)
  return [...document.querySelectorAll('[data-undo]')].at(-1) ?? [...texts].at(-1)
}

// The lines of the thread, one under the keys' hand; fetched when first wanted.
const choose = by => thread.lines ? void withLines(({ move }) => move(by)) : false

function onLine(what) {
  const line = document.activeElement
  return line.matches('.msgs > .line') ? void withLines(lines => lines[what](line)) : false
}

async function withLines(act) {
  const { handle } = await import(new URL('lines.js', import.meta.url))
  act(handle({ thread, idOf, toast, words, writeMode }))
}

function openMenu(id) {
  const menu = byId(id)
  if (!menu) return
  menu.open = true
  menu.querySelector('.pop input, .pop button')?.focus()
}

// One level back: an open menu, then the text field.
function leave({ target }) {
  const menu = document.querySelector('details.menu[open]')
  if (menu) {
    menu.open = false
    menu.querySelector('summary').focus()
  } else if (isTyping(target) && target.closest('#composer, [role=search]')) {
    target.blur()
  } else if (isPicking()) {
    pickAll(false)
  }
}

function toggleMode(event) {
  const form = byId('composer')
  if (form && writeMode(form.elements.mode.value === 'note' ? 'reply' : 'note')) event.preventDefault()
}

function isTyping(element) {
  return element.matches('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]')
}

function areOff() {
  return page.storage?.getItem('keys-off') === '1'
}
