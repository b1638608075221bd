// The only place where text becomes HTML: fragments of our own server.
const policy = globalThis.trustedTypes?.createPolicy('app', { createHTML: html => html }) ?? { createHTML: html => html }

export function fragment(html) {
  const template = document.createElement('template')
  template.innerHTML = policy.createHTML(html)
  return template.content
}
