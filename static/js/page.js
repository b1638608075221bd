// What the server wrote into the page for scripts: the user, the token, the words.
const meta = name => document.querySelector(`meta[name="${name}"]`)

export const page = {
  get me() { return meta('user').content },
  get build() { return meta('build').content },
  get event() { return Number(meta('ev').content) },
  get csrf() { return meta('csrf').content },
  set csrf(token) {
    meta('csrf').content = token
    document.querySelectorAll('input[name=csrf]').forEach(input => { input.value = token })
  },
  // Nothing is kept on a shared machine, nor where the browser forbids it.
  get storage() {
    try {
      return meta('shared-machine') ? null : localStorage
    } catch {
      return null
    }
  },
}

// A sentence of the server's, with its {names} filled in.
export function words(name, values = {}) {
  const sentence = document.getElementById('texts').dataset[name]
  return sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '')
}

export function byId(id) {
  return document.getElementById(id)
}
