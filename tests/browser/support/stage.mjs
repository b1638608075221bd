// The stage of a story: one henji, one browser, the cast, and the curtain.
//
// Cast, always the same: Suzuki (set it up, admin), Sato and Tanaka (agents of
// the inbox), Yamada (an agent who belongs to no inbox here: 404 everywhere).
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { openBrowser, openContext } from './browser.mjs'
import { Henji, until } from './henji.mjs'
import { signIn, undoWindow } from './pages.mjs'

export const cast = {
  suzuki: { email: 'suzuki@example.jp', name: '鈴木 責任者', role: 'admin' },
  sato: { email: 'sato@example.jp', name: '佐藤 花', role: 'agent' },
  tanaka: { email: 'tanaka@example.jp', name: '田中 実', role: 'agent' },
  yamada: { email: 'yamada@example.jp', name: '山田 遠', role: 'agent', member: false },
}

// Call once at the top of a file; `start` gives another beginning than the cast,
// `undo` another number of seconds to take a text back in than a house begins with.
export function stage({ start = () => Henji.start([cast.sato, cast.tanaka, cast.yamada]), undo } = {}) {
  const complaints = []
  const contexts = []
  const scene = {
    complaints,

    // A context with nobody signed in.
    async visitor(look = {}) {
      const context = await openContext(scene.browser, { ...look, url: scene.henji.url, complaints })
      contexts.push(context)
      return context.newPage()
    },

    // Somebody of the cast (or of the demo's), signed in.
    async person(who, look = {}) {
      const page = await scene.visitor(look)
      await signIn(page, `${who}@example.jp`, scene.henji.password)
      return page
    },

    // Set as the administrator does.
    async undo(seconds) {
      await undoWindow(await scene.person('suzuki', { scripts: false }), seconds)
    },

    // A customer writes; the conversation it landed in.
    async inbound(from, body, more = {}) {
      const { api, setup } = scene.henji
      const seen = await api.lastEvent()
      await api.inbound({ from, to: setup.sender, body, ...more })
      const { conversation_id } = await api.eventAfter(seen, 'message.created')
      return conversation_id
    },

    // The page that asks before the link of a text opens.
    async link() {
      const thread = await scene.inbound(newNumber(), 'http://bank.example@evil.example/')
      return `/messages/${(await scene.henji.api.messages(thread)).at(-1).id}/links/0`
    },

    // Many texts of one customer as fast as they are taken, in any order; each is
    // one event at least.
    async crowd(from, count) {
      const { api, setup } = scene.henji
      let seen = await api.lastEvent()
      const end = seen + count
      let left = count
      const send = async () => {
        while (left > 0) {
          left -= 1
          await api.inbound({ from, to: setup.sender, body: `${count - left} 通目です。よろしくお願いします。` })
        }
      }
      await Promise.all(Array.from({ length: 24 }, send))
      await until(async () => {
        const { events, next } = await api.call('GET', `/events?after=${seen}&limit=500`)
        seen = next
        return events.length === 0 && seen >= end
      }, { within: 20_000 + count * 20, what: 'all texts to arrive' })
    },
  }

  before(async () => {
    scene.henji = await start()
    scene.browser = await openBrowser()
    if (undo !== undefined) await scene.undo(undo)
  })

  after(async () => {
    for (const context of contexts) await context.close()
    await scene.browser?.close()
    await scene.henji?.remove()
    assert.deepEqual(complaints, [], 'no policy violation, no script error')
  })

  return scene
}

let lastNumber = 10_000_000

// A mobile number nobody has used yet in this run.
export function newNumber() {
  lastNumber += 1
  return `+8190${lastNumber}`
}
