// A day's work without a mouse.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root, until } from './support/henji.mjs'
import { list, makeTag, openThread, palette, team, thread } from './support/pages.mjs'
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

  await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: 'もう一つ' })
  await page.reload()
  await talk.shows('もう一つ')
  await page.locator('#who').focus()
  await page.keyboard.press('!')
  await page.locator('.side [data-act=help][name=_method]').waitFor()
  await page.keyboard.press('r')
  await page.keyboard.type('これで完了です')
  await page.keyboard.press('Control+Shift+Enter')
  await talk.closed.waitFor()
  await talk.shows('これで完了です')
  await page.locator('.toast [data-undo]').waitFor()

  await page.keyboard.press('Alt+8')
  await page.waitForURL(/view=closed/)
  await list(page).row(conversation).waitFor()
  await page.goto('/contacts')
  await page.keyboard.press('Alt+5')
  await page.waitForURL(/view=all/)

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
  for (const key of keysThereAre()) assert.ok(told.includes(key), `${key} is not told`)
  await page.locator('#keys-off').check()
  await page.keyboard.press('Escape')
  await page.locator('#who').focus()
  await page.keyboard.press('e')
  await page.keyboard.press('i')
  await page.waitForTimeout(500)
  const { state, assignee } = await scene.henji.api.call('GET', `/conversations/${conversation}`)
  assert.deepEqual([state, assignee], ['open', null], 'nothing listens to single keys')
})

test('one message by keys: chosen, copied, linked to, quoted; the first unread, and what failed #39', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '一つ目の文')
  await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: '二つ目の文' })
  const page = await scene.person('sato')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const talk = await openThread(page, conversation)
  await talk.shows('二つ目の文')
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  const chosen = () => page.evaluate(() => document.activeElement.querySelector?.(':scope.line .b')?.textContent)

  await page.locator('#who').focus()
  await page.keyboard.press('c')
  await page.keyboard.press('Shift+ArrowUp')
  await until(async () => await chosen() === '二つ目の文', { what: 'the newest to be chosen' })
  await page.keyboard.press('Shift+ArrowUp')
  await until(async () => await chosen() === '一つ目の文', { what: 'the one above it' })
  await page.keyboard.press('c')
  await until(async () => await copied() === '一つ目の文', { what: 'its words' })
  await page.keyboard.press('y')
  await until(async () => (await copied()).includes('?m='), { what: 'its link' })
  const link = await copied()
  await page.keyboard.press('Shift+ArrowDown')
  await until(async () => await chosen() === '二つ目の文', { what: 'the one below' })
  await page.keyboard.press('q')
  await until(async () => await talk.field.inputValue() === '> 二つ目の文\n', { what: 'the quotation' })
  assert.equal(await talk.mode(), 'note')
  await talk.field.fill('')
  await page.goto(link)
  await talk.found.filter({ hasText: '一つ目の文' }).waitFor()

  await scene.crowd(customer, 30)
  await openThread(page, conversation)
  await talk.divider.waitFor()
  await page.locator('#who').focus()
  await page.keyboard.press('l')
  await until(async () => (await talk.place()).left < 2, { what: 'the end' })
  await page.keyboard.press('Shift+U')
  await until(async () => (await talk.place()).left > 2, { what: 'the first unread' })

  let refuses = true
  await page.route(`**/conversations/${conversation}/messages`, route => refuses ? route.fulfill({ status: 503, body: '' }) : route.continue())
  await talk.send('もう一度送ります')
  await until(async () => await talk.retry.count() === 1, { within: 15_000, what: 'it to fail' })
  refuses = false
  await page.keyboard.press('Alt+r')
  await until(async () => (await scene.henji.api.handset(customer)).length === 1, { within: 20_000, what: 'it at the handset' })
})

test('a tag by a few letters; Enter of the input method puts none on #19', async () => {
  const suzuki = await scene.person('suzuki')
  for (const name of ['面接の調整', '住所変更']) await makeTag(suzuki, name)
  const conversation = await scene.inbound(newNumber(), 'タグを打つ')
  const page = await scene.person('sato')
  await openThread(page, conversation)
  const { tags, tag } = team(page)
  await page.locator('#who').focus()
  await page.keyboard.press('t')
  const keys = await page.context().newCDPSession(page)
  await keys.send('Input.imeSetComposition', { text: 'めんせつ', selectionStart: 4, selectionEnd: 4 })
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
  await keys.send('Input.insertText', { text: '面接' })
  await until(async () => await tag('住所変更').isHidden(), { what: 'the other to be passed over' })
  assert.ok(await tag('面接の調整').isVisible())
  // Safari ends the composition first, and then sends the key.
  await page.locator('#tag-find').evaluate(field => {
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
  })
  assert.equal(await tag('面接の調整').getAttribute('aria-pressed'), 'false')
  await page.waitForTimeout(100)
  await page.keyboard.press('Enter')
  await tags.filter({ hasText: '面接の調整' }).waitFor()
  assert.equal(await tags.count(), 1)
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

// Every key that does something by itself, as the help writes it.
function keysThereAre() {
  const source = readFileSync(join(root, 'static/js/keys.js'), 'utf8')
  const [, commands] = source.match(/\nconst commands = \{\n(.*?)\n\}\n/s)
  const named = [...commands.matchAll(/^ {2}(?:'([^']+)'|(\w+)):/gm)].flatMap(([, quoted, bare]) => (quoted ?? bare).split(' '))
  assert.ok(named.length > 25, `only ${named}`)
  const arrows = { ArrowUp: '↑', ArrowDown: '↓' }
  return [...named.map(key => arrows[key] ?? key), 'Alt', 'Ctrl', 'Shift', 'Enter', 'Esc', 'R', 'N', '1', '8']
}
