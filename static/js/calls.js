// Whom a note calls: the people offered after "@". Without it, the name is typed.
import { isComposing } from './composer.js'
import { byId } from './page.js'

const CALL = /(?<![A-Za-z0-9])[@\uff20]([^@\uff20\n]{0,20})$/

const plain = name => name.replace(/\s/g, '').toLowerCase()
const shown = list => [...list.children].filter(option => !option.hidden)

export function watchCalls() {
  document.addEventListener('input', ({ target }) => { if (target.id === 'body') offer(target) })
  // Before the composer sees the key: Enter chooses first, and then it sends.
  document.addEventListener('keydown', steer, { capture: true })
  document.addEventListener('mousedown', event => {
    const option = event.target.closest('#callable [role=option]')
    if (!option) return hide()
    event.preventDefault()
    choose(option)
  })
}

function offer(body) {
  const list = byId('callable')
  if (!list) return
  const typed = body.form.elements.mode.value === 'note' && body.value.slice(0, body.selectionStart).match(CALL)
  for (const option of list.children) option.hidden = !typed || !plain(option.dataset.name).startsWith(plain(typed[1]))
  const [first] = shown(list)
  list.hidden = !first
  mark(body, list, first)
}

function mark(body, list, option) {
  for (const other of list.children) other.ariaSelected = String(other === option)
  if (!option) return body.removeAttribute('aria-activedescendant')
  body.setAttribute('aria-controls', list.id)
  body.setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

function steer(event) {
  const list = byId('callable')
  const body = byId('body')
  if (!list || list.hidden || event.target !== body || isComposing(event)) return
  const options = shown(list)
  const at = options.findIndex(option => option.ariaSelected === 'true')
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step) mark(body, list, options[(at + step + options.length) % options.length])
  else if (event.key === 'Escape') hide()
  else if ((event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && !event.metaKey) choose(options[at])
  else return
  event.preventDefault()
  event.stopImmediatePropagation()
}

function choose(option) {
  const body = byId('body')
  const end = body.selectionStart
  const start = end - body.value.slice(0, end).match(CALL)[0].length
  body.setRangeText(`@${option.dataset.name} `, start, end, 'end')
  body.dispatchEvent(new Event('input', { bubbles: true }))
  hide()
}

function hide() {
  const list = byId('callable')
  if (!list || list.hidden) return
  list.hidden = true
  mark(byId('body'), list)
}
