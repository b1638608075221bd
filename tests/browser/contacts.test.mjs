// Customers: one person with two numbers, merged and separated by hand; and a
// file of them, in and out.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { contactOf, list, listening, merging, table } from './support/pages.mjs'
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
