// What goes on of henji while none of its tabs is open. The server puts the hash of
// this build before it as BUILD. Kept are static files of this build and the one page
// that says that there is no connection: never a page with somebody's words.
const KEPT = `henji-${BUILD}`
const STATIC = `/static/${BUILD}/`
const OFFLINE = '/offline'

addEventListener('install', event => event.waitUntil(keep().then(() => skipWaiting())))
addEventListener('activate', event => event.waitUntil(forgetOlder().then(() => clients.claim())))
addEventListener('fetch', event => {
  const { method, mode, url } = event.request
  const { origin, pathname } = new URL(url)
  if (method !== 'GET' || origin !== location.origin) return
  if (pathname.startsWith(STATIC)) event.respondWith(kept(event.request))
  else if (mode === 'navigate') event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)))
})
addEventListener('push', event => event.waitUntil(tell(event.data.json())))
addEventListener('notificationclick', event => {
  event.notification.close()
  event.waitUntil(show(event.notification.data))
})

async function keep() {
  const cache = await caches.open(KEPT)
  await cache.addAll([OFFLINE, `${STATIC}app.css`, `${STATIC}icon.svg`])
}

async function forgetOlder() {
  const names = await caches.keys()
  await Promise.all(names.filter(name => name !== KEPT).map(name => caches.delete(name)))
}

async function kept(request) {
  const cache = await caches.open(KEPT)
  const known = await cache.match(request.url)
  if (known) return known
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request.url, answer.clone())
  return answer
}

// Nobody is told of what they are looking at.
async function tell({ title, body, lang, conversation }) {
  const path = `/conversations/${conversation}`
  const tabs = await windows()
  if (tabs.some(tab => tab.focused && shows(tab, path))) return
  await registration.showNotification(title, { body, lang, tag: conversation, data: path, icon: `${STATIC}icon.svg` })
}

// The tab that has it already, else one that can go there, else a new one.
async function show(path) {
  const tabs = await windows()
  const tab = tabs.find(each => shows(each, path)) ?? tabs.find(each => each.visibilityState === 'visible') ?? tabs[0]
  if (!tab) return clients.openWindow(path)
  // Refused where nobody has clicked: it still goes there.
  await tab.focus().catch(() => {})
  if (!shows(tab, path)) await tab.navigate(path).catch(() => clients.openWindow(path))
}

const windows = () => clients.matchAll({ type: 'window', includeUncontrolled: true })
const shows = (tab, path) => new URL(tab.url).pathname === path
