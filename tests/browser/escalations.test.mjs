// 要対応: who waits too long appears by itself, is taken, stopped, and seen to.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { until } from './support/henji.mjs'
import { automaticReplies, escalations, ladder, openThread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('urgent words reach the board by themselves, and a reason stops the mails', async () => {
  const suzuki = await scene.person('suzuki')
  const inbox = scene.henji.setup.inbox_id
  await suzuki.goto(`/settings/inboxes/${inbox}/escalation`)
  await ladder(suzuki).fill(1, { trigger: 'words', minutes: '0', words: '解約、至急', every: '60', to: 'supervisors' })
  // Tried before it is kept: what was typed stays, and nothing is kept yet.
  await ladder(suzuki).backtest()
  assert.match(await ladder(suzuki).tally(), /過去7日なら\d+回/)
  await barrierFree(suzuki, 'escalation-tally')
  await ladder(suzuki).save()
  assert.match(await ladder(suzuki).said(1), /「解約」か「至急」を含むメッセージが届いたらすぐ/)
  await barrierFree(suzuki, 'escalation-said')

  const sato = await scene.person('sato')
  const board = escalations(sato)
  await board.open()
  assert.equal(await board.count('overdue'), 0)
  const conversation = await scene.inbound(newNumber(), '解約したいのですが、どうすればよいですか')
  await until(async () => await board.count('overdue') === 1, { within: 10_000, what: 'the board to show it' })
  assert.match(await board.card(), /急ぎの言葉/)
  await board.told.first().waitFor()
  await barrierFree(sato, 'escalations-live')

  await board.stop('電話で話しました')
  assert.equal(await board.count('in_hand'), 1)
  await board.open('in_hand')
  await sato.goto(`/conversations/${conversation}`)
  assert.match(await sato.locator('main').innerText(), /電話で話しました/)
})

test('without scripts and on a phone the board does all of it', async () => {
  const tanaka = await scene.person('tanaka', { scripts: false, width: 'phone', locale: 'en', scheme: 'dark' })
  const board = escalations(tanaka)
  await scene.inbound(newNumber(), '至急お願いします')
  await until(async () => {
    await board.open()
    return await board.count('overdue') === 1 && /supervisor|鈴木/i.test(await board.card())
  }, { within: 10_000, what: 'the board to show it' })
  await takeScreenshot(tanaka, 'escalations-phone-dark')
  await board.take()
  await board.open()
  assert.equal(await board.count('overdue'), 0)
  assert.equal(await board.count('in_hand'), 2)
})

test('a reason in the making stays open when the card before it goes', async () => {
  const sato = await scene.person('sato')
  const board = escalations(sato)
  await scene.inbound(newNumber(), '至急ご連絡ください')
  await scene.inbound(newNumber(), '解約の件、至急です')
  await until(async () => {
    await board.open()
    return await board.count('overdue') === 2 && await board.taken.count() === 2
  }, { within: 10_000, what: 'both to be told of' })
  await board.give('電話で', 1)

  const tanaka = await scene.person('tanaka')
  await escalations(tanaka).open()
  await escalations(tanaka).take()
  await until(async () => await board.count('overdue') === 1, { within: 10_000, what: 'the first to go' })
  assert.equal(await board.reason.inputValue(), '電話で')
})

test('an inbox answers a word by itself, and the bubble says so', async () => {
  const suzuki = await scene.person('suzuki')
  const inbox = scene.henji.setup.inbox_id
  await suzuki.goto(`/settings/inboxes/${inbox}/automatic_replies`)
  await automaticReplies(suzuki).fill(1, { when: 'contains', words: '営業時間', body: '9時から18時まで営業しています。' })
  await automaticReplies(suzuki).save()
  await barrierFree(suzuki, 'automatic-replies-kept')
  const phone = await scene.person('suzuki', { scripts: false, width: 'phone', locale: 'en', scheme: 'dark' })
  await phone.goto(`/settings/inboxes/${inbox}/automatic_replies`)
  await takeScreenshot(phone, 'automatic-replies-phone-dark')

  const sato = await scene.person('sato')
  const conversation = await scene.inbound(newNumber(), '営業時間を教えてください')
  await sato.goto(`/conversations/${conversation}`)
  assert.match(await sato.locator('.m.out').last().innerText(), /9時から18時[^]*自動返信/)
  await takeScreenshot(sato, 'automatic-reply')
})

test('a text that did not arrive goes by mail, by a click', async () => {
  const suzuki = await scene.person('suzuki')
  await suzuki.goto('/settings/fields/new')
  await suzuki.locator('#name').fill('メールアドレス')
  await suzuki.locator('[name=kind][value=email]').check()
  await Promise.all([suzuki.waitForURL(/saved/), suzuki.locator('main form button.pri').click()])
  const { api } = scene.henji
  const conversation = await scene.inbound(newNumber(), '日程を送ってください')
  const { contact } = await api.call('GET', `/conversations/${conversation}`)
  await api.call('PUT', `/contacts/${contact.id}/fields`, { メールアドレス: 'hanako@example.com' })
  await api.behave({ receipt: 'undelivered' })
  const sato = await scene.person('sato')
  const thread = await openThread(sato, conversation)
  await thread.send('明日の10時はいかがですか')
  const button = sato.locator('.m.out [formaction$="/mail"]')
  await button.waitFor()
  await takeScreenshot(sato, 'mail-instead')
  await button.click()
  await sato.getByText(/メール送信待ち|メールで送信済み/).waitFor()
  await barrierFree(sato, 'mail-instead-done')
  await api.behave({ receipt: 'delivered' })
})

// No barrier, in light and dark, and a picture of each.
async function barrierFree(page, name) {
  await page.evaluate(axe)
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme })
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(found => found.id))
    assert.deepEqual(found, [], scheme)
    await takeScreenshot(page, `${name}-${scheme}`)
  }
}
