// A team in one inbox: what one does, the other sees, and nobody loses their place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, listening, makeTag, openThread, search, team, thread } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('what a colleague does appears without a reload and takes no focus away #32', async () => {
  const tag = await tagged('面接')
  const conversation = await scene.inbound(newNumber(), '在庫はありますか')
  const sato = await scene.person('sato')
  await listening(sato, () => sato.goto(`/conversations/${conversation}?view=all`))
  await sato.evaluate(() => { globalThis.stayed = true })
  const tanaka = await openThread(await scene.person('tanaka'), conversation)
  const mine = thread(sato)
  await mine.field.fill('書きかけ')

  await tanaka.assign(cast.tanaka.name)
  await until(async () => (await mine.assignee.innerText()).includes(cast.tanaka.name), { what: 'the assignee' })
  await keepsFocus()
  await team(tanaka.page).tagMenu.click()
  await team(tanaka.page).tag(tag).click()
  await team(sato).tags.filter({ hasText: tag }).waitFor()
  await team(sato).rowTags(conversation).filter({ hasText: tag }).waitFor()
  await keepsFocus()
  await tanaka.snooze()
  await sato.locator('main > header[data-state=snoozed]').waitFor()
  await keepsFocus()
  await tanaka.act('close')
  await mine.closed.waitFor()
  await mine.cases.filter({ hasText: `${cast.tanaka.name}さんが対応済みに` }).waitFor()
  await keepsFocus()
  assert.ok(await sato.evaluate(() => globalThis.stayed), 'no reload')

  async function keepsFocus() {
    assert.ok(await mine.field.evaluate(field => field === document.activeElement && field.value === '書きかけ'))
  }
})

test('a row that moves, changes or is chosen keeps the focus and the tick #34', async () => {
  const [first, second] = [newNumber(), newNumber()]
  const below = await scene.inbound(first, '先に届いた')
  const above = await scene.inbound(second, 'あとに届いた')
  const sato = await scene.person('sato')
  await listening(sato, () => sato.goto('/conversations?view=all'))
  await list(sato).row(below).locator('a').focus()
  await sato.keyboard.press('x')
  await scene.inbound(first, 'もう一通')
  await until(() => sato.evaluate(([a, b]) => {
    const [up, down] = [a, b].map(id => document.getElementById(`row-${id}`))
    return Boolean(up.compareDocumentPosition(down) & Node.DOCUMENT_POSITION_FOLLOWING)
  }, [below, above]), { what: 'the row to move up' })
  assert.ok(await list(sato).row(below).locator('a').evaluate(link => link === document.activeElement))
  assert.ok(await team(sato).box(below).isChecked())
})

test('those that wait stand in the order they began to', async () => {
  const early = newNumber()
  const [waits, after] = [await scene.inbound(early, '一番目'), await scene.inbound(newNumber(), '二番目')]
  const sato = await scene.person('sato')
  await listening(sato, () => sato.goto('/conversations?view=waiting'))
  await scene.inbound(early, 'まだですか')
  await list(sato).row(waits).getByText('まだですか').waitFor()
  const rows = await sato.locator('#rows > li').evaluateAll(all => all.map(row => row.id.slice(4)))
  assert.ok(rows.indexOf(waits) < rows.indexOf(after), 'a second text does not send one to the back')
})

test('read is what was looked at; what is put back to unread stays so #33', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '読まれますか')
  const sato = await scene.person('sato')
  const reads = []
  sato.on('request', request => { if (request.url().endsWith('/read')) reads.push(request.postData().includes('DELETE') ? 'unread' : 'read') })
  // A window nobody looks at: hidden, or behind another one.
  await sato.addInitScript(() => {
    globalThis.away = true
    const own = Document.prototype.hasFocus
    Document.prototype.hasFocus = function () { return !globalThis.away && own.call(this) }
  })
  await listening(sato, () => sato.goto(`/conversations/${conversation}`))
  await scene.inbound(customer, '見ていない間に')
  await thread(sato).shows('見ていない間に')
  await sato.waitForTimeout(1_000)
  assert.deepEqual(reads, [], 'nobody looked')
  await sato.evaluate(() => {
    globalThis.away = false
    dispatchEvent(new Event('focus'))
  })
  await until(() => reads.at(-1) === 'read', { what: 'the mark to advance' })
  await sato.locator('#who').focus()
  await sato.keyboard.press('u')
  const row = list(sato).row(conversation)
  await row.locator('.ct').waitFor()
  await scene.inbound(customer, 'その後も')
  await thread(sato).shows('その後も')
  await sato.waitForTimeout(1_000)
  assert.equal(reads.at(-1), 'unread')
  assert.equal((await row.locator('.ct').innerText()).replace(/\D/g, ''), '2')
})

