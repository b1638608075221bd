// Text of a customer is text: on the page, in a fragment, over the socket.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Henji } from './support/henji.mjs'
import { listening, makeTag, makeTemplate, openThread, team, thread } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const eve = { email: 'eve@example.jp', name: '<img src=x onerror=henjiScriptRan()>' }
const scene = stage({ start: () => Henji.start([cast.sato, cast.tanaka, eve]) })
const hostile = [
  '<img src=x onerror=henjiScriptRan()>',
  '<svg onload=henjiScriptRan()>',
  '"><script>henjiScriptRan()</script>',
  "'-henjiScriptRan()-'",
]

test('what a customer writes never becomes markup #3', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, hostile[0])
  const page = await scene.person('sato')
  const ran = []
  await page.exposeFunction('henjiScriptRan', () => { ran.push(page.url()) })
  const talk = thread(page)
  await listening(page, () => openThread(page, conversation))

  for (const body of hostile.slice(1)) await scene.inbound(customer, body)
  for (const body of hostile) await talk.shows(body)
  await page.goto('/conversations')
  await page.goto(`/conversations/${conversation}/about`)
  await openThread(page, conversation)
  assert.deepEqual(await talk.bodies(), hostile)
  assert.deepEqual(ran, [])
})

test('nor do names, tags and templates, drawn by the page, a fragment or the socket #3', async () => {
  const tag = '<svg onload=eve()>'
  const template = '"><script>henjiScriptRan()</script>'
  const suzuki = await scene.person('suzuki')
  await makeTag(suzuki, tag)
  await makeTemplate(suzuki, { name: template, shortcut: 'x', body: template })
  const conversation = await scene.inbound(newNumber(), '名札')
  const page = await scene.person('sato')
  const ran = []
  for (const each of [page, suzuki]) {
    for (const name of ['henjiScriptRan', 'eve']) await each.exposeFunction(name, () => { ran.push(each.url()) })
  }
  const talk = thread(page)
  await listening(page, () => openThread(page, `${conversation}?view=all`))

  const other = await openThread(await scene.person('tanaka'), conversation)
  await other.assign(eve.name)
  await talk.assignee.filter({ hasText: eve.name }).waitFor()
  await team(other.page).tagMenu.click()
  await team(other.page).tag(tag).click()
  await team(page).tags.filter({ hasText: tag }).waitFor()
  await team(page).rowTags(conversation).filter({ hasText: tag }).waitFor()
  await talk.field.pressSequentially('/')
  await talk.templates.filter({ hasText: template }).click()
  assert.equal(await talk.field.inputValue(), template)
  for (const path of ['/conversations?view=all', `/conversations/${conversation}/about`]) await page.goto(path)
  for (const path of ['users', 'tags', 'templates', 'audit']) await suzuki.goto(`/settings/${path}`)
  assert.deepEqual(ran, [])
})

test('every answer names the policy, and nothing in it is unsafe #2', async () => {
  const page = await scene.person('sato')
  for (const path of ['/conversations', '/conversations/01900000-0000-7000-8000-000000000000', '/session/new']) {
    const headers = (await page.request.get(path)).headers()
    const policy = headers['content-security-policy'] ?? ''
    assert.equal(policy, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
      `media-src 'self'; connect-src 'self' ${scene.henji.url.replace('http', 'ws')}; manifest-src 'self'; worker-src 'self'; ` +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app", path)
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['referrer-policy'], 'same-origin')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

test('negative control: a planted script is noticed by this suite #2', async () => {
  const page = await scene.person('sato')
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.src = 'http://127.0.0.1:1/planted.js'
    document.head.append(script)
  }).catch(() => {})
  const noticed = () => scene.complaints.some(text => text.includes('script-src') || text.includes('trusted-types'))
  for (let tries = 0; tries < 50 && !noticed(); tries += 1) await page.waitForTimeout(20)
  assert.ok(noticed(), scene.complaints.join('\n'))
  scene.complaints.length = 0
})
