// Says things to screen readers: half a second's worth at a time, many as a count.
import { byId, words } from './page.js'

let waiting = []
let timer = null

export function say(text, level = 'polite') {
  if (level === 'assertive') return speak('assertive', text)
  waiting.push(text)
  timer ??= setTimeout(() => {
    speak('polite', waiting.length > 3 ? words('newCount', { n: waiting.length }) : waiting.join('。'))
    waiting = []
    timer = null
  }, 500)
}

function speak(level, text) {
  byId(`say-${level}`).textContent = text
}
