// What is written and not sent is on the server half a second after the last
// key, for any machine to show again. Nothing of it stays in the browser.
import { byId, page } from './page.js'
import { ask } from './request.js'
import { signedOut } from './signed-out.js'

const AFTER = 500
const tabs = globalThis.BroadcastChannel && new BroadcastChannel('drafts')
let timer = null
let under = null
// clean: the server has it; typed, saving: it does not yet; lost: it would not take it.
let state = 'clean'

export function typed(form) {
  state = 'typed'
  byId('kept').hidden = true
  clearTimeout(timer)
  timer = setTimeout(() => save(form), AFTER)
}

// Whether the server has the text now. A page on its way out leaves the request behind.
export async function save(form, leaving = false) {
  clearTimeout(timer)
  under?.abort()
  const { signal } = under = new AbortController()
  const text = textOf(form)
  const fields = { ...text, client_message_id: form.elements.client_message_id.value, _method: 'PUT' }
  state = 'saving'
  const [, conversation] = form.action.match(/([^/]+)\/messages$/)
  let status
  try {
    ({ status } = await ask(`/conversations/${conversation}/draft`, 'none', { method: 'POST', fields, signal, keepalive: leaving }))
  } catch {
    return false
  }
  if (status === 401) signedOut()
  const kept = status >= 200 && status < 300
  if (!kept) state = 'lost'
  else if (state === 'saving') state = 'clean'
  if (kept) tell(conversation, text)
  const shown = byId('kept')
  if (shown && form.isConnected && state === 'clean') shown.hidden = !text.body
  return kept
}

export const textOf = ({ elements: { body, mode, purpose } }) => ({ body: body.value, mode: mode.value, purpose: purpose.value })
export const isClean = () => state === 'clean'
export const isLost = () => state === 'lost'

// It became a message: the server forgets it with the sending.
export function sent(conversation) {
  clearTimeout(timer)
  under?.abort()
  state = 'clean'
  byId('kept').hidden = true
  tell(conversation, { body: '', mode: 'reply', purpose: 'conversation' })
}

// What another tab of the same person wrote: f(conversation, { body, mode, purpose }).
export function watchTabs(f) {
  tabs?.addEventListener('message', ({ data }) => { if (data.user === page.me) f(data.conversation, data.text) })
}

function tell(conversation, text) {
  tabs?.postMessage({ user: page.me, conversation, text })
}
