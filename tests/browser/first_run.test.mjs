// From nothing to the first answer: four pages, one text, one reply.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Henji, password } from './support/henji.mjs'
import { countClicks, list, setup, simulator, thread } from './support/pages.mjs'
import { stage } from './support/stage.mjs'

const scene = stage({ start: () => Henji.empty() })

test('somebody new answers a first customer in at most 12 clicks #45', async () => {
  await scene.henji.serve()
  const page = await scene.visitor({ worker: true })
  const hand = await countClicks(page)

  await page.goto(await scene.henji.setupLink())
  await setup.fill(page, { name: '試験商会', inbox_name: '窓口' })
  await setup.next(page)
  await setup.fill(page, { name: '鈴木 責任者', email: 'suzuki@example.jp', password })
  await setup.next(page)
  assert.equal(await setup.provider(page), 'simulator', 'the simulator is chosen beforehand')
  await setup.next(page)
  await setup.finish(page)

  await simulator.write(page, '営業時間を教えてください')
  await list(page).openFirst()
  await thread(page).shows('営業時間を教えてください')
  await thread(page).send('10時から19時までです')
  await thread(page).shows('10時から19時までです')
  await simulator.open(page)
  await simulator.received(page, '10時から19時までです')

  assert.ok(hand.clicks <= 12, `${hand.clicks} clicks`)
})

test('the link works once: afterwards it leads nowhere', async () => {
  const page = await scene.visitor()
  const answer = await page.goto(await scene.henji.setupLink())
  assert.equal(answer.status(), 404)
})
