// Everybody sees it at once, once, and in order, whatever the wire does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { hearing, list, listening, openThread, thread } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('a reply shows in two browsers within a second, and five times is once', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, 'はじめまして')
  const sato = await openThread(await scene.person('sato'), conversation)
  const tanaka = await openThread(await scene.person('tanaka'), conversation)
  await Promise.all([listening(sato.page), listening(tanaka.page)])

  const reply = { from: customer, to: scene.henji.setup.sender, body: '2でお願いします', provider_message_id: `again-${customer}` }
  await scene.henji.api.inbound(reply)
  await Promise.all([sato.shows(reply.body, 1_000), tanaka.shows(reply.body, 1_000)])

  for (let again = 0; again < 4; again += 1) await scene.henji.api.inbound(reply)
  await scene.inbound(customer, '最後の一通')
  await Promise.all([sato.shows('最後の一通'), tanaka.shows('最後の一通')])
  for (const each of [sato, tanaka]) {
    assert.deepEqual(await each.bodies(), ['はじめまして', '2でお願いします', '最後の一通'])
  }
})

test('a new customer appears in the list of a page that was already open', async () => {
  const sato = await scene.person('sato')
  await listening(sato)
  const conversation = await scene.inbound(newNumber(), '応募について')
  await list(sato).row(conversation).waitFor({ timeout: 1_000 })
})

test('what a colleague does shows at once and takes nothing away', async () => {
  const conversation = await scene.inbound(newNumber(), '担当はどなたですか')
  const sato = await openThread(await scene.person('sato'), conversation)
  const tanaka = await openThread(await scene.person('tanaka'), conversation)
  await listening(sato.page)
  await sato.field.pressSequentially('書きかけ')

  await tanaka.act('take')
  await sato.assignee.filter({ hasText: cast.tanaka.name }).waitFor({ timeout: 1_000 })
  await tanaka.act('close')
  await sato.closed.waitFor({ timeout: 1_000 })
  assert.equal(await sato.field.inputValue(), '書きかけ')
  assert.ok(await sato.field.evaluate(field => field === document.activeElement))
})

test('who reads back is not moved: new texts wait below, counted; at the end one stays #10 #11', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '1')
  for (let n = 2; n <= 30; n += 1) await scene.inbound(customer, `${n}`)
  const sato = thread(await scene.person('sato'))
  await listening(sato.page, () => openThread(sato.page, conversation))
  await sato.readBack()
  const before = await sato.place()

  for (let n = 31; n <= 50; n += 1) await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: `${n}` })
  await until(async () => (await sato.pill.innerText()).includes('20'), { what: 'the count of new texts' })
  assert.equal((await sato.place()).top, before.top)
  await sato.pill.click()
  await until(async () => (await sato.place()).left < 2, { what: 'the end' })
  assert.ok(await sato.pill.isHidden())
  await sato.shows('50')

  for (const body of ['51', '52\n二行目']) {
    await scene.inbound(customer, body)
    await sato.shows(body)
    await until(async () => (await sato.place()).left < 2, { what: 'the end again' })
    assert.ok(await sato.pill.isHidden())
  }
})

test('five cuts with twenty messages during each: all there, once, in order #13', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '0')
  const sato = await openThread(await scene.person('sato'), conversation)
  await listening(sato.page)

  const wanted = ['0']
  for (let cut = 0; cut < 5; cut += 1) {
    await until(() => scene.henji.wire.cutSockets(), { what: 'a socket to cut' })
    scene.henji.wire.down()
    for (let n = 1; n <= 20; n += 1) {
      wanted.push(`${cut * 20 + n}`)
      await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: wanted.at(-1) })
    }
    scene.henji.wire.up()
    await sato.shows(wanted.at(-1), 20_000)
  }
  assert.deepEqual(await sato.bodies(), wanted)
})

test('too long away to catch up: list and thread anew, the text being written untouched #14', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '前')
  const sato = await openThread(await scene.person('sato'), `${conversation}?view=all`)
  // By the socket, or by asking where that was away for too long.
  const frames = []
  sato.page.on('websocket', socket => socket.on('framereceived', ({ payload }) => frames.push(payload)))
  sato.page.on('response', async answer => { if (answer.url().includes('/events?')) frames.push(await answer.text().catch(() => '')) })
  await listening(sato.page)
  await sato.field.pressSequentially('書きかけの返事')
  await sato.field.evaluate(field => {
    field.setSelectionRange(2, 4)
    globalThis.stayed = true
  })
  scene.henji.wire.down()
  await scene.crowd(customer, 600)
  const other = await scene.inbound(newNumber(), '留守の間の新しい人')
  await scene.inbound(customer, '最後の一通')
  scene.henji.wire.up()
  await sato.shows('最後の一通', 40_000)
  await list(sato.page).row(other).waitFor()
  assert.ok(frames.some(frame => frame.includes('"t":"reset"')), 'it was too much to catch up with')
  const left = await sato.field.evaluate(({ value, selectionStart, selectionEnd }) => [value, selectionStart, selectionEnd])
  assert.deepEqual(left, ['書きかけの返事', 2, 4])
  assert.ok(await sato.page.evaluate(() => globalThis.stayed), 'no reload')
})

