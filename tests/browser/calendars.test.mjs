// Business hours: made by an administrator, quietly told to agents.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calendars, openThread, submit } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('hours are typed, previewed, given to an inbox and told in its threads', async () => {
  const suzuki = await scene.person('suzuki')
  await calendars.make(suzuki, '平日', { monday: '9-12 13-18', tuesday: '22:00-6:00' })
  const wrong = suzuki.locator('#tuesday')
  assert.equal(await wrong.getAttribute('aria-invalid'), 'true')
  assert.equal(await wrong.inputValue(), '22:00-6:00', 'what was typed stays')
  for (const day of calendars.weekdays) await suzuki.locator(`#${day}`).fill('')
  await submit(suzuki.locator('main form').first()).click()
  await suzuki.waitForURL('**/edit?saved*')
  assert.equal(await calendars.ahead(suzuki).count(), 14)

  await calendars.special(suzuki, { day: await calendars.ahead(suzuki).nth(3).locator('time').getAttribute('datetime'), day_name: '棚卸し', day_hours: '10〜15' })
  assert.match(await calendars.ahead(suzuki).nth(3).innerText(), /10:00–15:00\s+棚卸し/)

  const conversation = await scene.inbound(newNumber(), '開いていますか')
  const sato = await scene.person('sato')
  const { closed } = await openThread(sato, conversation).then(() => calendars.told(sato))
  assert.equal(await closed.count(), 0, 'it goes by no hours yet')
  await calendars.give(suzuki, '平日')
  await sato.reload()
  await closed.waitFor()
  assert.equal(await closed.innerText(), '営業時間外')
  assert.match(await closed.getAttribute('title'), /営業時間外・次は.+ 10:00/)
  const [end, room] = await closed.evaluate(element => [element, element.parentElement].map(it => it.getBoundingClientRect().right))
  assert.ok(end <= room, 'not cut off')
  await calendars.told(sato).menu.click()
  await calendars.told(sato).opening.click()
  await sato.locator('main > header[data-state=snoozed]').waitFor()

  // Scripts go by the bounds: what has ended is told no longer.
  await closed.evaluate(element => { element.dataset.closed = '2026-01-01T00:00:00Z 2026-01-02T00:00:00Z' })
  await sato.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await closed.waitFor({ state: 'hidden' })
})
