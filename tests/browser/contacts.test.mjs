// Customers: one person with two numbers, merged and separated by hand; and a
// file of them, in and out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { contactOf, customerFields, list, listening, masking, merging, table } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('without scripts: two customers become one and two again; whoever watches sees it', async () => {
  const [first, second] = [newNumber(), newNumber()]
  const one = await scene.inbound(first, '一つ目の番号です')
  const two = await scene.inbound(second, '二つ目の番号です')
  const { api } = scene.henji
  const tanaka = await scene.person('tanaka')
  await listening(tanaka, () => tanaka.goto('/conversations?view=all'))
  const sato = await scene.person('sato', { scripts: false })
  const contact = await contactOf(sato, one)
  await sato.goto(`/conversations/${one}/about`)
  const rename = sato.locator('main form', { has: sato.locator('input[name=name]') })
  await rename.locator('input[name=name]').fill('二台 持子')
  await rename.locator('button').first().click()
  await until(async () => (await api.call('GET', `/contacts?q=${second.slice(-6)}`)).items.length === 1, { what: 'the second to be found' })

  const merge = merging(sato)
  await merge.find(contact, second.slice(-6))
  await merge.choices.first().click()
  assert.equal(await merge.both.count(), 2)
  await merge.agree()
  await merge.news.waitFor()
  assert.equal(await merge.numbers.count(), 2)
  await until(async () => (await list(tanaka).row(two).innerText()).includes('二台 持子'), { what: "the second's row to be called so" })

  await merge.undo()
  await merge.news.waitFor()
  assert.equal(await merge.numbers.count(), 1)
  await until(async () => !(await list(tanaka).row(two).innerText()).includes('二台 持子'), { what: "the second's row to be its own" })
  assert.equal(new URL(sato.url()).pathname, contact)
})

test('without scripts: a file is mended, looked at and taken in, and given out again #5', async () => {
  const number = newNumber()
  const suzuki = await scene.person('suzuki', { scripts: false })
  const file = table(suzuki)
  await file.choose(`電話番号,名前\n${number},取込 太郎\n03-1234-5678,固定 電話\n`)
  assert.equal(await file.faults.count(), 1)
  // 電話番号,名前 and the name as Excel writes them: Shift_JIS.
  const bytes = [0x93, 0x64, 0x98, 0x62, 0x94, 0xd4, 0x8d, 0x86, 0x2c, 0x96, 0xbc, 0x91, 0x4f, 0x0d, 0x0a, ...Buffer.from(`${number},`), 0x8e, 0x52, 0x93, 0x63, 0x0d, 0x0a]
  await file.choose(bytes)
  assert.equal(await file.changes.count(), 1)
  assert.match(await file.changes.first().innerText(), /山田/)
  await file.agree()
  await suzuki.waitForURL(/\/contacts\?/)
  assert.equal(await file.listed.first().innerText(), '山田')
  const written = readFileSync(await file.download('utf-8'), 'utf8')
  assert.ok(written.startsWith('\ufeff') && written.includes('山田'))
})

test('without scripts: what the house wants to know is asked, checked and shown', async () => {
  const suzuki = await scene.person('suzuki', { scripts: false })
  const { make, form, open, shown } = customerFields
  await make(suzuki, { name: '会員番号', kind: 'number' })
  await make(suzuki, { name: '希望の店舗', kind: 'choice', choices: ['新宿', '渋谷'] })
  const conversation = await scene.inbound(newNumber(), '会員です')
  const contact = await contactOf(suzuki, conversation)
  await suzuki.goto(contact)
  await open(suzuki)
  const [number, shop] = [form(suzuki).locator('input.num'), form(suzuki).locator('select')]
  await number.fill('十二')
  await shop.selectOption('渋谷')
  await form(suzuki).locator('button').click()
  assert.equal(await number.getAttribute('aria-invalid'), 'true')
  assert.equal(await shop.inputValue(), '渋谷', 'nothing is lost')
  await number.fill('１２００')
  await form(suzuki).locator('button').click()
  await until(async () => (await shown(suzuki).allInnerTexts()).join().includes('渋谷'), { what: 'the shop' })
  assert.match((await shown(suzuki).allInnerTexts()).join(), /会員番号\s*1,?200/)
  const sato = await scene.person('sato')
  await sato.goto(`/conversations/${conversation}`)
  assert.match(await sato.locator('aside.side').innerText(), /希望の店舗\s*渋谷/)
})

test('whoever was imported and merged is found by the name they had', async () => {
  const suzuki = await scene.person('suzuki', { scripts: false })
  const file = table(suzuki)
  const [kept, merged] = [newNumber(), newNumber()]
  await file.choose(`電話番号,名前\n${kept},新姓 花子\n${merged},旧姓 花子\n`)
  await file.agree()
  const find = async name => {
    await suzuki.goto(`/contacts?q=${encodeURIComponent(name)}`)
    return suzuki.locator('ul.found a').evaluateAll(all => all.map(link => link.pathname))
  }
  const [contact] = await find('新姓')
  const [other] = await find('旧姓')
  const merge = merging(suzuki)
  await merge.find(contact, '旧姓')
  await merge.choices.first().click()
  await merge.agree()
  await merge.news.waitFor()
  assert.deepEqual(await find('旧姓'), [contact])
  assert.deepEqual(await find('新姓'), [contact])
  await suzuki.goto(contact)
  await merge.separate()
  await merge.news.waitFor()
  assert.deepEqual(await find('旧姓'), [other])
})

test('whoever has no name is known by the whole of their masked number', async () => {
  const conversation = await scene.inbound(newNumber(), '名前はありません')
  const suzuki = await scene.person('suzuki')
  await masking(suzuki).choose('agent')
  const sato = await scene.person('sato')
  await sato.goto(`/conversations/${conversation}`)
  const name = sato.locator('#who')
  assert.match(await name.innerText(), /^090-\*{4}-\d{4}$/)
  assert.ok(await name.evaluate(each => each.scrollWidth <= each.clientWidth), 'nothing of it is cut')
  await masking(suzuki).choose()
})
