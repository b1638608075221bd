// A day's work without a mouse.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, openThread, palette, thread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('open, answer, note, take and close, by keys alone #39', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '鍵盤だけで')
  const page = await scene.person('sato')
  const talk = thread(page)

  await list(page).row(conversation).waitFor()
  await page.keyboard.press('j')
  await until(() => page.evaluate(id => document.activeElement?.closest(`#row-${id}`) !== null, conversation), { what: 'focus on the row' })
  await page.keyboard.press('Enter')
  await talk.shows('鍵盤だけで')

  await page.keyboard.press('r')
  await focusOn(talk.field)
  await page.keyboard.type('e を打っても閉じません')
  await page.keyboard.press('Control+Enter')
  await talk.shows('e を打っても閉じません')

  await page.keyboard.press('Escape')
  await page.keyboard.press('n')
  await page.keyboard.type('鍵盤のメモ')
  await page.keyboard.press('Control+Enter')
  await talk.shows('鍵盤のメモ')

  await page.keyboard.press('Escape')
  await page.keyboard.press('i')
  await until(async () => (await about()).assignee, { what: 'the conversation to be taken' })
  assert.equal((await about()).state, 'open')
  await page.keyboard.press('e')
  await until(async () => (await about()).state === 'closed', { what: 'the conversation to be closed' })

  await until(async () => (await scene.henji.api.handset(customer)).length === 1, { within: 20_000, what: 'one text at the handset' })

  function about() {
    return scene.henji.api.call('GET', `/conversations/${conversation}`)
  }
})

test('what has the focus can be seen #39', async () => {
  await scene.inbound(newNumber(), '見える焦点')
  const page = await scene.person('sato')
  for (let step = 0; step < 15; step += 1) {
    await page.keyboard.press('Tab')
    const bare = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement)
      const shown = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
      return document.activeElement === document.body || shown ? null : document.activeElement.outerHTML
    })
    assert.equal(bare, null, 'an element without a visible focus ring')
  }
})

test('every key is told by ?, and single keys can be switched off #39', async () => {
  const conversation = await scene.inbound(newNumber(), '切り替え')
  const page = await scene.person('sato')
  await page.goto(`/conversations/${conversation}`)
  await thread(page).shows('切り替え')
  await page.locator('#who').focus()
  await page.keyboard.press('?')
  const help = page.locator('#help')
  await help.waitFor()
  const told = await help.locator('kbd').allInnerTexts()
  for (const key of ['j', 'k', 'x', 'r', 'n', 'i', 'a', 's', 't', 'e', 'u', 'l', 'z', ']', '[', '?']) assert.ok(told.includes(key), `${key} is not told`)
  await page.locator('#keys-off').check()
  await page.keyboard.press('Escape')
  await page.locator('#who').focus()
  await page.keyboard.press('e')
  await page.keyboard.press('i')
  await page.waitForTimeout(500)
  const { state, assignee } = await scene.henji.api.call('GET', `/conversations/${conversation}`)
  assert.deepEqual([state, assignee], ['open', null], 'nothing listens to single keys')
})

test('by name: a verb, a view, a conversation, a search; and Enter of the input method chooses nothing #19 #39', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '名前で探す')
  const page = await scene.person('sato')
  await openThread(page, conversation)
  const { open, dialog, field, offered, chosen } = palette(page)
  await open()
  assert.ok(await offered.count() > 10)
  await page.keyboard.type('took')
  assert.equal(await offered.count(), 1, 'only to search for it')
  await field.fill('保留に')
  assert.equal(await offered.count(), 2)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  assert.match(await chosen.innerText(), /保留にする/)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  await open()
  await page.keyboard.type('take')
  assert.match(await chosen.innerText(), /担当する/, 'found by its English name')
  await page.keyboard.press('Enter')
  await until(async () => (await scene.henji.api.call('GET', `/conversations/${conversation}`)).assignee, { what: 'it to be taken' })

  await open()
  const keys = await page.context().newCDPSession(page)
  await keys.send('Input.imeSetComposition', { text: 'ほりゅう', selectionStart: 4, selectionEnd: 4 })
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
  await keys.send('Input.insertText', { text: '保留' })
  assert.equal(await field.inputValue(), '保留')
  await until(async () => /保留/.test(await chosen.innerText()), { what: 'what was converted to be found' })
  // Safari ends the composition first, and then sends the key.
  await field.evaluate(each => {
    each.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    each.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  })
  assert.ok(await dialog.isVisible())
  await page.waitForTimeout(100)
  await field.fill('対応済み')
  await page.locator('#view-closed').click()
  await page.waitForURL(/view=closed/)

  await open()
  assert.equal(await page.locator('#do-1[data-key=r]').count(), 0, 'no conversation is open')
  await field.fill(customer.slice(-4))
  await page.keyboard.press('Enter')
  await page.waitForURL(url => url.pathname.endsWith(conversation))
  await open()
  await page.keyboard.type('名前で探す')
  await page.keyboard.press('Enter')
  await page.waitForURL(url => url.pathname === '/search' && url.searchParams.get('q') === '名前で探す')
})

test('many at once, by keys alone #39', async () => {
  const conversations = [await scene.inbound(newNumber(), '一'), await scene.inbound(newNumber(), '二')]
  const page = await scene.person('tanaka')
  await page.goto('/conversations?view=unassigned')
  await list(page).row(conversations[1]).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Shift+J')
  await page.keyboard.press('i')
  for (const id of conversations) await until(async () => (await scene.henji.api.call('GET', `/conversations/${id}`)).assignee, { what: 'it to be taken' })
})

function focusOn(field) {
  return until(() => field.evaluate(element => element === document.activeElement), { what: 'focus in the reply' })
}
