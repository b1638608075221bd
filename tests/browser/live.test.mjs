// Everybody sees it at once, once, and in order, whatever the wire does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, listening, openThread, thread } from './support/pages.mjs'
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

test('who reads back is not moved: new texts wait below, counted', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '1')
  for (let n = 2; n <= 30; n += 1) await scene.inbound(customer, `${n}`)
  const sato = thread(await scene.person('sato'))
  await listening(sato.page, () => openThread(sato.page, conversation))
  await sato.readBack()
  const before = await sato.place()

  for (const body of ['31', '32', '33']) await scene.inbound(customer, body)
  await until(async () => (await sato.pill.innerText()).includes('3'), { what: 'the count of new texts' })
  assert.equal((await sato.place()).top, before.top)
  await sato.pill.click()
  await until(async () => (await sato.place()).left < 2, { what: 'the end' })
  assert.ok(await sato.pill.isHidden())
  await sato.shows('33')
})

test('five cuts with twenty messages during each: all there, once, in order', async () => {
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

test('a proxy that knows no WebSocket: texts show within two seconds all the same', async () => {
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

test('after a sleep, with a line that only looks alive: there within three seconds', async () => {
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

test('a server killed and started again: the page goes on by itself', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '前')
  const sato = await openThread(await scene.person('sato'), conversation)
  await listening(sato.page)
  await sato.field.fill('書きかけ')

  await scene.henji.kill()
  await scene.henji.serve()
  await scene.inbound(customer, '後')

  await sato.shows('後', 20_000)
  assert.deepEqual(await sato.bodies(), ['前', '後'])
  assert.equal(await sato.field.inputValue(), '書きかけ')
})
