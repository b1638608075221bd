// A phone menu, tried at the keypad of the simulator's page: with scripts and without.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { Henji } from './support/henji.mjs'
import { keypad, speak } from './support/pages.mjs'
import { cast, stage } from './support/stage.mjs'

const menu = {
  called: '050-9876-5432',
  duplicate_minutes: 0,
  general_body: 'お電話ありがとうございます。ご用件をご返信ください。',
  options: [
    { digit: '1', topic: '返品・交換', body: '返品のご案内です' },
    { digit: '2', topic: '配送状況', body: '配送状況はこちら {url}', url: 'https://shop.example.jp/parcels' },
    { digit: '9', topic: 'English', body: 'How can we help?', language: 'en' },
  ],
}
const scene = stage({ start })
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function start() {
  const henji = await Henji.start([cast.sato, cast.tanaka])
  await henji.api.call('PUT', '/handoff_flows/main', { inbox_id: henji.setup.inbox_id, ...menu })
  return henji
}

test('a key pressed is a text with a link at the handset, without scripts', async () => {
  const page = await scene.person('sato', { scripts: false })
  const phone = keypad(page)
  await phone.open()
  await phone.ring()
  const [greeting, , menu, , english] = await phone.said()
  assert.match(greeting, /お電話ありがとうございます/)
  assert.match(menu, /配送状況は、2を押してください/)
  assert.match(english, /For English, press 9/)
  await phone.press('7')
  assert.match((await phone.said())[0], /番号を確認できませんでした/)
  await phone.press('2')
  assert.match((await phone.said())[0], /お送りしました/)
  await phone.over.waitFor()
  await phone.link.waitFor()
})

test('who withholds their number types one; no barrier at any step', async () => {
  const page = await scene.person('sato')
  const phone = keypad(page)
  await phone.open()
  await barrierFree(page, 'keypad-idle')
  await phone.ring({ shows: 'withheld' })
  await barrierFree(page, 'keypad-menu')
  await phone.press('1')
  assert.match((await phone.said())[0], /携帯電話の番号/)
  await phone.press('080')
  await barrierFree(page, 'keypad-number')
  await phone.type('08011112222')
  assert.match((await phone.said())[0], /お送りしました/)
  await barrierFree(page, 'keypad-over')
  await page.locator('#handset').getByText('ご用件をご返信ください', { exact: false }).waitFor()
})

test('a menu can be rung at by keys alone, on a narrow screen and in English', async () => {
  const page = await scene.person('tanaka', { width: 'phone' })
  const phone = keypad(page)
  await speak(page, 'en')
  await phone.open()
  await page.locator('#sim-flow').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('#call .said').waitFor()
  await page.locator('#call .keys button[value="9"]').focus()
  await takeScreenshot(page, 'keypad-narrow')
  await page.keyboard.press('Enter')
  await phone.over.waitFor()
  assert.match((await phone.said())[0], /We have sent you a text message|We cannot send/)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  assert.equal(wide, false, 'nothing sticks out')
})

// No barrier, in light and dark, and a picture of each.
async function barrierFree(page, name) {
  await page.evaluate(axe)
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme })
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(found => found.id))
    assert.deepEqual(found, [], scheme)
    await takeScreenshot(page, `${name}-${scheme}`)
  }
}
