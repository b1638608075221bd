// Going from conversation to conversation without leaving the page.
import { leaveComposer, openComposer } from './composer.js'
import { listQuery, openRow, refreshList } from './list.js'
import { byId } from './page.js'
import { ask } from './request.js'
import { restorePending } from './sending.js'
import { signedOut } from './signed-out.js'
import { openThread } from './thread.js'
import { tick } from './time.js'

// Where in a thread an address leads: to a message, to a day.
const LANDINGS = ['m', 'at']
const CONVERSATION = /^\/conversations\/([0-9a-f-]{36})$/
let latest = null

export function watchNavigation() {
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href]')
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    if (link.matches('.row') && byId('main')?.matches('.thread')) follow(event, link.href, openConversation)
    else if (link.matches('.views a') && byId('main')?.matches('.thread')) follow(event, link.href, openTab)
  })
  document.addEventListener('submit', event => {
    if (event.target.id !== 'jump') return
    const day = new URLSearchParams(new FormData(event.target))
    follow(event, `${event.target.action}?${day}`, openConversation)
  })
  addEventListener('popstate', () => {
    const { pathname, href } = location
    if (CONVERSATION.test(pathname) && byId('main')?.matches('.thread')) openConversation(href, { isBack: true })
    else location.reload()
  })
}

// The whole page when a thread comes onto it, however it came.
export function arrived() {
  openThread()
  openComposer()
  restorePending()
  tick()
}

async function follow(event, href, open) {
  event.preventDefault()
  if (!await open(href)) location.assign(href)
}

async function openTab(href) {
  if (!await refreshList(href)) return false
  history.pushState(null, '', href)
  return true
}

async function openConversation(href, { isBack = false } = {}) {
  const url = new URL(href)
  const id = url.pathname.match(CONVERSATION)?.[1]
  if (!id) return false
  latest?.abort()
  const { signal } = latest = new AbortController()
  let answer
  try {
    answer = await ask(url.pathname + landing(url), 'thread', { signal })
  } catch {
    return true
  }
  if (answer.status === 401) {
    signedOut()
    return true
  }
  const fresh = answer.content.querySelector('main.thread')
  if (answer.status !== 200 || !fresh) return false
  const side = answer.content.querySelector('aside.side')
  leaveComposer(id)
  document.querySelector('.app > .side')?.remove()
  byId('main').replaceWith(fresh)
  if (side) fresh.after(side)
  const app = document.querySelector('.app')
  app.classList.replace('none', 'one')
  if (!isBack) history.pushState(null, '', url.pathname + listQuery() + landing(url).replace('?', '&'))
  document.title = document.title.replace(/^(\(\d+\) )?.*$/, (_, count = '') => `${count}${byId('who').textContent}`)
  openRow(id)
  arrived()
  if (!isBack) byId('who').focus({ preventScroll: true })
  return true
}

function landing({ searchParams }) {
  const name = LANDINGS.find(each => searchParams.get(each))
  return name ? `?${name}=${encodeURIComponent(searchParams.get(name))}` : ''
}
