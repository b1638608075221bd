// New texts are told where nobody looks: once, by one tab, and no more than was asked for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { listening, openThread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

// Browsers without a screen show nothing: what would have been shown is written down.
const witness = () => {
  globalThis.told = []
  globalThis.sounds = 0
  document.addEventListener('sounded', () => { globalThis.sounds += 1 })
  navigator.setAppBadge = async count => { globalThis.badge = count }
  navigator.clearAppBadge = async () => { globalThis.badge = 0 }
  const tell = (title, { body, tag }) => { globalThis.told.push({ title, body, tag }) }
  ServiceWorkerRegistration.prototype.showNotification = async (...note) => tell(...note)
  globalThis.Notification = class {
    static permission = 'granted'
    static requestPermission = async () => 'granted'
    constructor(...note) { tell(...note) }
    close() {}
  }
}

const told = page => page.evaluate(() => globalThis.told)
const sounds = page => page.evaluate(() => globalThis.sounds)

// Of the two that are left, one has the lock and the other waits for it.
const hasNewLeader = async () => {
  const { held, pending } = await navigator.locks.query()
  const leading = locks => locks.filter(lock => lock.name === 'leader').length
  return leading(held) === 1 && leading(pending) === 1
}

async function tab(context) {
  const page = await context.newPage()
  await page.addInitScript(witness)
  await listening(page, () => page.goto('/conversations?view=all'))
  return page
}

async function prefer(page, notify, sound) {
  await page.goto('/settings/preferences')
  await page.locator(`input[name=notify][value=${notify}]`).check()
  await page.locator('input[name=sound][type=checkbox]').setChecked(sound)
  await Promise.all([page.waitForURL(/saved/), page.locator('form[action="/settings/preferences"] button.pri').click()])
}

test('three tabs tell once and sound once; when the first closes, the next does #35', async () => {
  const first = await scene.person('sato')
  await prefer(first, 'name', true)
  const context = first.context()
  await first.close()
  const tabs = [await tab(context), await tab(context), await tab(context)]
  const conversation = await scene.inbound(newNumber(), '折り返しお願いします')
  const all = async f => (await Promise.all(tabs.map(f))).flat()
  await until(async () => (await all(told)).length > 0, { what: 'a notification' })
  await tabs[2].waitForTimeout(500)
  const [only, ...more] = await all(told)
  assert.deepEqual(more, [])
  assert.equal(only.tag, conversation)
  assert.ok(!JSON.stringify(only).includes('折り返し'), 'the words were not asked for')
  assert.equal((await all(sounds)).reduce((sum, n) => sum + n), 1)

  const leader = (await Promise.all(tabs.map(told))).findIndex(each => each.length > 0)
  await tabs.splice(leader, 1)[0].close()
  await until(() => tabs[0].evaluate(hasNewLeader), { what: 'another tab to lead' })
  await scene.inbound(newNumber(), 'もう一件あります')
  await until(async () => (await all(told)).length === 1, { what: 'the next tab to tell' })
})

