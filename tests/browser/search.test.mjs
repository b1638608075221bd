// Search: from a word to its place in the thread.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, listening, openThread, search, thread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('a two-letter word, typed into the list, leads to its place, and both ways from there #12', async () => {
  const customer = newNumber()
  let conversation
  for (let n = 1; n <= 130; n += 1) {
    conversation = await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: n === 60 ? '面接の候補日です' : `${n}通目` })
  }
  conversation = await scene.inbound(customer, '最後の一通')
  await indexed('面接', 1)
  const sato = await scene.person('sato')
  const look = search(sato)
  await look.fromList('面接')
  assert.equal(await look.hits.count(), 1)
  assert.deepEqual(await look.marks.allInnerTexts(), ['面接'])
  await look.hits.first().click()
  const talk = thread(sato)
  await talk.found.waitFor()
  assert.equal(await talk.found.locator('.b').innerText(), '面接の候補日です')
  assert.ok(await inSight(talk.found), 'it is in sight')
  assert.ok(await sato.evaluate(() => getComputedStyle(document.querySelector('.found .b')).outlineStyle !== 'none'), 'it stands out')
  assert.equal(new URL(sato.url()).pathname, `/conversations/${conversation}`)

  await talk.turn(-1, async () => (await talk.bodies())[0] === '1通目')
  await talk.turn(1, async () => (await talk.bodies()).at(-1) === '最後の一通')
  const bodies = await talk.bodies()
  assert.equal(new Set(bodies).size, bodies.length, 'no line twice')
})

test('a date, typed into the thread, leads to its first line; the text being written stays #12', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '今日の一通')
  const sato = await scene.person('sato')
  const talk = await openThread(sato, conversation)
  await talk.shows('今日の一通')
  // The server is still about to take the text when it draws the page.
  let taken
  await sato.route('**/draft', route => { taken = () => route.continue() })
  await talk.field.fill('書きかけ')
  await until(() => taken, { what: 'the draft to be on its way' })
  await talk.field.press('Escape')
  await sato.keyboard.press('d')
  await sato.keyboard.type('01012026')
  await talk.jumpTo('2026-01-01')
  await talk.found.waitFor()
  assert.equal(await talk.found.locator('.b').innerText(), '今日の一通')
  assert.equal(await talk.field.inputValue(), '書きかけ')
  assert.match(sato.url(), /at=2026-01-01/)
  await sato.unroute('**/draft')
})

test('a new text is found within a second, by the slash key and without a mouse', async () => {
  const sato = await scene.person('sato')
  await listening(sato, () => sato.goto('/conversations'))
  const word = `合言葉${Date.now()}`
  await scene.inbound(newNumber(), `${word}です`)
  const arrived = performance.now()
  await indexed(word, 1)
  assert.ok(performance.now() - arrived < 1_500, `${performance.now() - arrived} ms`)
  await sato.keyboard.press('/')
  await sato.keyboard.type('x')
  await sato.keyboard.press('Control+a')
  await sato.keyboard.type(word)
  await sato.keyboard.press('Enter')
  await sato.waitForURL(/\/search\?/)
  const look = search(sato)
  assert.equal(await look.hits.count(), 1)
  // And from there on again.
  await sato.keyboard.press('Tab')
  await sato.locator('body').press('/')
  assert.equal(await look.field.evaluate(field => field === document.activeElement), true)
})

test("Enter of an input method searches for nothing yet, neither Chromium's nor Safari's #19", async () => {
  const sato = await scene.person('sato')
  await sato.goto('/search')
  const look = search(sato)
  await look.field.focus()
  const session = await sato.context().newCDPSession(sato)
  await session.send('Input.imeSetComposition', { text: 'めんせつ', selectionStart: 4, selectionEnd: 4 })
  await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
  await session.send('Input.insertText', { text: '面接' })
  assert.equal(new URL(sato.url()).search, '')
  assert.equal(await look.field.inputValue(), '面接')
  // Safari ends the composition first, and then sends the key.
  const stopped = await look.field.evaluate(field => {
    field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))
    field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '面接' }))
    return !field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))
  })
  assert.ok(stopped, 'the key that ends a composition sends nothing')
  await new Promise(done => setTimeout(done, 100))
  await look.field.press('Enter')
  await sato.waitForURL(/\/search\?q=/)
})

test('without scripts: search, the hit in its place, both ways, and a date', async () => {
  const customer = newNumber()
  const body = `台本なし${customer.slice(-4)}`
  for (let n = 1; n <= 40; n += 1) await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: `前 ${n}` })
  await scene.inbound(customer, body)
  for (let n = 1; n <= 40; n += 1) await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: `後 ${n}` })
  await indexed(body, 1)
  const page = await scene.person('tanaka', { scripts: false })
  const look = search(page)
  await look.fromList(body)
  await look.hits.first().click()
  const talk = thread(page)
  assert.equal(await talk.found.locator('.b').innerText(), body)
  const box = await talk.found.boundingBox()
  assert.ok(box && box.y > 0 && box.y < 900, 'the browser itself goes there')
  await talk.older.click()
  assert.equal((await talk.bodies())[0], '前 1')
  await page.goBack()
  await page.locator('#newer').click()
  assert.equal((await talk.bodies()).at(-1), '後 40')
  await page.goto(new URL(page.url()).pathname)
  await talk.jumpTo('2026-01-01')
  assert.equal(await talk.found.locator('.b').innerText(), '前 1')
  // Numbers, and what says that nothing is there.
  await look.ask(customer.slice(-6))
  assert.equal(await look.contacts.count(), 1)
  await look.ask('ありえない言葉')
  assert.equal(await look.contacts.count() + await look.hits.count(), 0)
  await page.locator('.empty b').waitFor()
})

test('a stranger to the inbox finds nothing, and no link leads in', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '部外者には秘密')
  const sato = await scene.person('sato')
  await until(async () => {
    await search(sato).ask('部外者')
    return await search(sato).hits.count() === 1
  }, { what: 'Sato to find it' })
  const href = await search(sato).hits.first().getAttribute('href')
  const yamada = await scene.person('yamada')
  await search(yamada).ask('部外者')
  assert.equal(await search(yamada).hits.count(), 0)
  await search(yamada).ask(customer.slice(-4))
  assert.equal(await search(yamada).contacts.count(), 0)
  assert.equal((await yamada.goto(href)).status(), 404)
  assert.equal(await list(sato).row(conversation).count(), 0)
})

// The index follows the log; a story begins when it has.
function indexed(words, hits) {
  return until(async () => (await scene.henji.api.call('GET', `/search?q=${encodeURIComponent(words)}`)).items.length === hits,
    { what: `${hits} × "${words}" to be found` })
}

function inSight(element) {
  return element.evaluate(it => {
    const pane = document.querySelector('#scroll').getBoundingClientRect()
    const box = it.getBoundingClientRect()
    return box.top >= pane.top && box.bottom <= pane.bottom
  })
}
