// The session ended: the page and its texts stay, a new session is fetched.
import { byId, page } from './page.js'
import { fragment } from './tt.js'

export function signedOut() {
  const dialog = byId('signed-out')
  if (!dialog.open) dialog.showModal()
}

export function watchSignIn() {
  byId('signed-in-again').addEventListener('click', async () => {
    const answer = await fetch(location.href)
    const fresh = fragment(await answer.text())
    const [user, csrf] = ['user', 'csrf'].map(name => fresh.querySelector(`meta[name="${name}"]`)?.content)
    if (!user) return
    if (user !== page.me) return location.reload()
    page.csrf = csrf
    byId('signed-out').close()
    document.dispatchEvent(new Event('signed-in-again'))
  })
}
