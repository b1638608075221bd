// Everything one can go to or do, by a few letters (Ctrl+K). Fetched when it is
// first wanted and joined to nothing: what it needs of the page it is given.
export async function open({ ask, isComposing, folded, run, signedOut }) {
  const { status, content } = await ask('/palette', 'palette')
  if (status === 401) return signedOut()
  const dialog = content.querySelector('#palette')
  if (status !== 200 || !dialog) return location.assign('/search')
  if (document.getElementById('palette')) return
  document.body.append(dialog)
  const field = dialog.querySelector('input')
  const asking = dialog.querySelector('.ask')
  const options = [...dialog.querySelectorAll('[role=option]')]
  // What has nothing to act on here is not offered.
  const fits = ({ dataset: { needs } }) => !needs || document.querySelector(needs)?.checkVisibility()
  options.filter(option => !fits(option)).forEach(option => option.remove())
  const offered = () => options.filter(option => option.isConnected && !option.hidden)

  function filter() {
    const wanted = folded(field.value)
    for (const option of options) option.hidden = !folded(`${option.textContent} ${option.dataset.words ?? ''}`).includes(wanted)
    asking.hidden = !wanted
    asking.querySelector('b').textContent = field.value
    mark(offered()[0])
  }

  function mark(option) {
    dialog.querySelector('[aria-selected=true]')?.setAttribute('aria-selected', 'false')
    option?.setAttribute('aria-selected', 'true')
    option?.scrollIntoView({ block: 'nearest' })
    field.setAttribute('aria-activedescendant', option?.id ?? '')
  }

  function choose(option) {
    const { key, href } = option.dataset
    const words = field.value
    dialog.close()
    if (key) run(key)
    else location.assign(option === asking ? `${href}${encodeURIComponent(words)}` : href)
  }

  field.addEventListener('input', event => { if (!isComposing(event)) filter() })
  field.addEventListener('compositionend', filter)
  dialog.addEventListener('keydown', event => {
    if (isComposing(event)) return
    const found = offered()
    const at = found.findIndex(option => option.ariaSelected === 'true')
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && found.length) mark(found.at((at + step) % found.length))
    else if (event.key === 'Enter' && found[at]) choose(found[at])
    else return
    event.preventDefault()
  })
  dialog.addEventListener('click', ({ target }) => {
    const option = target.closest('[role=option]')
    if (option) choose(option)
    else if (target === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => dialog.remove())
  filter()
  dialog.showModal()
}
