// Texts that are written often: "/" at the beginning of a line, or the button.
// What is typed behind it finds them; the text field keeps the focus all the while.
import { say } from './announcer.js'
import { isComposing } from './composer.js'
import { byId } from './page.js'
import { ask } from './request.js'
import { thread } from './thread.js'

// Where the search begins in the text, and whether a "/" stands before it.
let open = null

const picker = () => byId('picker')
const field = () => byId('body')
const options = () => [...picker().querySelectorAll('[role=option]')].filter(option => !option.hidden)

export function watchTemplates() {
  document.addEventListener('input', event => {
    if (event.target !== field() || isComposing(event)) return
    if (open) return search()
    const { value, selectionStart: at } = field()
    if (event.data === '/' && (at === 1 || value[at - 2] === '\n')) show(at, 1)
  })
  document.addEventListener('compositionend', ({ target }) => { if (open && target === field()) search() })
  document.addEventListener('keydown', keys, true)
  document.addEventListener('click', ({ target }) => {
    const option = target.closest('#picker [role=option]')
    if (option) return choose(option)
    if (target.closest('[data-act=templates]')) return open ? close() : show(field().selectionStart, 0)
    if (open && !target.closest('#picker, #composer textarea')) close()
  })
}

async function show(from, slash) {
  const mine = open = { from, slash }
  field().focus()
  const { status, content } = await ask(`/conversations/${thread.id}/templates`, 'templates')
  if (open !== mine || status !== 200) return
  picker().replaceChildren(content)
  picker().hidden = false
  field().setAttribute('aria-controls', 'templates')
  search()
}

function close() {
  open = null
  picker().replaceChildren()
  picker().hidden = true
  field().removeAttribute('aria-controls')
  field().removeAttribute('aria-activedescendant')
}

function search() {
  const { value, selectionStart: at } = field()
  const words = value.slice(open.from, at)
  // The slash is gone, or another line begun.
  if (at < open.from || words.includes('\n') || (open.slash && value[open.from - 1] !== '/')) return close()
  const wanted = folded(words)
  for (const option of picker().querySelectorAll('[role=option]')) {
    const [name, shortcut] = ['b', 'kbd'].map(part => folded(option.querySelector(part)?.textContent ?? ''))
    option.hidden = !name.includes(wanted) && !shortcut.slice(1).startsWith(wanted)
  }
  const found = options()
  const none = picker().querySelector('.none')
  if (none) none.hidden = found.length > 0
  mark(found[0])
  if (found.length === 0 && none) say(none.textContent)
}

function mark(option) {
  picker().querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false')
  option?.setAttribute('aria-selected', 'true')
  option?.scrollIntoView({ block: 'nearest' })
  if (option) field().setAttribute('aria-activedescendant', option.id)
  else field().removeAttribute('aria-activedescendant')
}

// The keys of a list, before those of the composer; the input method's come first.
function keys(event) {
  if (!open || event.target !== field() || isComposing(event)) return
  const found = options()
  const at = found.findIndex(option => option.ariaSelected === 'true')
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step && found.length) mark(found.at((at + step) % found.length))
  else if ((event.key === 'Enter' || event.key === 'Tab') && found[at]) choose(found[at])
  else if (event.key === 'Escape') close()
  else return
  event.preventDefault()
  event.stopPropagation()
}

function choose(option) {
  const { from, slash } = open
  const { body } = option.dataset
  const input = field()
  input.setRangeText(body, from - slash, input.selectionStart, 'end')
  close()
  input.focus()
  // What nothing was known for waits to be written over.
  const gap = body.match(/\{\{[^{}]*\}\}|｛｛[^｛｝]*｝｝/)
  if (gap) input.setSelectionRange(from - slash + gap.index, from - slash + gap.index + gap[0].length)
  input.dispatchEvent(new InputEvent('input', { bubbles: true }))
}

// As people type it: any width, any case, either kana.
export function folded(text) {
  return text.normalize('NFKC').toLowerCase().trim()
    .replace(/[\u30a1-\u30f6]/g, kana => String.fromCharCode(kana.charCodeAt(0) - 0x60))
}
