// News while no tab is open. Fetched when somebody has asked for it in this browser,
// and joined to nothing: what it needs of the page it is given.
const WANTED = 'push'

// Always anew: what a browser had before may have ended with its session.
export async function subscribe({ key, tell, storage }) {
  const worker = await navigator.serviceWorker.ready
  const before = await worker.pushManager.getSubscription()
  await before?.unsubscribe()
  const given = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  const { endpoint, keys: { p256dh, auth } } = given.toJSON()
  const { status } = await tell('/settings/subscription', 'none', { endpoint, p256dh, auth }, 'PUT')
  if (status !== 204) {
    await given.unsubscribe()
    throw new Error(`the server answered ${status}`)
  }
  storage?.setItem(WANTED, 'yes')
}

// It was taken off the list, perhaps from another browser.
export async function forget({ storage }) {
  storage?.removeItem(WANTED)
  const worker = await navigator.serviceWorker.ready
  const given = await worker.pushManager.getSubscription()
  await given?.unsubscribe()
}
