// Rows chosen together, and what is done with all of them.
//
// Each row's box belongs to the form `bulk`, which works without scripts too.
import { toast } from './acts.js'
import { say } from './announcer.js'
import { byId } from './page.js'
import { ask, reason } from './request.js'
import { signedOut } from './signed-out.js'

const boxes = () => [...document.querySelectorAll('#rows .pick input')]

export const isPicking = () => boxes().some(box => box.checked)

export function watchBulk() {
  document.addEventListener('change', ({ target }) => { if (target.closest('.pick')) told() })
  document.addEventListener('click', ({ target }) => { if (target.closest('#unpick')) pickAll(false) })
  document.addEventListener('submit', event => {
    if (event.target.id !== 'bulk') return
    event.preventDefault()
    change(event.target, event.submitter)
  })
}

// Ticks the box of a row, or takes the tick away.
export function pick(row, checked) {
  const box = row?.parentElement.querySelector('.pick input')
  if (!box) return
  box.checked = checked ?? !box.checked
  told()
}

export function pickAll(checked) {
  for (const box of boxes()) box.checked = checked
  told()
}

function told() {
  const count = boxes().filter(box => box.checked).length
  const form = byId('bulk')
  if (!form) return
  byId('picked').textContent = count ? form.dataset.picked.replace('{n}', count) : ''
  if (count) byId('selected').replaceChildren()
}

async function change(form, button) {
  if (button.ariaBusy === 'true') return
  const fields = new URLSearchParams(new FormData(form, button))
  button.ariaBusy = 'true'
  const answer = await ask('/conversations/selection', 'selection', { method: 'POST', fields })
  button.ariaBusy = 'false'
  if (answer.status === 401) return signedOut()
  if (answer.status !== 200) return toast(reason(answer))
  form.querySelectorAll('details').forEach(menu => { menu.open = false })
  pickAll(false)
  byId('selected').replaceChildren(answer.content)
  say(byId('selected').textContent.trim())
}