test('spoken: a new text once, history never, many as a number, a failure at once #41', async () => {
  const customer = newNumber()
  await scene.crowd(customer, 130)
  const conversation = await scene.inbound(customer, '最後の一通')
  const sato = await openThread(await scene.person('sato'), conversation)
  await listening(sato.page)
  const spoken = await hearing(sato.page)
  await scene.inbound(customer, '聞こえますか')
  await until(() => spoken.length > 0, { what: 'the text to be spoken' })
  assert.equal(spoken[0].level, 'polite')
  assert.match(spoken[0].text, /聞こえますか$/)

  const before = await sato.bubbles.count()
  await sato.turn(-1, async () => (await sato.bubbles.count()) > before && (await sato.place()).top === 0)
  await sato.turn(1, async () => (await sato.place()).left < 2)
  await sato.page.waitForTimeout(700)
  assert.equal(spoken.length, 1, 'history is not news')

  scene.henji.wire.down()
  for (let n = 1; n <= 10; n += 1) await scene.inbound(customer, `まとめて ${n}`)
  scene.henji.wire.up()
  await sato.shows('まとめて 10', 20_000)
  // What comes together is one number; a slow machine may bring the last of them later.
  const told = () => spoken.slice(1).map(({ text }) => text.match(/まとめて/g)?.length ?? Number(text.replace(/\D/g, '')))
  await until(() => told().reduce((sum, count) => sum + count, 0) === 10, { what: 'the ten to be spoken' })
  assert.ok(told().length <= 2 && told()[0] > 3, `${told()}`)
  assert.ok(spoken.slice(1).every(({ level }) => level === 'polite'))

  await sato.page.route('**/messages', route => route.fulfill({ status: 503, body: '' }))
  await sato.send('届かない返事')
  await until(() => spoken.some(({ level }) => level === 'assertive'), { what: 'the failure to be spoken' })
})

test('a proxy that knows no WebSocket: texts show within two seconds all the same #17', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '前')
  const page = await scene.person('sato')
  await listening(page, () => openThread(page, conversation))
  const polls = []
  page.on('request', request => { if (request.url().includes('/events?')) polls.push(request.url()) })
  try {
    assert.ok(scene.henji.wire.refuseSockets() > 0)
    await until(() => polls.length > 1, { within: 20_000, what: 'the page to ask' })
    const { shows, bodies } = thread(page)
    for (const body of ['一', '二', '三']) {
      await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body })
      await shows(body, 2_000)
    }
    assert.deepEqual(await bodies(), ['前', '一', '二', '三'])
    assert.ok(await page.locator('#offline').isHidden(), 'nothing is lost, so nothing says so')
  } finally {
    scene.henji.wire.allowSockets()
  }
})

test('after a sleep, with a line that only looks alive: there within three seconds #15', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '前')
  const page = await scene.person('sato')
  await page.clock.install()
  const sato = await openThread(page, conversation)
  await listening(page)
  assert.ok(scene.henji.wire.stallSockets() > 0)
  await scene.inbound(customer, '眠っている間')
  await page.waitForTimeout(500)
  assert.equal(await sato.bubble('眠っている間').count(), 0, 'the line is stalled')
  // The lid opens: the clock has jumped, and what was due is due once.
  await page.clock.fastForward(60_000)
  await sato.shows('眠っている間', 3_000)
  assert.deepEqual(await sato.bodies(), ['前', '眠っている間'])
})

test('a server killed and started again: the page goes on by itself #16', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '前')
  const sato = await openThread(await scene.person('sato'), conversation)
  await listening(sato.page)
  await sato.field.fill('書きかけ')

  await scene.henji.kill()
  await sato.offline.waitFor({ timeout: 6_500 })
  await scene.henji.serve()
  await scene.inbound(customer, '後')

  await sato.shows('後', 20_000)
  await sato.offline.waitFor({ state: 'hidden' })
  assert.deepEqual(await sato.bodies(), ['前', '後'])
  assert.equal(await sato.field.inputValue(), '書きかけ')
})

test('a new build is offered, and taken by itself only where nobody looks or writes #7', async () => {
  const conversation = await scene.inbound(newNumber(), '前')
  const sato = await openThread(await scene.person('sato'), conversation)
  const { page } = sato
  await listening(page)
  await sato.newBuild.waitFor({ state: 'hidden' })
  // The page is of an older build than the server that comes up.
  await page.evaluate(() => { document.querySelector('meta[name=build]').content = 'older' })
  await sato.field.fill('書きかけ')
  await scene.henji.kill()
  await scene.henji.serve()
  await sato.newBuild.waitFor({ timeout: 20_000 })
  const look = state => page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: state })
    globalThis.stayed = true
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
  await look('hidden')
  await page.waitForTimeout(500)
  assert.equal(await sato.field.inputValue(), '書きかけ')
  assert.ok(await page.evaluate(() => globalThis.stayed), 'somebody writes')
  await look('visible')
  await sato.field.fill('')
  await sato.draftKept.waitFor({ state: 'hidden' })
  const loaded = page.waitForEvent('load')
  await look('hidden')
  await loaded
  await sato.shows('前')
  assert.ok(await sato.newBuild.isHidden())
})
