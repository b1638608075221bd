// Reading: where a conversation opens, and how far back it goes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, openThread, thread } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('it opens where the unread begins, in the upper third, and else at the end #9', async () => {
  const customer = newNumber()
  await many(customer, 1, 39)
  const conversation = await scene.inbound(customer, '40')
  const sato = await scene.person('sato')
  const { divider, place } = await openThread(sato, conversation)
  await divider.waitFor()
  assert.equal(await divider.count(), 1)
  assert.ok((await place()).left > 400, 'never opened: from the beginning')
  assert.ok(await share(divider) <= 1 / 3, `${await share(divider)} of the height down`)

  // To the end, which makes it read; then a few more come while it is closed.
  await sato.locator('#scroll').hover()
  const read = sato.waitForResponse(answer => answer.url().endsWith('/read'))
  await sato.mouse.wheel(0, 20_000)
  await read
  await sato.goto('/conversations?view=all')
  await list(sato).open(conversation)
  await until(async () => (await place()).left < 2, { what: 'the end' })
  assert.equal(await divider.count(), 0, 'all is read')
  await sato.goto('/conversations?view=all')
  await many(customer, 41, 60)
  await list(sato).open(conversation)
  await thread(sato).shows('60')
  await divider.waitFor()
  const line = sato.locator('#scroll li.line', { has: divider })
  assert.equal(await line.locator('.b').innerText(), '41')
  assert.ok(Math.abs(await share(divider) - 1 / 3) < 0.05, `${await share(divider)} of the height down`)
})

// Texts `from` to `to` of one customer, each with its number for words.
async function many(customer, from, to) {
  for (let n = from; n <= to; n += 1) {
    await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: `${n}` })
  }
}

// How far down the pane it stands, 0 at the top.
async function share(element) {
  return element.evaluate(it => {
    const pane = document.querySelector('#scroll').getBoundingClientRect()
    return (it.getBoundingClientRect().top - pane.top) / pane.height
  })
}
