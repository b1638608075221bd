// Single keys, outside of text fields only; they can be switched off (WCAG 2.1.4).
import { isComposing, writeMode } from './composer.js'
import { byId, page } from './page.js'
import { thread, toLatest } from './thread.js'

const press = selector => document.querySelector(selector)?.click()

const commands = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: event => event.target.matches('.row') && step(1),
  ArrowUp: event => event.target.matches('.row') && step(-1),
  o: event => event.target.matches('.row') && event.target.click(),
  r: () => writeMode('reply'),
  n: () => writeMode('note'),
  i: () => press('.th:not(.mine) .take'),
  a: () => openMenu('assign-menu'),
  e: () => press('.th .close-it, .th .reopen'),
  z: () => [...document.querySelectorAll(`.line[data-by="${page.me}"] .ring ~ [data-act=cancel]`)].at(-1)?.click(),
  l: () => thread.lines && toLatest(),
  d: () => openMenu('jump-menu'),
  '/': search,
  '?': () => byId('help').showModal(),
  'g i': () => location.assign('/conversations'),
  'g ,': () => press('.rail [href="/settings"]'),
}

let pending = ''

export function watchKeys() {
  document.addEventListener('keydown', event => {
    // The key of an input method that is done must not send what it has written.
    if (isComposing(event)) return event.key === 'Enter' && event.target.closest('[role=search]') && event.preventDefault()
    if (event.key === 'Escape') return leave(event)
    if ((event.ctrlKey || event.metaKey) && event.key === 'k') return event.preventDefault() ?? search()
    if (event.altKey && event.code === 'KeyN') return toggleMode(event)
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || areOff() || document.querySelector('dialog[open]')) return
    const key = pending + event.key
    pending = event.key === 'g' ? 'g ' : ''
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

function openMenu(id) {
  const menu = byId(id)
  if (!menu) return
  menu.open = true
  menu.querySelector('.pop input, .pop button').focus()
}

// One level back: an open menu, then the text field.
function leave({ target }) {
  const menu = document.querySelector('details.menu[open]')
  if (menu) {
    menu.open = false
    menu.querySelector('summary').focus()
  } else if (isTyping(target) && target.closest('#composer, [role=search]')) {
    target.blur()
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
