// The page of those who wait too long: drawn anew when something happened, and as time goes by.
import { onEvent } from './live.js'
import { byId } from './page.js'
import { ask } from './request.js'
import { swap } from './swap.js'

const AFTER = 500
const EVERY = 15_000
let timer = null

export function watchEscalations() {
  if (!byId('escalations')) return
  onEvent({ event: soon, up: soon })
  setInterval(soon, EVERY)
}

function soon() {
  timer ??= setTimeout(redraw, AFTER)
}

async function redraw() {
  timer = null
  const { status, content } = await ask(location.href, 'escalations')
  const fresh = content.querySelector('#escalations')
  if (status === 200 && fresh) swap(byId('escalations'), fresh)
}
