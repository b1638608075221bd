// Buttons that do one thing at once: take, assign, tag, close, snooze, undo, resend.
//
// Each is a button of the page's one form `act` and works without scripts; here
// the page stays and shows the answer.
import { say } from './announcer.js'
import { isComposing } from './composer.js'
import { neighbour } from './list.js'
import { byId, words } from './page.js'
import { reason, tell } from './request.js'
import { signedOut } from './signed-out.js'
import { folded } from './templates.js'
import { putHead, putLine, thread } from './thread.js'

export function watchActs() {
  document.addEventListener('submit', event => {
    if (event.target.id !== 'act' || !event.submitter) return
    event.preventDefault()
    act(event.submitter)
  })
  document.addEventListener('click', ({ target }) => {
    const undo = target.closest('[data-undo]')
    if (undo) takeBack(undo)
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(target)) menu.open = false
  })
  document.addEventListener('closed', ({ detail }) => offerUndo(detail))
  document.addEventListener('input', ({ target }) => { if (target.id === 'tag-find') findTags(target) })
  document.addEventListener('keydown', event => {
    if (event.target.id !== 'tag-find' || event.key !== 'Enter') return
    event.preventDefault()
    if (isComposing(event)) return
    document.querySelector('#tag-menu button:not([hidden])')?.click()
    event.target.value = ''
    findTags(event.target)
  })
}

// A few letters of its name, and Enter.
function findTags({ value }) {
  const wanted = folded(value)
  for (const button of document.querySelectorAll('#tag-menu button')) button.hidden = !folded(button.textContent).includes(wanted)
}

async function act(button) {
  const { act: name, confirm: question } = button.dataset
  if (button.ariaBusy === 'true' || (question && !confirm(question))) return
  const text = button.name === 'to_edit' && button.closest('.line').querySelector('.b').textContent
  const part = ['cancel', 'resend'].includes(name) ? 'message' : 'head'
  const fields = button.name ? { [button.name]: button.value } : {}
  const input = byId(button.dataset.with)
  if (input && !input.value) return input.focus()
  if (input) fields[input.name] = input.value
  const also = byId(button.dataset.and)
  if (also?.value.trim()) fields[also.name] = also.value
  const conversation = thread.id
  const next = button.name === 'next' && (neighbour(1) ?? neighbour(-1))?.parentElement.id
  button.ariaBusy = 'true'
  const answer = await tell(new URL(button.formAction).pathname, part, fields)
  button.ariaBusy = 'false'
  if (answer.status === 401) return signedOut()
  if (answer.status === 0 || answer.status >= 400) return toast(reason(answer) || words('failed'))
  if (name === 'reveal') return button.parentElement.replaceWith(answer.content)
  if (also) also.value = ''
  // Several tags go on one after the other.
  if (name !== 'tag') shut(button.closest('details'))
  if (name === 'close') offerUndo(conversation)
  if (next) byId(next)?.querySelector('.row').click()
  const [head, line] = ['.th', '.line'].map(part => answer.content.querySelector(part))
  if (part === 'head' && head) putHead(head)
  if (part === 'message' && line) putLine(line, thread.lines?.id)
  if (text) document.dispatchEvent(new CustomEvent('take-back', { detail: text }))
}

export function toast(text) {
  const note = document.createElement('span')
  note.className = 'toast'
  note.textContent = text
  byId('toasts').append(note)
  say(text, 'assertive')
  setTimeout(() => note.remove(), 8_000)
}

function shut(menu) {
  if (!menu) return
  const had = menu.contains(document.activeElement)
  menu.open = false
  if (had) menu.querySelector('summary').focus()
}

// Closing can be taken back for a moment, wherever one has gone since.
function offerUndo(conversation) {
  const note = byId('tpl-undo').content.firstElementChild.cloneNode(true)
  note.className = 'toast'
  note.querySelector('button').dataset.undo = conversation
  byId('toasts').append(note)
  say(note.firstChild.nextSibling.textContent)
  setTimeout(() => note.remove(), 8_000)
}

async function takeBack(button) {
  button.closest('.toast').remove()
  const answer = await tell(`/conversations/${button.dataset.undo}/closure`, 'head', {}, 'DELETE')
  if (answer.status === 401) return signedOut()
  if (answer.status === 0 || answer.status >= 400) toast(reason(answer) || words('failed'))
}
