// Two languages: whole, and each with its own way to write a date and a number.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Henji } from './support/henji.mjs'
import { calendars, contactOf, everyPage, idsOn, makeTag, makeTemplate, openThread, phoneMenus, senderOf, speak, wordsOn } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

// A house where nobody and nothing has a Japanese name: what is left is ours.
const scene = stage({
  start: () => Henji.start([{ email: 'sato@example.jp', name: 'Hana Sato' }], { organization: 'Trial Ltd', admin: 'Ichiro Suzuki', inbox: 'Front desk' }),
})

// The name of the other language is written in it, so that those find it who need it.
const japanese = /[\u3040-\u30ff\u3400-\u9fff]/
const meant = /日本語|返事/g

test('in English not a word is Japanese, on any page #44', async t => {
  const page = await scene.person('suzuki')
  await speak(page, 'en')
  await makeTag(page, 'Address')
  await makeTemplate(page, { name: 'Thanks', shortcut: 'thx', body: 'Thank you for your message.' })
  const customer = newNumber()
  const busy = await scene.inbound(customer, 'Hello, are you open on Sunday?')
  const stopped = await scene.inbound(newNumber(), 'STOP')
  await openThread(page, busy).then(thread => thread.note('ask the shop'))
  const [[inbox], [user]] = [await idsOn(page, '/settings/inboxes'), await idsOn(page, '/settings/users')]
  await calendars.make(page, 'Weekdays', { saturday: '10-12' })
  const [calendar] = await idsOn(page, '/settings/calendars')
  const [contact, other] = [await contactOf(page, busy), await contactOf(page, stopped)]
  const merge = `${contact}/merge?contact=${other.split('/').at(-1)}`
  const sample = { threads: { busy, stopped }, inbox, user, calendar, contact, merging: merge, link: await scene.link(), menu: await phoneMenus.sample(page), sender: await senderOf(page) }
  for (const [name, path] of everyPage(sample)) {
    if (path.includes('%')) continue
    await t.test(name, async () => {
      await page.goto(path)
      assert.equal(await page.getAttribute('html', 'lang'), 'en')
      const left = (await wordsOn(page)).map(words => words.replaceAll(meant, '')).filter(words => japanese.test(words))
      assert.deepEqual(left, [])
    })
  }
})

test('days and lengths are written as each language does #44', async () => {
  const conversation = await scene.inbound(newNumber(), 'What day is it?')
  const page = await scene.person('sato')
  for (const [locale, day, length] of [['ja', /\d+月\d+日/, /字・\d+通/], ['en', /[A-Z][a-z]{2}/, /chars · parts: \d+/]]) {
    await speak(page, locale)
    const { days, counter } = await openThread(page, conversation)
    assert.match(await days.first().innerText(), day)
    assert.match(await counter.innerText(), length)
  }
})
