// The phone beside the inbox: sends without leaving the page, shows what arrives.
// Fetched where there is one and joined to nothing: what it needs of the page it is
// given.
export function watch({ onEvent, byId, ask, tell }) {
  let timer = null

  toEnd()
  document.addEventListener('submit', event => {
    if (event.target.id !== 'handset-form') return
    event.preventDefault()
    send(event.target, event.submitter)
  })
  document.addEventListener('change', ({ target }) => {
    if (target.closest('#handset-form .to')) refresh()
  })
  onEvent({ event: soon, up: soon })

  async function send(form, button) {
    const { from, to, body } = form.elements
    const quick = button?.name === 'quick'
    const text = quick ? button.value : body.value
    if (!text.trim()) return
    if (!quick) body.value = ''
    const { status, content } = await tell('/sim/inbound', 'handset', { from: from.value, to: to.value, body: text })
    if (status === 0 || status >= 400) {
      if (!quick) body.value = text
      return
    }
    show(content)
    soon()
  }

  function soon() {
    clearTimeout(timer)
    timer = setTimeout(refresh, 150)
  }

  async function refresh() {
    const { number } = byId('handset').dataset
    const { to } = byId('handset-form').elements
    const query = new URLSearchParams({ handset: number, to: to.value })
    const { status, content } = await ask(`/sim?${query}`, 'handset')
    if (status === 200) show(content)
  }

  // Only the texts are exchanged, so that what is being typed stays.
  function show(content) {
    const fresh = content.querySelector('#handset-texts')
    if (!fresh) return
    byId('handset-texts').replaceWith(fresh)
    toEnd()
  }

  function toEnd() {
    const texts = byId('handset-texts')
    texts.scrollTop = texts.scrollHeight
  }
}
