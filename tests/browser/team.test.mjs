// Colleagues see each other: who is there, who writes, who has gone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, listening, openThread } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('a colleague who opens the thread is seen in head and row within a second #29', async () => {
  const { conversation, sato } = await alone('誰がいますか')
  const page = await scene.person('tanaka')
  await openThread(page, conversation)
  const arrived = Date.now()
  await sato.viewers.first().waitFor()
  await list(sato.page).viewers(conversation).first().waitFor()
  assert.ok(Date.now() - arrived < 1_000, `${Date.now() - arrived} ms`)
  assert.equal(await sato.viewers.first().getAttribute('title'), `${cast.tanaka.name}さんも見ています`)
  assert.equal(await sato.viewers.count(), 1, 'nobody sees a face of their own')

  // What happens in the thread takes the face away neither from the head nor from the row.
  await sato.act('take')
  await sato.assignee.filter({ hasText: cast.sato.name }).waitFor()
  assert.equal(await sato.viewers.count(), 1)
  assert.equal(await list(sato.page).viewers(conversation).count(), 1)

  await page.close()
  await gone(sato.viewers, 35_000)
  await gone(list(sato.page).viewers(conversation), 1_000)
})

test('a browser whose line is dead is gone within 35 seconds #29', async () => {
  const { conversation, sato } = await alone('線が死んだら')
  const page = await scene.person('tanaka')
  await openThread(page, conversation)
  await sato.viewers.first().waitFor()
  // As a machine does that falls asleep: it closes nothing and says nothing.
  const session = await page.context().newCDPSession(page)
  await session.send('Debugger.enable')
  await session.send('Debugger.pause')
  const slept = Date.now()
  await gone(sato.viewers, 35_000)
  assert.ok(Date.now() - slept > 5_000, 'it was not the line that told')
})

test('who types is named within a second, and no longer eight seconds after the last key #30', async () => {
  const { conversation, sato } = await alone('どちらが返事を')
  const tanaka = await openThread(await scene.person('tanaka'), conversation)
  await sato.viewers.first().waitFor()
  await tanaka.field.pressSequentially('た')
  const begun = Date.now()
  await sato.typists.first().waitFor()
  assert.ok(Date.now() - begun < 1_000, `${Date.now() - begun} ms`)
  assert.equal((await sato.typists.first().innerText()).trim(), `${cast.tanaka.name}さんが返信を作成しています`)
  assert.equal(await tanaka.typists.count(), 0, 'nobody is told of themselves')
  // For as long as keys come.
  for (let n = 0; n < 8; n += 1) {
    await tanaka.field.pressSequentially('い')
    await sato.page.waitForTimeout(1_000)
    assert.equal(await sato.typists.count(), 1, `after ${n + 1} s`)
  }
  const last = Date.now()
  await gone(sato.typists, 8_000 - 1_000)
  assert.ok(Date.now() - last > 2_000, 'a pause to think is not the end')
  assert.equal(await sato.viewers.count(), 1, 'still there')

  // Sending ends it at once.
  await tanaka.field.pressSequentially('ま')
  await sato.typists.first().waitFor()
  await tanaka.sendButton.click()
  await gone(sato.typists, 1_000)
})

test('a note in the making is nobody’s answer', async () => {
  const { conversation, sato } = await alone('メモを書くだけ')
  const tanaka = await openThread(await scene.person('tanaka'), conversation)
  await sato.viewers.first().waitFor()
  await tanaka.chooseMode('note')
  await tanaka.field.pressSequentially('倉庫に確認')
  await sato.page.waitForTimeout(1_000)
  assert.equal(await sato.typists.count(), 0)
})

async function alone(body) {
  const conversation = await scene.inbound(newNumber(), body)
  const sato = await openThread(await scene.person('sato'), `${conversation}?view=all`)
  await listening(sato.page)
  return { conversation, sato }
}

function gone(faces, within) {
  return until(async () => (await faces.count()) === 0, { within, what: 'the face to go' })
}
