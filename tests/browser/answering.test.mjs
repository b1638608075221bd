// Sending: at once on screen, once at the customer, never against a colleague.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { openThread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage({ undo: 0 })

test('Enter that belongs to the input method sends nothing #18', async () => {
  const { thread, customer } = await talk('変換の試験')
  const keys = await thread.page.context().newCDPSession(thread.page)
  await thread.field.focus()
  await keys.send('Input.imeSetComposition', { text: 'へんかん', selectionStart: 4, selectionEnd: 4 })
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 }
  for (const modifiers of [0, 2]) {
    await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', modifiers, ...enter })
    await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', modifiers, ...enter })
  }
  await keys.send('Input.insertText', { text: '変換' })
  assert.equal(await thread.field.inputValue(), '変換')
  assert.deepEqual(await thread.bodies(), ['変換の試験'], 'only the customer’s own text')

  await thread.field.press('Control+Enter')
  await arrives(customer, '変換')
  assert.equal(await thread.field.inputValue(), '')
})

test('where Enter sends, the one that ends a conversion still does not #18', async () => {
  const { thread, customer } = await talk('改行で送る設定')
  await thread.enterSends(true)
  const keys = await thread.page.context().newCDPSession(thread.page)
  await thread.field.focus()
  await keys.send('Input.imeSetComposition', { text: 'おくる', selectionStart: 3, selectionEnd: 3 })
  const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 }
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
  await keys.send('Input.insertText', { text: '送る' })
  // As Safari tells it: the conversion ends first, its key comes after.
  await thread.field.evaluate(field => {
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  })
  assert.equal(await thread.field.inputValue(), '送る')
  assert.deepEqual(await thread.bodies(), ['改行で送る設定'])

  await thread.page.waitForTimeout(100)
  await thread.field.press('Shift+Enter')
  assert.equal(await thread.field.inputValue(), '送る\n')
  await thread.field.press('Enter')
  assert.equal(await thread.field.inputValue(), '')
  await arrives(customer, '送る')
  await thread.enterSends(false)
})

test('two agents answer at once: the second is asked, and keeps the text #31', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '返品できますか')
  const sato = await openThread(await scene.person('sato'), conversation)
  const tanaka = await openThread(await scene.person('tanaka'), conversation)

  await sato.field.fill('はい、できます(佐藤)')
  await tanaka.send('承ります(田中)')
  await arrives(customer, '承ります(田中)')
  await sato.sendButton.click()

  await sato.conflict.waitFor()
  assert.match(await sato.conflict.innerText(), /承ります\(田中\)/)
  assert.equal(await sato.conflictField.inputValue(), 'はい、できます(佐藤)')
  assert.equal((await texts(customer)).length, 1, 'nothing went out behind the question')

  await sato.confirm()
  await arrives(customer, 'はい、できます(佐藤)')
  assert.equal((await texts(customer)).length, 2)
})

test('a refusal of the server stays on screen, survives a reload, and is retried once #21 #22', async () => {
  const { thread, customer, conversation } = await talk('届きますか')
  let refusals = 0
  await thread.page.route(`**/conversations/${conversation}/messages`, route => {
    refusals += 1
    return refusals === 1 ? route.fulfill({ status: 503, body: '' }) : route.continue()
  })
  await thread.send('はい、届きました')
  await thread.retry.waitFor()
  await thread.page.reload()
  await thread.retry.waitFor()
  assert.equal(await thread.bubble('はい、届きました').count(), 1)

  await thread.retry.click()
  await arrives(customer, 'はい、届きました')
  await thread.shows('はい、届きました')
  await thread.page.reload()
  await thread.shows('はい、届きました')
  assert.equal((await texts(customer)).length, 1)
})

test('written while the wire is down: sent when it is back, exactly once #21', async () => {
  const { thread, customer } = await talk('つながりますか')
  scene.henji.wire.down()
  await thread.send('つながりました')
  await thread.shows('つながりました', 1_000)
  await thread.page.waitForTimeout(500)
  assert.equal((await texts(customer)).length, 0)
  scene.henji.wire.up()
  await arrives(customer, 'つながりました', 40_000)
  await thread.shows('つながりました')
  assert.equal((await texts(customer)).length, 1)
})

test('the bubble is there before the server has said anything #20', async () => {
  const { thread, conversation } = await talk('速いですか')
  let answer
  await thread.page.route(`**/conversations/${conversation}/messages`, route => { answer = () => route.continue() })
  await thread.send('速いです')
  await thread.shows('速いです', 200)
  const id = await thread.bubble('速いです').getAttribute('id')
  await until(() => answer, { what: 'the request' })
  await answer()
  await until(async () => (await thread.bubble('速いです').getAttribute('data-id')) !== null, { what: 'the server’s bubble' })
  assert.equal(await thread.bubble('速いです').getAttribute('id'), id, 'the same place, the same name')
})

test('two clicks on send are one message #23', async () => {
  const { thread, customer } = await talk('二回押しますか')
  await thread.field.fill('一回です')
  await thread.sendButton.dblclick()
  await arrives(customer, '一回です')
  await thread.page.waitForTimeout(1_000)
  assert.equal((await texts(customer)).length, 1)
})

test('delivery is told in the bubble', async () => {
  const { thread, customer } = await talk('届いたら教えて')
  await thread.send('届きましたか')
  await arrives(customer, '届きましたか')
  await thread.delivered('届きましたか')
})

test('taken back in time: nothing leaves, and the text is in the box again #24', async () => {
  await scene.undo(5)
  const { thread, customer } = await talk('まだ間に合いますか')
  await thread.send('間違えました')
  await thread.undo.waitFor()
  await thread.field.blur()
  await thread.page.keyboard.press('z')
  await until(async () => (await thread.field.inputValue()) === '間違えました', { what: 'the text in the box' })
  await thread.page.waitForTimeout(6_000)
  assert.deepEqual(await texts(customer), [])
})

async function talk(body) {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, body)
  const thread = await openThread(await scene.person('sato'), conversation)
  return { customer, conversation, thread }
}

async function texts(customer) {
  return (await scene.henji.api.handset(customer)).map(text => text.body)
}

function arrives(customer, body, within = 20_000) {
  return until(async () => (await texts(customer)).includes(body), { within, what: `"${body}" at the handset` })
}
