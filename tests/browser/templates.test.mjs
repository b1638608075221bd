// Texts that are written often, and what is refused beside the field.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { makeTemplate, openThread } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const scene = stage({ undo: 0 })
const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 }

test('an administrator makes templates that agents find by typing', async () => {
  const suzuki = await scene.person('suzuki')
  await makeTemplate(suzuki, { name: 'お礼', shortcut: 'orei', body: '{{氏名}}様 お問い合わせありがとうございます。担当の{{担当者}}です。' })
  await makeTemplate(suzuki, { name: '営業時間のご案内', shortcut: 'jikan', body: '営業時間は9時から18時です。' })

  const { thread } = await talk('何時までですか')
  await thread.field.pressSequentially('/')
  await thread.templates.first().waitFor()
  assert.equal(await thread.templates.count(), 2)
  await thread.field.pressSequentially('ji')
  await until(async () => (await thread.templates.count()) === 1, { what: 'the search' })
  await thread.field.press('Enter')
  assert.equal(await thread.field.inputValue(), '営業時間は9時から18時です。')
  assert.equal(await thread.templates.count(), 0)
})

test('by the arrows, by the button, and away again by Escape', async () => {
  const { thread } = await talk('矢印で')
  await thread.field.fill('こんにちは。')
  await thread.templateButton.click()
  await thread.templates.first().waitFor()
  await thread.field.press('Escape')
  assert.equal(await thread.templates.count(), 0)
  assert.equal(await thread.field.inputValue(), 'こんにちは。')
  assert.ok(await thread.field.evaluate(field => field === document.activeElement))
  await thread.templateButton.click()
  await thread.templates.first().waitFor()
  await thread.field.press('ArrowDown')
  const marked = await thread.templates.nth(1).getAttribute('aria-selected')
  assert.equal(marked, 'true')
  assert.equal(await thread.field.getAttribute('aria-activedescendant'), await thread.templates.nth(1).getAttribute('id'))
  await thread.field.press('ArrowDown')
  await thread.field.press('Tab')
  assert.match(await thread.field.inputValue(), /^こんにちは。.+/)
})

test('Enter of the input method chooses nothing from the list #19', async () => {
  const { thread } = await talk('変換中のEnter')
  const keys = await thread.page.context().newCDPSession(thread.page)
  await thread.field.pressSequentially('/')
  await thread.templates.first().waitFor()
  await keys.send('Input.imeSetComposition', { text: 'えいぎょう', selectionStart: 5, selectionEnd: 5 })
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
  await keys.send('Input.insertText', { text: '営業' })
  assert.equal(await thread.field.inputValue(), '/営業')
  await until(async () => (await thread.templates.count()) === 1, { what: 'the search by what was converted' })
  // As Safari tells it: the conversion ends first, its key comes after.
  await thread.field.evaluate(field => {
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  })
  assert.equal(await thread.field.inputValue(), '/営業')
  await thread.page.waitForTimeout(100)
  await thread.field.press('Enter')
  assert.equal(await thread.field.inputValue(), '営業時間は9時から18時です。')
})

test('a place that nothing fills is selected, and refused where it stands #27', async () => {
  const { thread, customer } = await talk('名前のない人')
  await thread.field.pressSequentially('/orei')
  await thread.templates.first().waitFor()
  await thread.field.press('Enter')
  const text = await thread.field.inputValue()
  assert.equal(text, `{{氏名}}様 お問い合わせありがとうございます。担当の${cast.sato.name}です。`)
  const selected = await thread.field.evaluate(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))
  assert.equal(selected, '{{氏名}}')
  await thread.sendButton.click()
  await refused(thread, /差し込み項目/)
  assert.equal(await thread.field.inputValue(), text, 'nothing of it is lost')

  await thread.field.fill(text.replace('{{氏名}}', '山田'))
  await thread.wrong.waitFor({ state: 'hidden' })
  await thread.sendButton.click()
  await arrives(customer, text.replace('{{氏名}}', '山田'))
})

test('a card number, a My Number and a customer who has stopped: refused beside the field #27', async () => {
  const { thread, customer } = await talk('番号を送って')
  for (const [body, why] of [
    ['カード番号は4111-1111-1111-1111です', /カード番号が含まれています/],
    ['マイナンバー ９８３２０５６７３２１４', /マイナンバーが含まれています/],
  ]) {
    await thread.send(body)
    await refused(thread, why)
    assert.equal(await thread.field.inputValue(), body)
    assert.equal(await thread.bubble(body).count(), 0)
    // Pressing again does not help.
    await thread.sendButton.click()
    await refused(thread, why)
    await thread.field.fill('')
  }
  await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: 'STOP' })
  await thread.shows('STOP')
  await thread.send('まだ送れますか')
  await refused(thread, /配信停止/)
  assert.equal(await thread.field.inputValue(), 'まだ送れますか')
  assert.deepEqual(await scene.henji.api.handset(customer), [])
})

test('digits that only look like a secret are asked about once', async () => {
  const { thread, customer } = await talk('会員番号は?')
  const body = '会員番号は 4111 1111 1111 1111 です'
  await thread.send(body)
  await refused(thread, /カード番号かもしれない/)
  await thread.sendButton.click()
  await arrives(customer, body)
})

test('without scripts: chosen from a menu, filled by the server, refused beside the field', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, 'メニューから')
  const thread = await openThread(await scene.person('sato', { scripts: false }), conversation)
  await thread.field.fill('こんにちは')
  await thread.insertTemplate('お礼')
  assert.match(await thread.field.inputValue(), /^こんにちは\n\{\{氏名\}\}様/)
  await thread.sendButton.click()
  await thread.wrong.waitFor()
  assert.match(await thread.wrong.innerText(), /差し込み項目/)
  assert.match(await thread.field.inputValue(), /^こんにちは\n\{\{氏名\}\}様/)
})

async function talk(body) {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, body)
  const thread = await openThread(await scene.person('sato'), conversation)
  return { customer, conversation, thread }
}

// A new try takes the old refusal away, so what stands there answers this one.
async function refused(thread, why) {
  await until(async () => why.test(await thread.wrong.innerText()) && thread.field.evaluate(field => field === document.activeElement),
    { what: `${why} beside the field, and the focus in it` })
  assert.equal(await thread.field.getAttribute('aria-invalid'), 'true')
}

function arrives(customer, body) {
  return until(async () => (await scene.henji.api.handset(customer)).some(text => text.body === body),
    { within: 20_000, what: `"${body}" at the handset` })
}
