// What a person may not see does not exist, and a right that ends, ends now.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'
import { contactOf, list, listening, masking, openThread, signOut, signedOutDialog } from './support/pages.mjs'

const scene = stage()

test('Yamada belongs to another inbox: an empty list, and 404 for the thread', async () => {
  const conversation = await scene.inbound(newNumber(), '秘密の相談')
  const yamada = await scene.person('yamada')
  assert.equal(await list(yamada).rows.count(), 0)
  assert.doesNotMatch(await yamada.content(), /秘密の相談/)

  for (const path of ['', '/about']) {
    const answer = await yamada.goto(`/conversations/${conversation}${path}`)
    assert.equal(answer.status(), 404, path)
    assert.doesNotMatch(await yamada.content(), /秘密の相談/)
  }
})

test('a thread that is not his looks exactly like one that does not exist', async () => {
  const conversation = await scene.inbound(newNumber(), '別の相談')
  const yamada = await scene.person('yamada')
  const length = async id => {
    const answer = await yamada.request.get(`/conversations/${id}`)
    assert.equal(answer.status(), 404)
    return (await answer.body()).length
  }
  assert.equal(await length(conversation), await length('01900000-0000-7000-8000-000000000000'))
})

test('nothing arrives live for Yamada', async () => {
  const yamada = await scene.person('yamada')
  const frames = []
  yamada.on('websocket', socket => socket.on('framereceived', frame => frames.push(frame.payload)))
  await listening(yamada)
  const conversation = await scene.inbound(newNumber(), '見えない一通')
  await yamada.waitForTimeout(1_000)
  assert.ok(frames.length > 0, 'the socket spoke at all')
  assert.ok(!frames.some(frame => frame.includes(conversation) || frame.includes('見えない一通')))
})

test('a masked number is shown on demand, in place with scripts and on a page without', async () => {
  const number = newNumber()
  const [whole, masked] = [/090-1000-\d{4}/, /090-\*{4}-\d{4}/]
  const conversation = await scene.inbound(number, 'お電話ください')
  const suzuki = await scene.person('suzuki', { scripts: false })
  await masking(suzuki).choose('agent')
  const page = await scene.person('tanaka')
  await openThread(page, conversation)
  const one = masking(page)
  assert.match(await one.inPanel.innerText(), masked)
  assert.doesNotMatch(await page.content(), whole)
  await one.show()
  await until(async () => whole.test(await one.inPanel.innerText()), { what: 'the whole number' })
  const plain = await scene.person('tanaka', { scripts: false })
  await plain.goto(await contactOf(plain, conversation))
  await masking(plain).showOnPage()
  assert.match(await masking(plain).revealed.innerText(), whole)
  await masking(suzuki).choose()
})

test('a disabled user loses the open socket within a second, then the pages', async () => {
  const conversation = await scene.inbound(newNumber(), 'こんにちは')
  const page = await scene.person('tanaka')
  const socket = await listening(page, () => openThread(page, conversation))

  const closed = socket.waitForEvent('close', { timeout: 5_000 })
  scene.henji.run(['user', 'disable', cast.tanaka.email])
  const since = performance.now()
  await closed
  const took = performance.now() - since
  assert.ok(took <= 1_000, `closed after ${Math.round(took)} ms`)

  const again = await page.request.get(`/conversations/${conversation}`, { maxRedirects: 0 })
  assert.notEqual(again.status(), 200)
})

test('signing out in one tab is noticed in the other, which keeps its text #38', async () => {
  const conversation = await scene.inbound(newNumber(), '二つのタブ')
  const page = await scene.person('sato')
  const other = await page.context().newPage()
  await listening(other, () => openThread(other, conversation))
  await other.locator('textarea[name=body]').fill('書きかけ')

  await page.goto(`/conversations/${conversation}`)
  await page.locator('.b', { hasText: '二つのタブ' }).waitFor()
  await signOut(page)
  await signedOutDialog(other).waitFor({ timeout: 1_000 })
  assert.equal(await other.locator('textarea[name=body]').inputValue(), '書きかけ')
  for (let steps = 0; steps < 2; steps += 1) {
    await page.goBack()
    assert.equal(await page.locator('main.thread').count(), 0)
    assert.ok(!(await page.content()).includes('二つのタブ'), 'nothing behind the back button')
  }
})
