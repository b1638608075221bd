// The whole trade with JavaScript switched off: forms and links, nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, openThread, thread } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const scene = stage()
const plain = { scripts: false }

test('list, thread, take, answer, note, hand over, snooze, close and reopen #5', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '在庫はありますか')
  const page = await scene.person('sato', plain)
  await page.goto('/conversations')
  await list(page).open(conversation)
  const talk = thread(page)
  await talk.shows('在庫はありますか')

  await talk.act('take')
  const sato = await became(({ assignee }) => assignee, 'the conversation to be taken')
  await talk.send('ございます')
  await talk.shows('ございます')
  await until(async () => (await texts()).includes('ございます'), { within: 20_000, what: 'the answer at the handset' })

  await talk.note('倉庫に確認ずみ')
  await talk.shows('倉庫に確認ずみ')
  assert.deepEqual(await texts(), ['ございます'], 'a note never leaves the house')

  await talk.assign(cast.tanaka.name)
  await became(({ assignee }) => assignee !== sato && assignee, 'the conversation to be handed over')
  await talk.snooze()
  await became(({ state }) => state === 'snoozed', 'the conversation to be put off')
  await talk.act('close')
  await became(({ state }) => state === 'closed', 'the conversation to be closed')
  await talk.act('reopen')
  await became(({ state }) => state === 'snoozed', 'closing to be taken back: it was put off before')

  function became(claim, what) {
    return until(async () => claim(await scene.henji.api.call('GET', `/conversations/${conversation}`)), { what })
  }

  async function texts() {
    return (await scene.henji.api.handset(customer)).map(text => text.body)
  }
})

test('older messages are a link away, and so is the way back #5', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '一通目')
  for (let n = 2; n <= 70; n += 1) await scene.inbound(customer, `続き${n}`)
  const talk = await openThread(await scene.person('sato', plain), conversation)
  assert.equal(await talk.bubble('一通目').count(), 0)
  assert.equal(await talk.bubble('続き70').count(), 1)
  await talk.older.click()
  await talk.shows('一通目')
})

test('menus open and close #6', async () => {
  const conversation = await scene.inbound(newNumber(), '開きますか')
  const { menus } = await openThread(await scene.person('sato', plain), conversation)
  assert.ok(await menus.count() >= 4)
  for (const menu of await menus.all()) {
    const summary = menu.locator('summary').first()
    for (const open of [true, false]) {
      await summary.click()
      assert.equal(await menu.evaluate(each => each.open), open)
    }
  }
})

test('two answers at once: the page asks, and the text is still in it #31', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '送料はいくらですか')
  const sato = await openThread(await scene.person('sato', plain), conversation)
  const tanaka = await openThread(await scene.person('tanaka', plain), conversation)
  await sato.field.fill('500円です(佐藤)')
  await tanaka.send('無料です(田中)')
  await tanaka.shows('無料です(田中)')

  await sato.sendButton.click()
  await sato.conflict.waitFor()
  assert.equal(await sato.conflictField.inputValue(), '500円です(佐藤)')
  await sato.confirm()
  await sato.shows('500円です(佐藤)')
})

test('a wrong password is answered in words, with the address kept', async () => {
  const page = await scene.visitor(plain)
  await page.goto('/')
  await page.locator('input[name=email]').fill('sato@example.jp')
  await page.locator('input[name=password]').fill('not the pass phrase')
  await page.locator('input[name=password]').press('Enter')
  await page.locator('[role=alert]').waitFor()
  assert.equal(await page.locator('input[name=email]').inputValue(), 'sato@example.jp')
})
