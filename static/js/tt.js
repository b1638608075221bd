// The only place where text becomes HTML: fragments of our own server. And the one
// script that is not named by a page: the worker.
const WORKER = '/sw.js'
const ours = { createHTML: html => html, createScriptURL: () => WORKER }
const policy = globalThis.trustedTypes?.createPolicy('app', ours) ?? ours

export function fragment(html) {
  const template = document.createElement('template')
  template.innerHTML = policy.createHTML(html)
  return template.content
}

export function registerWorker() {
  return navigator.serviceWorker?.register(policy.createScriptURL(WORKER))
}