test('a colleague is called from the list under @, finds it, and the count goes when they look #19', async () => {
  const conversation = await scene.inbound(newNumber(), '在庫の確認')
  const tanaka = await scene.person('tanaka')
  await listening(tanaka, () => tanaka.goto('/conversations?view=mentions'))
  const sato = await openThread(await scene.person('sato'), conversation)
  const { page } = sato
  await page.locator('#who').focus()
  await page.keyboard.press('n')
  const keys = await page.context().newCDPSession(page)
  await page.keyboard.type('@')
  await team(page).people.waitFor()
  assert.ok(!(await team(page).offered.allInnerTexts()).some(name => name.includes(cast.sato.name)), 'not oneself')
  // The Enter that ends a conversion chooses nobody and sends nothing.
  await keys.send('Input.imeSetComposition', { text: 'たなか', selectionStart: 3, selectionEnd: 3 })
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 })
  await keys.send('Input.insertText', { text: '田中' })
  assert.equal(await sato.field.inputValue(), '@田中')
  assert.equal((await team(page).offered.allInnerTexts()).length, 1)
  await page.waitForTimeout(100)
  await page.keyboard.press('Enter')
  assert.equal(await sato.field.inputValue(), `@${cast.tanaka.name} `)
  await page.keyboard.type('見てください')
  await page.keyboard.press('Control+Enter')
  await sato.shows(`@${cast.tanaka.name} 見てください`)
  const note = sato.bubble(`@${cast.tanaka.name} 見てください`)
  await until(async () => (await note.locator('.call').allInnerTexts()).join() === `@${cast.tanaka.name}`, { what: 'the name to stand out' })
  await page.reload()
  assert.deepEqual(await note.locator('.call').allInnerTexts(), [`@${cast.tanaka.name}`])

  await list(tanaka).row(conversation).waitFor()
  await until(async () => (await team(tanaka).count('mentions').innerText()) === '1', { what: 'the count' })
  await list(tanaka).open(conversation)
  await until(() => team(tanaka).count('mentions').isHidden(), { what: 'the count to go' })
  await until(async () => (await team(tanaka).called(conversation).count()) === 0, { what: 'the mark to go' })
  assert.equal(await list(tanaka).row(conversation).count(), 1, 'it stays to be found')
})

test('handed over with a note that survives what happens meanwhile', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '引き継ぎます')
  const sato = await scene.person('sato')
  await listening(sato, () => sato.goto(`/conversations/${conversation}`))
  await thread(sato).assignee.click()
  await team(sato).handOverNote.fill('折り返しは明日の午前です')
  await scene.inbound(customer, 'もう一通')
  await thread(sato).shows('もう一通')
  assert.equal(await team(sato).handOverNote.inputValue(), '折り返しは明日の午前です')
  await sato.locator('#assign-menu button', { hasText: cast.tanaka.name }).click()
  await thread(sato).shows('折り返しは明日の午前です')
  await until(async () => (await thread(sato).assignee.innerText()).includes(cast.tanaka.name), { what: 'the new assignee' })
  const tanaka = await scene.person('tanaka')
  for (const view of ['mine', 'mentions']) {
    await tanaka.goto(`/conversations?view=${view}`)
    await list(tanaka).row(conversation).waitFor()
  }
})

