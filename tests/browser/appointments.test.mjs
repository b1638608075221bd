// 日程: three times put to a candidate and an answer confirmed, by keys alone and by touch.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { until } from './support/henji.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('three times are proposed and an unclear answer is confirmed, by keys alone #46', async () => {
  const sato = await scene.person('sato')
  const number = newNumber()
  const conversation = await scene.inbound(number, '面接をお願いしたいです')
  await sato.goto(`/conversations/${conversation}`)
  // Its key is the browser's to press (Alt+S); driven from afar a browser knows none.
  await tabTo(sato, '[accesskey=s]')
  await sato.keyboard.press('Enter')
  await sato.waitForURL(/\/offer$/)
  await barrierFree(sato, 'offer')
  await tabTo(sato, '#title')
  await sato.keyboard.type('一次面接')
  for (let n = 0; n < 3; n += 1) {
    await tabTo(sato, 'input[type=checkbox][name=slot]')
    await sato.keyboard.press('Space')
  }
  await tabTo(sato, 'button[name=look]')
  await sato.keyboard.press('Enter')
  await sato.locator('blockquote').waitFor()
  await tabTo(sato, 'button[name=send]')
  assert.match(await sato.locator('blockquote').innerText(), /1\)[^]*2\)[^]*3\)[^]*4\) 上記以外/)
  await sato.keyboard.press('Enter')
  await sato.waitForURL(new RegExp(`/conversations/${conversation}`))
  await told(number, /3\) /)

  // Either will do: a person says which.
  await scene.inbound(number, '1か2でお願いします')
  const bar = sato.locator(`#appointment-${conversation}`)
  await bar.locator('button.pri').waitFor()
  await barrierFree(sato, 'offer-answered')
  await takeScreenshot(sato, 'offer-answered')
  await tabTo(sato, '[accesskey=y]')
  await sato.keyboard.press('Enter')
  await told(number, /確定/)
  await until(async () => /確定/.test(await bar.innerText()), { what: 'the bar to say what is booked' })
  await sato.goto('/appointments/days?from=' + (await booked(sato)))
  await barrierFree(sato, 'agenda-days')
  assert.equal(await sato.locator('ul.held li').filter({ hasText: '一次面接' }).count(), 1)
})

test('on a telephone, without scripts, 「２」 books by itself and a page books by a tap #46', async () => {
  const sato = await scene.person('sato', { scripts: false, width: 'phone', scheme: 'dark' })
  const number = newNumber()
  const conversation = await scene.inbound(number, '応募しました')
  await sato.goto(`/conversations/${conversation}/offer`)
  await sato.locator('#title').fill('二次面接')
  const boxes = sato.locator('input[type=checkbox][name=slot]')
  for (const n of [6, 7, 8]) await boxes.nth(n).check()
  await sato.locator('input[name=include_page]').check()
  await sato.locator('button[name=look]').click()
  await takeScreenshot(sato, 'offer-phone-dark')
  await sato.locator('button[name=send]').click()
  const [, path] = (await told(number, /\/s\//)).match(/(\/s\/\w+)/)

  // It has no scripts; axe wants to be one.
  const candidate = await scene.visitor({ width: 'phone' })
  await candidate.goto(path)
  await barrierFree(candidate, 'candidate-page')
  await takeScreenshot(candidate, 'candidate-page')
  assert.equal(await candidate.locator('button').count() >= 4, true, 'three times and none of them')
  await scene.inbound(number, '２')
  await told(number, /確定/)
  await candidate.reload()
  assert.match(await candidate.locator('main, body').first().innerText(), /確定|変更/)
  await takeScreenshot(candidate, 'candidate-page-booked')
})

// The text that the handset got last, once it says that.
async function told(number, words) {
  let last = ''
  await until(async () => {
    last = (await scene.henji.api.handset(number)).at(-1)?.body ?? ''
    return words.test(last)
  }, { what: `${number} to be told ${words}` })
  return last
}

// The day of the first booking, from the board.
async function booked(page) {
  await page.goto('/appointments?view=booked')
  await page.locator('ul.held li').first().waitFor()
  const [month, day] = (await page.locator('ul.held li .hint').first().innerText()).match(/(\d+)\/(\d+)\(/).slice(1)
  const today = new Date()
  const year = today.getFullYear() + (Number(month) < today.getMonth() ? 1 : 0)
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

// As somebody without a mouse does.
async function tabTo(page, selector) {
  for (let n = 0; n < 300; n += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(it => document.activeElement?.matches(it) ?? false, selector)) return
  }
  assert.fail(`${selector} cannot be reached by keys`)
}

async function barrierFree(page, name) {
  await page.evaluate(axe)
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme })
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(found => found.id))
    assert.deepEqual(found, [], `${name} ${scheme}`)
  }
}
