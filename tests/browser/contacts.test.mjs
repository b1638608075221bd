// Customers: one person with two numbers, merged and separated by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { contactOf, list, listening, merging } from './support/pages.mjs'
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
