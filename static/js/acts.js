// Buttons that do one thing at once: take, assign, close, snooze, undo, resend.
//
// Each is a button of the page's one form `act` and works without scripts; here
// the page stays and shows the answer.
import { say } from './announcer.js'
import { byId, words } from './page.js'
import { reason, tell } from './request.js'
import { signedOut } from './signed-out.js'
import { putHead, putLine, thread } from './thread.js'

export function watchActs() {
  document.addEventListener('submit', event => {
    if (event.target.id !== 'act' || !event.submitter) return
    event.preventDefault()
    act(event.submitter)
  })
  document.addEventListener('click', ({ target }) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(target)) menu.open = false
  })
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
  button.ariaBusy = 'true'
  const answer = await tell(new URL(button.formAction).pathname, part, fields)
  button.ariaBusy = 'false'
  if (answer.status === 401) return signedOut()
  if (answer.status === 0 || answer.status >= 400) return toast(reason(answer) || words('failed'))
  button.closest('details')?.removeAttribute('open')
  const [head, line] = ['.th', '.line'].map(part => answer.content.querySelector(part))
  if (part === 'head' && head) putHead(head)
  if (part === 'message' && line) putLine(line, thread.lines?.id)
  if (text) document.dispatchEvent(new CustomEvent('take-back', { detail: text }))
}

function toast(text) {
  const note = document.createElement('span')
  note.className = 'toast'
  note.textContent = text
  byId('toasts').append(note)
  say(text, 'assertive')
  setTimeout(() => note.remove(), 8_000)
}
