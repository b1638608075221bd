// Waiting times go on counting while nothing happens.
import { words } from './page.js'

export function keepTime() {
  setInterval(tick, 30_000)
  document.addEventListener('visibilitychange', tick)
}

export function tick() {
  for (const element of document.querySelectorAll('time[data-waiting]')) {
    const text = waited(Date.now() - Date.parse(element.dateTime))
    if (element.textContent !== text) element.textContent = text
  }
  for (const element of document.querySelectorAll('[data-closed]')) {
    const [from, until] = element.dataset.closed.split(' ').map(Date.parse)
    element.hidden = Date.now() < from || Date.now() >= until
  }
}

function waited(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return words('waiting', { n: minutes })
  if (minutes < 48 * 60) return words('waitingHours', { n: Math.floor(minutes / 60) })
  return words('waitingDays', { n: Math.floor(minutes / 1440) })
}
