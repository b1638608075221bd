// The list pane: which rows belong here, in which order, which is open.
import { belongsTo, placeOf } from './feed.js'
import { isUnanswered } from './insist.js'
import { byId, page } from './page.js'
import { ask } from './request.js'
import { move, swap } from './swap.js'

export function putRow(row) {
  const rows = byId('rows')
  const old = byId(row.id)
  const list = byId('list')
  if (!rows || !isListed(list.dataset, row.dataset)) return drop(old)
  markOpen(row)
  if (old) swap(old, row)
  const others = [...rows.children].filter(other => other !== row)
  const [by, order] = list.dataset.tab === 'waiting' ? ['wait', 'asc'] : ['sort', 'desc']
  const at = placeOf(+row.dataset[by], others.map(other => +other.dataset[by]), order)
  // Below the last row there are more that are not loaded: it comes with them.
  if (!old && at === others.length && rows.dataset.next) return
  if (rows.children[at] !== row) move(row, rows, others[at] ?? null)
}

function isListed({ tab, tag, teams = '' }, { view, by, called, team, tags = '' }) {
  return belongsTo(tab, view, by, page.me, called, teams.split(' ').includes(team)) && (!tag || tags.split(' ').includes(tag))
}

// Whoever stood on a row that goes stands on the next one.
function drop(row) {
  if (row?.contains(document.activeElement)) (row.nextElementSibling ?? row.previousElementSibling)?.querySelector('.row').focus()
  row?.remove()
}

// The row `by` steps below the open one.
export function neighbour(by) {
  const rows = [...document.querySelectorAll('#rows .row')]
  const at = rows.findIndex(row => row.hasAttribute('aria-current'))
  return rows[at + by]
}

export function openRow(conversation) {
  byId('rows')?.querySelectorAll('[aria-current]').forEach(link => link.removeAttribute('aria-current'))
  const row = byId(`row-${conversation}`)
  if (row) markOpen(row, conversation)
}

// True once it is there, null where nobody answered.
export async function refreshList(url = byId('list') && currentUrl()) {
  if (!url) return false
  const { status, content } = await ask(url, 'rows')
  if (isUnanswered(status)) return null
  const fresh = content.querySelector('#list')
  if (status !== 200 || !fresh) return false
  const scroll = byId('rows-scroll').scrollTop
  const typed = byId('find').value
  swap(byId('list'), fresh)
  byId('find').value = typed
  byId('rows-scroll').scrollTop = scroll
  const open = openConversation()
  if (open) openRow(open)
  rowsDrawn()
  return true
}

// "Show more", and the same by itself near the end of the list.
export async function moreRows() {
  const link = byId('rows-more')
  if (!link || link.ariaBusy === 'true') return
  link.ariaBusy = 'true'
  const { status, content } = await ask(link.href, 'rows')
  const fresh = content.querySelector('#rows')
  link.ariaBusy = 'false'
  if (status !== 200 || !fresh) return
  const rows = byId('rows')
  for (const row of [...fresh.children]) if (!byId(row.id)) rows.append(row)
  rowsDrawn()
  if (fresh.dataset.next) {
    rows.dataset.next = link.href = fresh.dataset.next
  } else {
    delete rows.dataset.next
    link.parentElement.remove()
  }
}

export function watchList() {
  document.addEventListener('scroll', ({ target }) => {
    if (target.id === 'rows-scroll' && target.scrollHeight - target.scrollTop - target.clientHeight < 400) moreRows()
  }, { capture: true, passive: true })
  document.addEventListener('change', ({ target }) => {
    if (target.closest('.narrow')) target.form.requestSubmit()
  })
}

// The inbox the list is narrowed to.
export function shownInbox() {
  return byId('list')?.dataset.inbox
}

export function openConversation() {
  return byId('main')?.dataset.conversation
}

function rowsDrawn() {
  document.dispatchEvent(new Event('rows-drawn'))
}

function markOpen(row, conversation = openConversation()) {
  if (conversation && row.id === `row-${conversation}`) row.querySelector('a').setAttribute('aria-current', 'true')
}

function currentUrl() {
  return `/conversations${listQuery()}`
}

// What the list shows, so that a reload and "back" show it again.
export function listQuery() {
  const { tab, inbox, tag } = byId('list').dataset
  return `?view=${tab}${inbox ? `&inbox=${inbox}` : ''}${tag ? `&tag=${tag}` : ''}`
}
