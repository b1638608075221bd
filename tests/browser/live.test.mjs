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

test('twenty messages through five cuts: all there, once, in order', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '0')
  const sato = await openThread(await scene.person('sato'), conversation)
  await listening(sato.page)

  let cut = 0
  for (let n = 1; n <= 20; n += 1) {
    await scene.inbound(customer, `${n}`)
    if (n % 4 === 2) {
      cut += await until(() => scene.henji.wire.cutSockets(), { what: 'a socket to cut' })
    }
  }
  assert.ok(cut >= 5, `${cut} sockets were cut`)
  const wanted = Array.from({ length: 21 }, (_, n) => `${n}`)
  await until(async () => (await sato.bodies()).length >= wanted.length, { within: 20_000, what: 'all messages' })
  assert.deepEqual(await sato.bodies(), wanted)
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
