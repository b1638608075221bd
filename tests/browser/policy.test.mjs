// Text of a customer is text: on the page, in a fragment, over the socket.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listening, openThread, thread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const hostile = [
  '<img src=x onerror=henjiScriptRan()>',
  '<svg onload=henjiScriptRan()>',
  '"><script>henjiScriptRan()</script>',
  "'-henjiScriptRan()-'",
]

test('what a customer writes never becomes markup', async () => {
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

test('every answer names the policy, and nothing in it is unsafe', async () => {
  const page = await scene.person('sato')
  for (const path of ['/conversations', '/conversations/01900000-0000-7000-8000-000000000000', '/session/new']) {
    const headers = (await page.request.get(path)).headers()
    const policy = headers['content-security-policy'] ?? ''
    for (const part of ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
      "form-action 'self'", "require-trusted-types-for 'script'", 'trusted-types app']) {
      assert.ok(policy.includes(part), `${path}: ${part} in ${policy}`)
    }
    assert.doesNotMatch(policy, /unsafe-|\*/)
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['referrer-policy'], 'same-origin')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

test('negative control: a planted script is noticed by this suite', async () => {
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
