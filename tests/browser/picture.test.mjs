// The picture in README.md: an ordinary moment in a busy house.
//
// Taken at every run; put into docs/ only where TEST_PICTURE=1 asks for it.
import assert from 'node:assert/strict'
import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeScreenshot } from './support/browser.mjs'
import { Henji, root } from './support/henji.mjs'
import { list, thread } from './support/pages.mjs'
import { stage } from './support/stage.mjs'

const scene = stage({ start: () => Henji.demo() })

test('the inbox, a conversation, and a reply that can still be taken back', async () => {
  const page = await scene.person('suzuki')
  await page.goto('/conversations?view=all')
  await list(page).open(await worthShowing())
  const talk = thread(page)
  await talk.send('はい、もちろんです。何でもお聞きください。')
  await talk.undo.waitFor()

  const picture = await takeScreenshot(page, 'readme')
  const { size } = statSync(picture)
  assert.ok(size < 300_000, `${size} bytes`)
  if (process.env.TEST_PICTURE === '1') copyFileSync(picture, join(root, 'docs/inbox.png'))
})

// Somebody with a name waits, and there is a note and a text that arrived.
async function worthShowing() {
  const { api } = scene.henji
  const { items } = await api.call('GET', '/conversations?limit=30')
  for (const { id, contact, waiting_since } of items) {
    if (!contact.name || !waiting_since) continue
    const lines = await api.messages(id)
    if (lines.some(line => line.kind === 'note') && lines.some(line => line.state === 'delivered')) return id
  }
  throw new Error('nobody in the sample waits')
}
