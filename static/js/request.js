// Asking the server for a fragment, or to do something.
import { page } from './page.js'
import { fragment } from './tt.js'

// Answers { status, content, url }; status 0: the line is broken; 401: signed out.
export async function ask(url, name, { method = 'GET', fields, signal, keepalive } = {}) {
  const body = fields instanceof URLSearchParams ? fields : fields && new URLSearchParams({ csrf: page.csrf, ...fields })
  try {
    const answer = await fetch(url, { method, body, signal, keepalive, headers: { 'x-fragment': name } })
    const out = answer.status === 401 || (answer.redirected && new URL(answer.url).pathname === '/session/new')
    const content = fragment(await answer.text())
    return { status: out ? 401 : answer.status, content, url: answer.url }
  } catch (error) {
    if (error.name === 'AbortError') throw error
    return { status: 0, content: fragment('') }
  }
}

export function tell(url, name, fields, verb) {
  return ask(url, name, { method: 'POST', fields: verb ? { ...fields, _method: verb } : fields })
}

// The reason a refusal gives, in its own words.
export function reason({ content }) {
  return content.querySelector('.problem, .alert.bad, .wrong, .lead')?.textContent.trim() ?? ''
}
