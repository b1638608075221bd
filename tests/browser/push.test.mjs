// henji while none of its tabs is open: the worker tells, keeps no words, and leads back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { listening, openThread, signOut } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const installed = { worker: true }

// The worker of a person's browser; it rules over pages loaded from then on.
async function workerOf(page) {
  const context = page.context()
  await context.grantPermissions(['notifications'])
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
  await page.reload()
  return until(() => context.serviceWorkers()[0], { what: 'the worker' })
}

// As a push service would, by the browser's own door for it.
async function pushTo(page, text) {
  const { origin } = new URL(page.url())
  const browser = await page.context().newCDPSession(page)
  const registered = new Promise(done => browser.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    const ours = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${origin}/` && !isDeleted)
    if (ours) done(ours.registrationId)
  }))
  await browser.send('ServiceWorker.enable')
  const registrationId = await registered
  await browser.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(text) })
  await browser.detach()
}

const shown = worker => worker.evaluate(async () => (await registration.getNotifications())
  .map(({ title, body, tag, data }) => ({ title, body, tag, data })))

const kept = worker => worker.evaluate(async () => {
  const all = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) all.push({ url: request.url, text: await (await cache.match(request)).text() })
  }
  return all
})

test('a push tells as much as it carries, in one place a conversation, and a click leads there #37', async () => {
  const conversation = await scene.inbound(newNumber(), '折り返しお願いします')
  const page = await scene.person('sato', installed)
  const worker = await workerOf(page)
  await page.goto('/conversations?view=all')
  for (const [title, body] of [['新着メッセージ', ''], ['山田 花子', '新着メッセージ'], ['山田 花子', '折り返しお願いします']]) {
    // A browser that has only just started may miss one; the same one again changes nothing.
    await until(async () => {
      await pushTo(page, { title, body, lang: 'ja', conversation })
      return (await shown(worker))[0]?.body === body && (await shown(worker))[0].title === title
    }, { what: title })
    assert.deepEqual(await shown(worker), [{ title, body, tag: conversation, data: `/conversations/${conversation}` }])
  }

  // Only a hand may bring a window forward: whether the worker asks for it is seen.
  await worker.evaluate(() => {
    globalThis.focused = []
    WindowClient.prototype.focus = async function focus() { globalThis.focused.push(this.url) }
  })
  const other = await page.context().newPage()
  await other.goto('/contacts')
  const click = () => worker.evaluate(async id => {
    const [notification] = await registration.getNotifications({ tag: id })
    dispatchEvent(new NotificationEvent('notificationclick', { notification }))
  }, conversation)
  const path = `/conversations/${conversation}`
  const there = () => [page, other].filter(tab => new URL(tab.url()).pathname === path)
  await click()
  await until(() => there().length > 0, { what: 'a tab to show it' })
  await until(async () => (await shown(worker)).length === 0, { what: 'the notification to go' })
  assert.equal(there().length, 1)
  assert.equal((await worker.evaluate(() => focused)).length, 1, 'it is brought forward')
  assert.equal(page.context().pages().length, 2, 'no tab but those that were there')

  // Whoever looks at it is told nothing.
  await openThread(page, conversation)
  await page.bringToFront()
  await until(async () => {
    await pushTo(page, { title: '見ています', body: '', lang: 'ja', conversation })
    await pushTo(page, { title: '別の人', body: '', lang: 'ja', conversation: 'other' })
    return (await shown(worker)).length > 0
  }, { what: 'the other one' })
  assert.deepEqual((await shown(worker)).map(({ title }) => title), ['別の人'])
})

test('the worker keeps files and the page without a connection, and no words of anybody #38', async () => {
  const conversation = await scene.inbound(newNumber(), '共有の端末')
  const page = await scene.person('tanaka', installed)
  const worker = await workerOf(page)
  for (const path of ['/conversations', `/conversations/${conversation}`, '/contacts', '/offline']) await page.goto(path)
  await page.waitForLoadState('networkidle')
  const files = await kept(worker)
  const paths = files.map(({ url }) => new URL(url).pathname)
  assert.ok(paths.includes('/offline') && paths.some(path => path.endsWith('/app.css')), paths.join())
  assert.deepEqual(paths.filter(path => path !== '/offline' && !/^\/static\/[0-9a-f]{12}\//.test(path)), [])
  assert.ok(files.every(({ text }) => !/共有の端末|tanaka|田中|8190/.test(text)))

  // No connection: a page of ours says so, and the way on is open once there is one.
  await page.context().setOffline(true)
  await page.goto(`/conversations/${conversation}`)
  await page.getByRole('heading', { name: '接続できません' }).waitFor()
  assert.ok(!(await page.content()).includes('共有の端末'))
  await page.context().setOffline(false)
  await page.locator('a.btn').click()
  await page.locator('.b', { hasText: '共有の端末' }).waitFor()

  await signOut(page)
  const left = () => page.evaluate(async () => [await caches.keys(), await navigator.serviceWorker.getRegistrations()].flat().length)
  await until(async () => (await left()) === 0, { what: 'nothing to be left behind' })
})

// A browser maker's service is far away: what it would give is given here.
const subscribes = () => {
  const key = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'
  let given = null
  PushManager.prototype.getSubscription = async () => given
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    globalThis.askedWith = applicationServerKey
    given = {
      toJSON: () => ({ endpoint: 'https://push.example.com/a', keys: { p256dh: key, auth: 'BTBZMqHH6r4Tts7J_aSIgg' } }),
      unsubscribe: async () => { globalThis.unsubscribed = true; given = null },
    }
    return given
  }
}

test('a browser is on the list once it asked, comes back after signing in anew, and is taken off from elsewhere', async () => {
  const page = await scene.person('sato', installed)
  await page.addInitScript(subscribes)
  await workerOf(page)
  await page.goto('/settings/preferences')
  await page.locator('#push-here').click()
  const stop = page.locator('form[action^="/settings/subscriptions/"] button')
  await stop.waitFor()

  // The session ended without a word; the wish did not.
  const context = page.context()
  await context.clearCookies()
  await page.goto('/session/new')
  await page.locator('input[name=email]').fill('sato@example.jp')
  await page.locator('input[type=password]').fill(scene.henji.password)
  const again = page.waitForResponse(answer => answer.url().endsWith('/settings/subscription'))
  await page.locator('button.pri').click()
  assert.equal((await again).status(), 204)
  assert.equal((await page.evaluate(() => askedWith)).length, 87)

  const elsewhere = await scene.person('sato', installed)
  await elsewhere.goto('/settings/preferences')
  await elsewhere.locator('form[action^="/settings/subscriptions/"] button').first().click()
  await elsewhere.waitForURL(/saved/)
  await page.goto('/conversations')
  await until(() => page.evaluate(() => localStorage.getItem('push') === null), { what: 'the wish to be forgotten' })
  await listening(page)
  await page.goto('/settings/preferences')
  await page.locator('#push-here').waitFor()
  await elsewhere.locator('form[action="/settings/sessions"] button').click()
  await elsewhere.waitForURL(/saved/)
  await page.goto('/conversations')
  await page.waitForURL(/session\/new/)
})
