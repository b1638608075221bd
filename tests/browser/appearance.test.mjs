// Every page in every dress: no barrier found by axe, and a picture of each.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { everyPage } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

let conversation

for (const locale of ['ja', 'en']) {
  for (const scheme of ['light', 'dark']) {
    for (const width of ['desktop', 'phone']) {
      const look = { locale, scheme, width }
      const dress = `${locale}-${scheme}-${width}`

      test(`no barrier: ${dress}`, async t => {
        conversation ??= await sample()
        const visitor = await scene.visitor(look)
        await t.test('sign-in', () => inspect(visitor, '/session/new', 'sign-in'))
        const page = await scene.person('suzuki', look)
        for (const [name, path] of everyPage(conversation)) await t.test(name, () => inspect(page, path, name))
      })

      async function inspect(page, path, name) {
        const answer = await page.goto(path)
        assert.equal(answer.status(), name === 'missing' ? 404 : 200)
        await takeScreenshot(page, `${name}-${dress}`)
        await page.evaluate(axe)
        const found = await page.evaluate(tags => axe.run(document, { runOnly: tags }), rules)
        assert.deepEqual(found.violations.map(sentence), [])
        assert.equal(await page.getAttribute('html', 'lang'), locale)
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        assert.ok(over <= 0, `${over} px wider than the screen`)
      }
    }
  }
}

// A thread with something of everything in it.
async function sample() {
  const customer = newNumber()
  const { api, setup } = scene.henji
  const id = await scene.inbound(customer, '面接の件、11/26の14時でお願いします')
  await scene.inbound(newNumber(), 'Could you send me the address again?')
  await scene.inbound(newNumber(), '届いたURLが開けません。どうすればよいですか')
  await api.send({ inbox_id: setup.inbox_id, to: customer, body: '承知しました。お待ちしております。' })
  await scene.inbound(customer, '当日は何を持っていけばいいですか?')
  return id
}

function sentence({ id, help, nodes }) {
  return `${id}: ${help}: ${nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`
}
