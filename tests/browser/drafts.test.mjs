// What is written is never lost: not by leaving, not by another machine.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, openThread, thread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('a draft waits in its conversation: there and back, after a reload, in another browser #25', async () => {
  const first = await scene.inbound(newNumber(), '見積もりをお願いします')
  const second = await scene.inbound(newNumber(), '別のお客様です')
  const sato = await openThread(await scene.person('sato'), first)
  await sato.field.pressSequentially('折り返しご連絡')
  // Gone to another conversation with the last key still warm.
  await list(sato.page).open(second)
  await sato.page.waitForURL(`**/${second}*`)
  assert.equal(await sato.field.inputValue(), '')
  await list(sato.page).draft(first).waitFor()
  await list(sato.page).open(first)
  await sato.page.waitForURL(`**/${first}*`)
  await holds(sato, '折り返しご連絡')

  await sato.field.press('End')
  await sato.field.pressSequentially('します')
  await sato.draftKept.waitFor()
  await sato.purpose.selectOption('notice')
  await sato.draftKept.waitFor()
  await sato.page.reload()
  await holds(sato, '折り返しご連絡します')

  const elsewhere = await openThread(await scene.person('sato'), first)
  await holds(elsewhere, '折り返しご連絡します')
  assert.equal(await elsewhere.purpose.inputValue(), 'notice')
  const tanaka = await openThread(await scene.person('tanaka'), first)
  assert.equal(await tanaka.field.inputValue(), '', 'it is the writer’s own')

  await elsewhere.sendButton.click()
  await list(sato.page).draft(first).waitFor({ state: 'detached' })
  await sato.page.reload()
  assert.equal(await sato.field.inputValue(), '')
})

test('a tab that is closed at once leaves what was typed behind', async () => {
  const conversation = await scene.inbound(newNumber(), 'すぐ閉じます')
  const page = await scene.person('sato')
  const sato = await openThread(page, conversation)
  await sato.field.fill('閉じる前の一言')
  await page.goto('/settings/preferences')
  await until(async () => (await openThread(page, conversation)).field.inputValue().then(text => text === '閉じる前の一言'),
    { what: 'the draft of the page that was left' })
})

test('what the server could not take is kept in the box and taken when it can', async () => {
  const conversation = await scene.inbound(newNumber(), '切れますか')
  const page = await scene.person('sato')
  const sato = await openThread(page, conversation)
  scene.henji.wire.down()
  await sato.field.fill('線が切れても')
  await page.waitForTimeout(1_000)
  assert.equal(await sato.draftKept.isVisible(), false)
  scene.henji.wire.up()
  await sato.draftKept.waitFor({ timeout: 40_000 })
  const elsewhere = await openThread(await scene.person('sato'), conversation)
  await holds(elsewhere, '線が切れても')
})

test('two tabs of one person show the same draft, but never under the hands', async () => {
  const conversation = await scene.inbound(newNumber(), '二つの窓')
  const page = await scene.person('sato')
  const here = await openThread(page, conversation)
  const other = await openThread(await page.context().newPage(), conversation)
  await here.page.bringToFront()
  await here.field.pressSequentially('こちらで書く')
  await here.draftKept.waitFor()
  await holds(other, 'こちらで書く')
  await other.field.focus()
  await here.field.pressSequentially('続き')
  await here.draftKept.waitFor()
  assert.equal(await other.field.inputValue(), 'こちらで書く')
})

test('a note stays a note, and nothing of it is kept in the browser', async () => {
  const conversation = await scene.inbound(newNumber(), 'メモの下書き')
  const page = await scene.person('sato')
  const sato = await openThread(page, conversation)
  await sato.chooseMode('note')
  await sato.field.fill('倉庫に聞く')
  await sato.draftKept.waitFor()
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  assert.ok(!stored.includes('倉庫'), stored)
  await page.reload()
  await holds(sato, '倉庫に聞く')
  assert.equal(await sato.mode(), 'note')
})

test('without scripts: kept by its button #25', async () => {
  const conversation = await scene.inbound(newNumber(), 'ボタンで保存')
  const page = await scene.person('sato', { scripts: false })
  const sato = await openThread(page, conversation)
  await sato.field.fill('あとで続きを')
  await sato.keepDraft()
  assert.equal(await sato.field.inputValue(), 'あとで続きを')
  await page.goto('/conversations?view=all')
  await list(page).draft(conversation).waitFor()
  await list(page).open(conversation)
  await thread(page).sendButton.click()
  await thread(page).shows('あとで続きを')
  assert.equal(await list(page).draft(conversation).count(), 0)
  assert.equal(await thread(page).field.inputValue(), '')
})

function holds(talk, text) {
  return until(async () => (await talk.field.inputValue()) === text, { what: `"${text}" in the box` })
}
