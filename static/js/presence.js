// Who else is where: faces in head and row, names of those who type at the box.
// What is not repeated is forgotten, here and on the server.
import { line, onEvent } from './live.js'
import { byId, page } from './page.js'
import { thread } from './thread.js'
import { fragment } from './tt.js'

const REPEAT = 10_000
const TYPING = 5_000
const SAY_TYPING = 2_500
const FLIP = 5_000
const known = new Map()
let typing = false
let saidAt = -Infinity
let hiding = null
let pausing = null

export function watchPresence() {
  onEvent({
    presence({ all, of }) {
      const before = all ? [...known.keys()] : []
      if (all) known.clear()
      for (const [conversation, html] of Object.entries(of)) known.set(conversation, html)
      for (const conversation of new Set([...before, ...Object.keys(of)])) place(conversation)
    },
    event: (_, conversation) => conversation && place(conversation),
    up() {
      // Whoever came or went meanwhile is told of anew.
      const before = [...known.keys()]
      known.clear()
      before.forEach(place)
      say()
    },
  })
  document.addEventListener('thread-drawn', say)
  for (const event of ['focus', 'blur']) addEventListener(event, say)
  document.addEventListener('rows-drawn', placeAll)
  document.addEventListener('typing', ({ detail }) => types(detail))
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding)
    // Looking something up elsewhere is not going away.
    if (document.visibilityState === 'hidden') hiding = setTimeout(() => line.say({ t: 'away' }), FLIP)
    else say()
  })
  setInterval(say, REPEAT)
}

function types(text) {
  const did = typing
  typing = Boolean(text)
  clearTimeout(pausing)
  if (text) pausing = setTimeout(types, TYPING, '')
  if (typing !== did || (typing && performance.now() - saidAt > SAY_TYPING)) say()
}

function say() {
  if (!thread.lines || document.visibilityState === 'hidden') return
  saidAt = performance.now()
  line.say({ t: 'here', c: thread.id, types: typing, looks: document.hasFocus() })
  placeAll()
}

function placeAll() {
  for (const conversation of known.keys()) place(conversation)
}

// A face is drawn for everybody; one's own is left out here.
function place(conversation) {
  const faces = fragment(known.get(conversation) ?? '')
  faces.querySelectorAll(`[data-by="${page.me}"]`).forEach(own => own.remove())
  const put = (slot, part) => slot && slot.replaceChildren(...faces.querySelector(part)?.cloneNode(true).childNodes ?? [])
  put(byId(`row-${conversation}`)?.querySelector('.pres'), '.viewers')
  if (conversation !== thread.id) return
  put(byId(`head-${conversation}`)?.querySelector('.pres'), '.viewers')
  put(byId('typists'), '.typists')
  put(byId('nudges'), '.nudges')
}
