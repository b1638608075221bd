// The tour of README.md: what somebody does on the first day, by what stands on
// the screen, in an ordinary moment of a busy house.
//
// Its pictures are taken at every run; `bin/tour` puts them into docs/.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { Henji, root, until } from './support/henji.mjs'
import { list, search, team, thread } from './support/pages.mjs'
import { stage } from './support/stage.mjs'

const scene = stage({ start: () => Henji.demo() })

test('answer, leave a note, hand over, put aside, and find an old message by two letters', async () => {
  const page = await scene.person('suzuki')
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.goto('/conversations?view=all')
  const id = await worthShowing(page)
  await list(page).open(id)
  const talk = thread(page)

  await talk.send('はい、もちろんです。何でもお聞きください。')
  await talk.undo.waitFor()
  await picture(page, 'inbox')

  await talk.chooseMode('note')
  await talk.field.fill('夕方以降に電話がほしいそうです。')
  await picture(page, 'tour/note')
  await talk.note('夕方以降に電話がほしいそうです。')
  await talk.shows('夕方以降に電話がほしいそうです。')

  await talk.assignee.click()
  await team(page).handOverNote.fill('明日の折り返しをお願いします。')
  await picture(page, 'tour/hand-over')
  const choice = page.locator('#assign-menu button[name=user_id]:not([aria-pressed])').first()
  const colleague = (await choice.innerText()).split('\n').at(-1).trim()
  await choice.click()
  await until(async () => (await talk.assignee.innerText()).includes(colleague), { what: 'the colleague to have it' })
  await talk.shows('明日の折り返しをお願いします。')

  await talk.snoozeMenu.click()
  await picture(page, 'tour/snooze')
  await talk.snoozeChoices.first().click()
  await until(async () => (await scene.henji.api.call('GET', `/conversations/${id}`)).state === 'snoozed', { what: 'it to be put aside' })

  await search(page).fromList('面接')
  const { hits } = search(page)
  await until(async () => {
    if (await hits.count() > 0) return true
    await page.reload()
  }, { within: 20_000, what: 'the old texts to be found' })
  await picture(page, 'tour/search')
  await hits.last().click()
  await talk.found.waitFor()
  assert.match(await talk.found.locator('.b').innerText(), /面接/)
})

async function picture(page, name) {
  const taken = await takeScreenshot(page, name.replace('tour/', 'tour-'))
  if (process.env.TEST_PICTURES !== '1') return
  mkdirSync(join(root, 'docs/tour'), { recursive: true })
  copyFileSync(taken, join(root, `docs/${name}.png`))
}

// Of those on the screen, one with a name who waits for an answer, with a text that
// arrived and a note. (The token of the tests sees inboxes that the person does not.)
async function worthShowing(page) {
  const { api } = scene.henji
  for (const id of await list(page).shown()) {
    const { contact, waiting_since } = await api.call('GET', `/conversations/${id}`)
    if (!contact.name || !waiting_since) continue
    const lines = await api.messages(id)
    if (lines.some(line => line.kind === 'note') && lines.some(line => line.state === 'delivered')) return id
  }
  throw new Error('nobody in the sample waits')
}
