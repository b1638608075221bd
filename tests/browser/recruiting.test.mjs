// A recruiter's house in use: applicants come in by file and by hand, move along, and
// are counted; interviewers and programs of others are kept.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { submit } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test('applicants come in by file and by hand, move along and are counted', async () => {
  const sato = await scene.person('sato')
  const numbers = [newNumber(), newNumber(), newNumber()]
  const rows = numbers.map((number, n) => `${number},応募 ${'一二三'[n]}郎,営業,${n < 2 ? 'Indeed' : '紹介'},佐藤 花,A-${n}`)
  await sato.goto('/applications/table')
  await sato.locator('#file').setInputFiles({
    name: '応募者.csv', mimeType: 'text/csv',
    buffer: Buffer.from(`電話番号,名前,応募職種,応募経路,担当,応募ID\n${rows.join('\n')}\n`),
  })
  await submit(sato.locator('main form').first()).click()
  await sato.locator('main tbody tr').nth(2).waitFor()
  await looksRight(sato, 'applicants-preview')
  await submit(sato.locator('main form').first()).click()
  await sato.waitForURL(/\/applications\?added=3/)

  await sato.goto('/applications/new')
  await sato.locator('#to').fill('090-7777-1234')
  await sato.locator('#name').fill('電話 四子')
  await sato.locator('#medium').fill('紹介')
  await submit(sato.locator('main form')).click()
  await sato.waitForURL(/\/applications\/[0-9a-f-]{36}$/)
  await looksRight(sato, 'application')
  await sato.locator('a[href$="/edit"]').click()
  await sato.locator('#job').fill('事務')
  await looksRight(sato, 'application-edit')
  await submit(sato.locator('main form')).click()
  await sato.waitForURL(/\/applications\/[0-9a-f-]{36}$/)
  assert.match(await sato.locator('main').innerText(), /事務/)

  await sato.goto('/applications')
  const row = sato.locator('ul.held li').filter({ hasText: '応募 一郎' })
  await row.locator('select[name=step]').selectOption('met')
  await row.locator('button').click()
  await sato.locator('#step-met').waitFor()
  assert.match(await sato.locator('#step-met').innerText(), /1$/)
  await looksRight(sato, 'applications-filled')
  await sato.goto('/reports/applications')
  await sato.locator('table.keys').first().waitFor()
  await looksRight(sato, 'applicants-report-filled')
})

test('interviewers, sources and programs are kept by whoever administers', async () => {
  const suzuki = await scene.person('suzuki')
  await suzuki.goto('/settings/interviewers')
  await suzuki.locator('#email').fill('men@example.jp')
  await suzuki.locator('#name').fill('面接 担当')
  await submit(suzuki.locator('form.stack')).click()
  await suzuki.waitForURL(/\/edit/)
  await suzuki.locator('#url').fill('https://calendar.example.invalid/private/basic.ics')
  await submit(suzuki.locator('form', { has: suzuki.locator('#url') })).click()
  await suzuki.locator('ul.held li').waitFor()
  await suzuki.locator('form[action$="/feed"] button').click()
  await suzuki.locator('code.secret').waitFor()
  await looksRight(suzuki, 'interviewer')
  await suzuki.goto('/settings/interviewers')
  await looksRight(suzuki, 'interviewers-filled')

  await suzuki.goto('/settings/sources')
  await suzuki.locator('#name').fill('求人サイトA')
  await submit(suzuki.locator('form.stack')).click()
  await suzuki.locator('code.secret').first().waitFor()
  await looksRight(suzuki, 'sources-filled')
})

// No barrier in any light, and pictures of it for whoever reviews: wide and narrow.
async function looksRight(page, name) {
  await page.evaluate(axe)
  for (const scheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme: scheme })
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(found => found.id))
    assert.deepEqual(found, [], `${name} ${scheme}`)
    await takeScreenshot(page, `${name}-${scheme}`)
  }
  const size = page.viewportSize()
  await page.setViewportSize({ width: 390, height: 844 })
  await takeScreenshot(page, `${name}-phone`)
  await page.setViewportSize(size)
}