test('as much is said as was asked for, and nothing of what one reads or wrote', async () => {
  const page = await scene.person('tanaka')
  await page.addInitScript(witness)
  const customer = newNumber()
  for (const [level, check] of [
    ['count', each => each.body === '' && !/90/.test(each.title)],
    ['body', each => each.body.includes('本文まで')],
  ]) {
    await prefer(page, level, false)
    await listening(page, () => page.goto('/conversations?view=all'))
    await scene.inbound(customer, `本文まで ${level}`)
    await until(async () => (await told(page)).length === 1, { what: 'a notification' })
    assert.ok(check((await told(page))[0]), JSON.stringify(await told(page)))
    assert.equal(await sounds(page), 0)
  }

  const conversation = await scene.inbound(newNumber(), '開いて読みます')
  const thread = await openThread(page, conversation)
  await listening(page)
  await scene.inbound(customer, '別の人から')
  await until(async () => (await told(page)).length > 0, { what: 'news of another thread' })
  const before = (await told(page)).length
  await thread.send('こちらから返信')
  await thread.shows('こちらから返信')
  await page.waitForTimeout(500)
  assert.equal((await told(page)).length, before, 'our own text is no news')

  // Nothing is seen or heard in a pause; a page that stays open knows when it ends.
  await prefer(page, 'body', true)
  await page.locator('form[action="/settings/pause"] button[value=morning]').click()
  await page.locator('form[action="/settings/pause"] input[value=DELETE]').waitFor({ state: 'attached' })
  await listening(page, () => page.goto('/conversations?view=all'))
  await scene.inbound(customer, 'お休みのあいだに')
  await page.waitForTimeout(500)
  assert.deepEqual([await told(page), await sounds(page)], [[], 0])
  const [, end] = (await page.locator('#texts').getAttribute('data-quiet')).split('-')
  await page.evaluate(at => { Date.now = () => at }, Number(end.split(' ')[0]) * 1_000)
  await scene.inbound(customer, '朝になって')
  await until(async () => (await told(page)).length === 1, { what: 'the morning' })
  await page.goto('/settings/preferences')
  await page.locator('form[action="/settings/pause"] button').click()

  await prefer(page, 'off', false)
  await listening(page, () => page.goto('/conversations?view=all'))
  await scene.inbound(customer, '通知は要りません')
  await page.waitForTimeout(1_000)
  assert.deepEqual(await told(page), [])
})

test('of which conversations is chosen, and open pages go by it at once', async () => {
  const page = await scene.person('sato')
  await prefer(page, 'name', false)
  await page.addInitScript(witness)
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '田中さんお願いします')
  await (await openThread(await scene.person('tanaka'), conversation)).act('take')
  await until(async () => (await scene.henji.api.call('GET', `/conversations/${conversation}`)).assignee, { what: 'it to be taken' })
  await listening(page, () => page.goto('/conversations?view=all'))
  await scene.inbound(customer, '知らされない')
  const settings = await page.context().newPage()
  await settings.goto('/settings/preferences')
  await settings.locator('[name=notify_scope][value=all]').check()
  await Promise.all([settings.waitForURL(/saved/), settings.locator('form[action="/settings/preferences"] button.pri').click()])
  await settings.close()
  await until(async () => await page.locator('#texts').getAttribute('data-scope') === 'all', { what: 'the page to know' })
  assert.deepEqual(await told(page), [])
  await scene.inbound(customer, '知らされる')
  await until(async () => (await told(page)).length === 1, { what: 'a notification' })
  await until(async () => /^\(\d+\) /.test(await page.title()), { what: 'the title to say what waits anywhere' })
  await page.goto('/settings/preferences')
  await page.locator('[name=notify_scope][value=ours]').check()
  await Promise.all([page.waitForURL(/saved/), page.locator('form[action="/settings/preferences"] button.pri').click()])
})

test('title, icon and badge say what of mine waits #36', async () => {
  const page = await scene.person('sato')
  await page.addInitScript(witness)
  const badge = count => until(async () => (await page.evaluate(() => globalThis.badge ?? 0)) === count, { what: `the badge ${count}` })
  const icon = () => page.locator('link[rel=icon]').getAttribute('href')
  await listening(page, () => page.goto('/conversations'))
  assert.match(await icon(), /icon\.svg/)
  const conversation = await scene.inbound(newNumber(), '担当をお願いします')
  const thread = await openThread(page, conversation)
  await thread.act('take')
  await until(async () => /icon-dot/.test(await icon()), { what: 'the dot' })
  assert.match(await page.title(), /^\(1\) /)
  await badge(1)
  await thread.send('承りました')
  await until(async () => /icon\.svg/.test(await icon()), { what: 'the plain icon' })
  assert.doesNotMatch(await page.title(), /^\(/)
  await badge(0)
})
