// Phone menus: made, tried and switched, with scripts and without.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { makeTemplate, phoneMenus } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('a menu is written without scripts, corrected, and tried', async () => {
  const suzuki = await scene.person('suzuki', { scripts: false })
  await makeTemplate(suzuki, { name: 'お礼', shortcut: 'o', body: '{{会社名}}です。お電話ありがとうございます。' })
  await suzuki.goto(phoneMenus.list)
  assert.equal(await phoneMenus.empty(suzuki).count(), 1)
  await suzuki.goto(`${phoneMenus.list}/new`)
  const form = phoneMenus.form(suzuki)
  await form.fill({ name: '代表 電話', digit_1: '1', topic_1: '返品・交換', body_1: 'こちらです {url}', url_1: 'https://example.com/returns', overflow_body: '混み合っています' })
  await form.more()
  assert.equal(await form.steps.count(), 4)
  await form.fill({ digit_4: '9', topic_4: 'その他' })
  await form.choose('template_4', 'お礼')
  await form.put(4)
  assert.equal(await suzuki.locator('#body_4').inputValue(), '試験商会です。お電話ありがとうございます。')
  await form.drop(2)
  assert.equal(await form.steps.count(), 3)
  assert.equal(await suzuki.locator('#digit_3').inputValue(), '9', 'it moved up')

  await form.save()
  assert.deepEqual(await form.wrong.evaluateAll(all => all.map(each => each.id)), ['name'])
  assert.equal(await suzuki.locator('#name').inputValue(), '代表 電話', 'what was typed stays')
  await form.fill({ name: '代表電話' })
  await suzuki.locator('#name').press('Enter')
  await suzuki.waitForURL('**/handoff_flows/*?saved')

  const page = suzuki.url()
  const customer = newNumber()
  await phoneMenus.press(suzuki, customer, '1')
  assert.match(await phoneMenus.answer(suzuki).innerText(), /accepted/)
  await suzuki.locator('#answer a[href^="/conversations/"]').click()
  assert.match(await suzuki.locator('li.call').innerText(), /返品・交換.*IVR 代表電話-1/)
  await suzuki.goto(page)
  await phoneMenus.press(suzuki, '', '9')
  assert.match(await phoneMenus.answer(suzuki).innerText(), /cannot_sms · anonymous/)

  await phoneMenus.edit(suzuki)
  await phoneMenus.remove(suzuki)
  await suzuki.waitForURL('**/handoff_flows?removed')
  assert.equal(await phoneMenus.rows(suzuki).count(), 0)
})

test('an agent sees who said that everybody is busy, until it is turned off', async () => {
  const suzuki = await scene.person('suzuki')
  const page = await phoneMenus.sample(suzuki)
  const conversation = await scene.inbound(newNumber(), '電話がつながりません')
  const sato = await scene.person('sato')
  await sato.goto(`/conversations/${conversation}`)
  assert.equal(await phoneMenus.banner(sato).count(), 0)

  await suzuki.goto(page)
  await phoneMenus.mode(suzuki, 'on')
  await suzuki.waitForURL('**?switched*')
  await sato.reload()
  assert.match(await phoneMenus.banner(sato).innerText(), /sample.*鈴木 責任者さんが.*オン/s)
  assert.equal(await phoneMenus.banner(sato).locator('button').count(), 0, 'agents are told')
  // The bar takes room and covers nothing.
  const [bar, composer] = await Promise.all([phoneMenus.banner(sato), sato.locator('#composer')].map(each => each.boundingBox()))
  const head = await sato.locator('main > header').boundingBox()
  assert.ok(head.y >= bar.y + bar.height, 'the head stands below it')
  assert.ok(composer.y + composer.height <= 900, 'the composer is still on the screen')
  for (const width of [1440, 390]) {
    await sato.setViewportSize({ width, height: 844 })
    await sato.evaluate(axe)
    const found = await sato.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`))
    assert.deepEqual(found, [], `${width}`)
  }
  const yamada = await scene.person('yamada')
  assert.equal(await phoneMenus.banner(yamada).count(), 0, 'it is not their inbox')

  await suzuki.goto('/contacts')
  await phoneMenus.banner(suzuki).locator('button').click()
  await suzuki.waitForURL('**?switched*')
  assert.equal(await phoneMenus.banner(suzuki).count(), 0)
  await sato.reload()
  assert.equal(await phoneMenus.banner(sato).count(), 0)
  await sato.goto(page)
  assert.match(await sato.locator('#overflow').innerText(), /鈴木 責任者さんが.*オフ/)
  assert.equal(await sato.locator('#overflow button, main header a[href$="/edit"]').count(), 0, 'and agents only read')
})
