// Somebody was faster: their text above, ours kept, and a choice.
import { byId } from './page.js'
import { forget, sendReply } from './sending.js'

export function watchConflict() {
  document.addEventListener('conflict', ({ detail }) => show(detail))
  document.addEventListener('submit', event => {
    if (event.target.id !== 'conflict-form' || !byId('conflict')?.contains(event.target)) return
    event.preventDefault()
    const { body, sender_id, purpose, seen_seq, client_message_id } = event.target.elements
    const [, conversation] = new URL(event.target.action).pathname.match(/^\/conversations\/([^/]+)/)
    close()
    sendReply({
      conversation,
      body: body.value.trim(),
      sender: sender_id.value,
      purpose: purpose.value,
      seen: seen_seq.value,
      cid: client_message_id.value,
    })
  })
  document.addEventListener('click', event => {
    const back = event.target.closest('[data-act=back-to-editing]')
    const form = back && byId('conflict')?.querySelector('form')
    if (!form) return
    event.preventDefault()
    const { body, client_message_id } = form.elements
    close()
    forget(client_message_id.value)
    document.dispatchEvent(new CustomEvent('take-back', { detail: body.value }))
  })
}

// The lines in the panel stand in the thread as well, so they lose their ids.
function show({ content }) {
  const panel = content.querySelector('.conflict')
  panel.querySelectorAll('.line').forEach(line => line.removeAttribute('id'))
  byId('conflict').replaceChildren(panel)
  byId('conflict-title').focus()
}

function close() {
  byId('conflict').replaceChildren()
}