for (const scripts of [true, false]) {
  test(`many at once ${scripts ? 'with' : 'without'} scripts: done, and told what could not be`, async () => {
    const chosen = [await scene.inbound(newNumber(), '一'), await scene.inbound(newNumber(), '二')]
    const sato = await scene.person('sato', { scripts })
    await sato.goto('/conversations?view=all')
    if (scripts) await listening(sato)
    for (const id of chosen) await team(sato).box(id).check()
    await scene.henji.api.call('PUT', `/conversations/${chosen[1]}/closure`)
    if (scripts) await until(async () => (await list(sato).row(chosen[1]).count()) === 0, { what: 'the closed row to go' })
    await team(sato).bulkMenu('snooze')
    await team(sato).do('snooze:')
    await team(sato).result.waitFor()
    assert.equal(await team(sato).result.locator('li').count(), scripts ? 0 : 1)
    await until(async () => (await state(chosen[0])) === 'snoozed', { what: 'the first to be snoozed' })
    assert.equal(await state(chosen[1]), 'closed')
  })
}

test('closing leads on to the next one, and is taken back', async () => {
  const below = await scene.inbound(newNumber(), '次の会話')
  const conversation = await scene.inbound(newNumber(), '終わりの会話')
  const sato = await scene.person('sato')
  await listening(sato, () => sato.goto(`/conversations/${conversation}?view=unassigned`))
  await sato.locator('#who').focus()
  await sato.keyboard.press('Shift+E')
  await sato.waitForURL(url => url.pathname.endsWith(below))
  assert.equal(await state(conversation), 'closed')
  await team(sato).undo.waitFor()
  await sato.keyboard.press('z')
  await until(async () => (await state(conversation)) === 'open', { what: 'it to be open again' })
  const { waiting_since } = await scene.henji.api.call('GET', `/conversations/${conversation}`)
  assert.ok(waiting_since, 'the wait goes on')
  await list(sato).row(conversation).waitFor()
})

test('a tag narrows the list, and rows without it stay out', async () => {
  const tag = await tagged('住所変更')
  const [with_, without] = [await scene.inbound(newNumber(), '付ける'), await scene.inbound(newNumber(), '付けない')]
  const sato = await openThread(await scene.person('sato'), with_)
  await sato.page.locator('#who').focus()
  await sato.page.keyboard.press('t')
  await sato.page.keyboard.press('Tab')
  await team(sato.page).tag(tag).focus()
  await sato.page.keyboard.press('Enter')
  await team(sato.page).tags.filter({ hasText: tag }).waitFor()
  await sato.page.goto('/conversations?view=all')
  await listening(sato.page)
  await Promise.all([sato.page.waitForURL(/tag=/), sato.page.locator('#tag').selectOption({ label: tag })])
  await list(sato.page).row(with_).waitFor()
  await listening(sato.page)
  await scene.henji.api.call('PUT', `/conversations/${without}/closure`)
  await scene.henji.api.call('DELETE', `/conversations/${without}/closure`)
  await sato.page.waitForTimeout(500)
  assert.equal(await list(sato.page).row(without).count(), 0)
})

test('a tag narrows a search, and a search leads to a tag', async () => {
  const tag = await tagged('検索用')
  const [with_, without] = [await scene.inbound(newNumber(), '合言葉は山'), await scene.inbound(newNumber(), '合言葉は川')]
  const { items } = await scene.henji.api.call('GET', '/tags')
  const { id } = items.find(each => each.name === tag)
  await scene.henji.api.call('PUT', `/conversations/${with_}/tags/${id}`)
  await until(async () => (await scene.henji.api.call('GET', `/search?q=${encodeURIComponent('合言葉')}`)).items.length === 2, { what: 'both to be found' })
  const sato = await scene.person('sato', { scripts: false })
  await search(sato).ask('合言葉')
  assert.equal(await search(sato).hits.count(), 2)
  await search(sato).narrow(tag)
  assert.equal(await search(sato).hits.count(), 1)
  assert.ok((await search(sato).hits.first().getAttribute('href')).includes(with_))
  await search(sato).narrow('')
  assert.ok((await search(sato).hits.first().getAttribute('href')).includes(without))
})

async function state(conversation) {
  return (await scene.henji.api.call('GET', `/conversations/${conversation}`)).state
}

// An administrator has made a tag of this name.
async function tagged(name) {
  await makeTag(await scene.person('suzuki'), name)
  return name
}
