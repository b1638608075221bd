// Narrow screens, large type and the colours a person has chosen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Henji } from './support/henji.mjs'
import { calendars, contactOf, everyPage, idsOn, list, phoneMenus, senderOf, speak } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage({ start: () => Henji.demo() })

// 320 px is also what is left of 640 px at 200 % (WCAG 1.4.10).
for (const locale of ['ja', 'en']) {
  test(`320 px: nothing sticks out, everything can be hit: ${locale} #42`, async t => {
    const page = await scene.person('yamamoto', { locale, width: 'phone' })
    await speak(page, locale)
    const sample = await prepare(page)
    await page.setViewportSize({ width: 320, height: 640 })
    for (const [name, path] of everyPage(sample)) {
      await t.test(name, async () => {
        await page.goto(path)
        assert.deepEqual(await tooWide(page), [], 'too wide')
        assert.deepEqual(await tooSmall(page), [], 'too small to hit')
      })
    }
  })
}

test('negative control: what sticks out or is too small is found', async () => {
  const page = await scene.person('yamamoto', { width: 'phone' })
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto('/settings/users')
  await page.evaluate(() => {
    const wide = document.createElement('p')
    wide.textContent = 'x'.repeat(80)
    const small = document.createElement('button')
    small.textContent = '.'
    small.className = 'tiny'
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('.tiny { all: revert !important; block-size: 20px !important; min-block-size: 0 !important }')
    document.adoptedStyleSheets.push(sheet)
    document.querySelector('main').append(wide, small)
  })
  assert.match((await tooWide(page)).join(), /^MAIN main/)
  assert.equal((await tooSmall(page)).length, 1)
})

test('forced colours: states still have a shape #43', async () => {
  const page = await scene.person('yamamoto')
  const { threads } = await prepare(page)
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(`/conversations/${threads.busy}`)
  assert.deepEqual(await borderless(page, '.m .b, .note, .badge'), [])
  await page.goto('/conversations?view=all')
  await page.locator('a.row').first().click()
  await page.locator('a.row[aria-current]').waitFor()
  const [open, other] = await page.evaluate(() => {
    const mark = row => getComputedStyle(row, '::before').backgroundColor
    return [mark(document.querySelector('.row[aria-current]')), mark(document.querySelector('.row:not([aria-current])'))]
  })
  assert.notEqual(open, other, 'the open conversation is marked')
  await page.goto(`/conversations/${threads.failed}`)
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.m.bad .b')).borderTopWidth), '3px')
  const words = await page.locator('.m.bad .st').first().innerText()
  assert.ok(words.trim().length > 2, 'and says so')
})

test('more contrast and less motion, where a person asks for it #43', async () => {
  const page = await scene.person('yamamoto')
  await page.emulateMedia({ contrast: 'more', reducedMotion: 'reduce' })
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '一')
  await page.goto('/conversations?view=all')
  const ink = await page.evaluate(() => ['--ink', '--ink-2', '--line', '--line-strong']
    .map(name => getComputedStyle(document.documentElement).getPropertyValue(name)))
  assert.equal(ink[0], ink[1])
  assert.equal(ink[2], ink[3])
  // Rows move while texts come in.
  await list(page).open(conversation)
  await page.locator('#scroll li.line').first().waitFor()
  await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: '二' })
  await page.locator('.b', { hasText: '二' }).first().waitFor()
  assert.equal(await page.evaluate(() => document.getAnimations().filter(it => it.playState === 'running').length), 0)
})

async function prepare(page) {
  const items = await scene.henji.api.newest(400)
  const threads = { stopped: await scene.inbound(newNumber(), 'STOP') }
  for (const { id, waiting_since } of items) {
    const lines = (await scene.henji.api.messages(id)).slice(-5)
    const has = word => lines.some(line => line.kind === word || line.state === word)
    if (waiting_since && has('note') && has('delivered')) threads.busy ??= id
    if (has('failed') || has('undelivered')) threads.failed ??= id
    if (threads.busy && threads.failed) break
  }
  const calendar = await calendars.sample(page)
  const [[inbox], [, user]] = [await idsOn(page, '/settings/inboxes'), await idsOn(page, '/settings/users')]
  const [contact, other] = [await contactOf(page, threads.stopped), await contactOf(page, threads.busy)]
  return { threads, inbox, user, calendar, contact, merging: `${contact}/merge?contact=${other.split('/').at(-1)}`, link: await scene.link(), menu: await phoneMenus.sample(page), sender: await senderOf(page) }
}

// What reaches beyond the screen. A box that scrolls sideways on purpose or ends
// in an ellipsis holds its own content; the panes of a page are no such boxes.
function tooWide(page) {
  return page.evaluate(() => {
    const clips = element => getComputedStyle(element).overflowX !== 'visible'
    const mayScroll = element => {
      for (let it = element.parentElement; it && it !== document.body; it = it.parentElement) {
        if (!it.matches('main, .app, .scroll, .rows') && clips(it)) return true
      }
      return false
    }
    const panes = [...document.querySelectorAll('html, main, .list, .scroll, .rows, .side')]
      .filter(pane => pane.checkVisibility() && pane.scrollWidth > pane.clientWidth + 1)
      .map(pane => `${pane.tagName} ${pane.id}: ${pane.scrollWidth} px in ${pane.clientWidth}`)
    const parts = [...document.querySelectorAll('body *')]
      .filter(element => element.checkVisibility() && !mayScroll(element) && !element.closest('.vh, .skip'))
      .filter(element => {
        const { right, left, width } = element.getBoundingClientRect()
        return width > 0 && (right > innerWidth + 1 || left < -1)
      })
      .map(element => element.outerHTML.slice(0, 120))
    return [...panes, ...parts]
  })
}

// Buttons and links that are not words in a sentence: 44 px high under a finger
// (WCAG 2.5.5), or with that much room to the next one.
function tooSmall(page) {
  return page.evaluate(() => {
    const targets = document.querySelectorAll('button, .btn, .tabs a, .rail a, a.row, summary, select, input:not([type=hidden], [type=checkbox], [type=radio])')
    return [...targets]
      .filter(element => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.vh, [hidden]'))
      .filter(element => {
        const { height, width } = element.getBoundingClientRect()
        return width > 1 && height > 1 && height < 43.5
      })
      .map(element => `${Math.round(element.getBoundingClientRect().height)} px: ${element.outerHTML.slice(0, 120)}`)
  })
}

function borderless(page, selector) {
  return page.evaluate(found => [...document.querySelectorAll(found)]
    .filter(element => element.checkVisibility() && getComputedStyle(element).borderTopStyle === 'none')
    .map(element => element.outerHTML.slice(0, 120)), selector)
}
