// Replacing an element without taking the reader's place in it.

// Puts `fresh` where `old` is; focus, open menus and what is typed or ticked stay.
export function swap(old, fresh) {
  const held = old.contains(document.activeElement) && nameOf(document.activeElement)
  const open = new Set([...old.querySelectorAll('details')].map((menu, at) => menu.open && keyOf(menu, at)))
  for (const field of old.querySelectorAll('input[id], textarea[id]')) {
    const same = fresh.querySelector(`#${CSS.escape(field.id)}`)
    if (same) Object.assign(same, field.type === 'checkbox' ? { checked: field.checked } : { value: field.value })
  }
  if (old.tabIndex < 0 && old.hasAttribute('tabindex')) fresh.tabIndex = -1
  old.replaceWith(fresh)
  fresh.querySelectorAll('details').forEach((menu, at) => { menu.open = open.has(keyOf(menu, at)) })
  if (held) ((fresh.matches(held) ? fresh : fresh.querySelector(held)) ?? fresh.querySelector('a, button') ?? fresh).focus({ preventScroll: true })
}

// Moves `element` before `next` (or to the end); focus stays in it.
export function move(element, parent, next) {
  if (parent.moveBefore && element.isConnected) return parent.moveBefore(element, next)
  const held = element.contains(document.activeElement) ? document.activeElement : null
  parent.insertBefore(element, next)
  held?.focus({ preventScroll: true })
}

// A menu is known by its name; without one by its place, which a new row before it moves.
const keyOf = (menu, at) => menu.id || at

function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`
  if (element.dataset.act) return `[data-act="${element.dataset.act}"]`
  return element.localName
}
