// Every page in every dress: no barrier found by axe, and a picture of each.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { calendars, contactOf, everyPage, idsOn, merging, palette, phoneMenus, senderOf, setup, speak, thread } from './support/pages.mjs'
import { Henji, password, root } from './support/henji.mjs'
import { newNumber, stage } from './support/stage.mjs'
import { table } from './support/pages.mjs'

const scene = stage({ start: () => Henji.demo() })
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// All that the dark can break in a page that is sound in the light: `light-dark()` knows
// colours only, and no sheet asks for the scheme by another way (below).
const ofColours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

let sample

for (const locale of ['ja', 'en']) {
  // Side by side: while one page is judged, the other is drawn.
  test(`no barrier: ${locale}, on a desktop and on a phone #40`, { concurrency: 2 }, async t => {
    sample ??= await prepare(await scene.person('yamamoto'))
    await Promise.all(['desktop', 'phone'].map(width => t.test(width, t => walk(t, { locale, width }))))
  })
}

async function walk(t, look) {
  const see = (page, name, path) => t.test(name, () => inspect(page, look, name, path))

  await see(await scene.visitor(look), 'sign-in', '/session/new')
  // What those are shown who got a text: in their browser's language.
  await see(await scene.visitor(look), 'short-link-gone', '/l/xxxxxxxxxxx')
  await see(await scene.visitor(look), 'about-senders', '/about-senders')
  await setUp(see, look)

  const page = await scene.person('yamamoto', look)
  await speak(page, look.locale)
  for (const [name, path] of everyPage(sample)) await see(page, name, path)
  await table(page).choose('電話番号,名前\n03-1234-5678,山田\n,鈴木\n')
  await see(page, 'table-faults')
  await table(page).choose('電話番号,名前,メモ\n090-8765-1111,山田 花子,a\n090-8765-1112,鈴木,\n')
  await see(page, 'table-preview')
  await page.goto(`/conversations/${sample.asked}`)
  await thread(page).sendOutdated('お待ちしております。')
  await thread(page).conflict.waitFor()
  await see(page, 'conflict')
  await page.goto(`/conversations/${sample.threads.busy}`)
  await palette(page).open()
  await see(page, 'palette')
  await page.keyboard.press('Escape')

  const viewer = await scene.person('matsumoto', look)
  await speak(viewer, look.locale)
  await see(viewer, 'read-only', `/conversations/${sample.threads.busy}`)
}

// The set-up pages are there only while nobody has set up.
async function setUp(see, look) {
  const henji = await Henji.empty()
  try {
    await henji.serve()
    const page = await scene.visitor(look)
    await page.goto(await henji.setupLink())
    await see(page, 'setup-organization')
    await setup.fill(page, { name: '試験商会', inbox_name: '窓口' })
    await setup.next(page)
    await see(page, 'setup-administrator')
    await setup.fill(page, { name: '鈴木 責任者', email: 'suzuki@example.jp', password })
    await setup.next(page)
    await see(page, 'setup-provider')
  } finally {
    await henji.remove()
  }
}

// Looks at a page in the light and in the dark; one load serves both.
async function inspect(page, { locale, width }, name, path) {
  if (path) {
    const answer = await page.goto(path)
    assert.equal(answer.status(), ['missing', 'short-link-gone'].includes(name) ? 404 : 200)
  }
  assert.equal(await page.getAttribute('html', 'lang'), locale)
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(over <= 0, `${over} px wider than the screen`)
  await page.evaluate(axe)
  for (const [scheme, which] of [['light', rules], ['dark', ofColours]]) {
    await page.emulateMedia({ colorScheme: scheme })
    if (locale === 'ja' || scheme === 'light') await takeScreenshot(page, `${name}-${locale}-${scheme}-${width}`)
    assert.deepEqual(await barriers(page, which), [], scheme)
  }
}

test('the dark changes nothing but colours', () => {
  const folder = join(root, 'static/css')
  for (const name of readdirSync(folder)) assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /prefers-color-scheme/, name)
})

test('negative control: planted barriers are found, in the dark too', async () => {
  const page = await scene.person('yamamoto')
  await page.evaluate(axe)
  await page.evaluate(() => document.querySelector('main').append(document.createElement('button')))
  assert.match((await barriers(page)).join(), /button-name/)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.evaluate(() => { document.querySelector('h1, h2').style.color = 'light-dark(black, #333)' })
  assert.match((await barriers(page, ofColours)).join(), /color-contrast/)
})

const kinds = ['busy', 'closed', 'failed', 'snoozed', 'stopped', 'unknown']

// One conversation for each thing that looks different.
async function prepare(page) {
  const { api } = scene.henji
  const items = await api.newest(400)
  const customer = newNumber()
  await scene.inbound(customer, '面接の件、11/26の14時でお願いします')
  const asked = await scene.inbound(customer, '当日は何を持っていけばいいですか?')
  const threads = { stopped: await scene.inbound(newNumber(), 'STOP') }
  for (const { id, state, waiting_since } of items) {
    if (kinds.every(kind => threads[kind])) break
    const lines = await api.messages(id)
    const has = word => lines.slice(-5).some(line => line.kind === word || line.state === word)
    if (waiting_since && has('note') && has('system') && has('delivered')) threads.busy ??= id
    if (has('failed') || has('undelivered')) threads.failed ??= id
    if (has('unknown')) threads.unknown ??= id
    if (state !== 'open') threads[state] ??= id
  }
  assert.deepEqual(Object.keys(threads).sort(), kinds)
  const calendar = await calendars.sample(page)
  const [[inbox], [, user]] = [await idsOn(page, '/settings/inboxes'), await idsOn(page, '/settings/users')]
  const contact = await contactOf(page, threads.stopped)
  await page.goto(`${contact}/merge?q=1234`)
  const choice = await merging(page).choices.first().getAttribute('href')
  return { threads, asked, inbox, user, calendar, contact, merging: choice, link: await scene.link(), menu: await phoneMenus.sample(page), sender: await senderOf(page) }
}

async function barriers(page, which = rules) {
  const { violations } = await page.evaluate(runOnly => axe.run(document, {
    runOnly,
    resultTypes: ['violations'],
    preload: false,
  }), which)
  return violations.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`)
}
