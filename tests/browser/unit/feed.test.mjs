import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Feed, belongsTo, placeOf } from '../../../static/js/feed.js'

function recorder({ failOn } = {}) {
  const seen = []
  const note = name => (...args) => {
    if (failOn && args[0].id === failOn) throw new Error('planted')
    seen.push([name, ...args])
  }
  return { seen, put: note('put'), del: note('del'), attr: note('attr'), text: note('text'), say: note('say'), hello: note('hello'), applied: note('applied'), reset: note('reset'), count: note('count'), presence: note('presence') }
}

const remove = { op: 'del', id: 'm-1' }
const event = (id, ...ops) => ({ t: 'ev', id, c: 'c1', ops })

test('the cursor moves forward, whatever comes again', () => {
  const page = recorder()
  const feed = new Feed(10, page)
  feed.take(event(11, remove))
  feed.take(event(9, remove))
  assert.deepEqual(page.seen, [['del', remove, 11], ['applied', 11, 'c1'], ['del', remove, 9], ['applied', 9, 'c1']])
  assert.equal(feed.cursor, 11)
})

test('what was spoken is not spoken again', () => {
  const page = recorder()
  const feed = new Feed(10, page)
  const spoken = { op: 'say', text: 'はい', how: 'polite' }
  feed.take(event(11, spoken))
  feed.take(event(11, spoken, remove))
  assert.deepEqual(page.seen.map(([name]) => name), ['say', 'applied', 'del', 'applied'])
})

test('counts go to the page as they came', () => {
  const page = recorder()
  new Feed(10, page).take({ t: 'count', in: { i1: [1, 2, 3, 0] } })
  assert.deepEqual(page.seen, [['count', { i1: [1, 2, 3, 0] }]])
})

test('the cursor stays before an event that could not be applied', () => {
  const feed = new Feed(10, recorder({ failOn: 'm-1' }))
  assert.throws(() => feed.take(event(11, remove)), /planted/)
  assert.equal(feed.cursor, 10)
})

test('an unknown op is left alone, so that an old page survives a new server', () => {
  const page = recorder()
  new Feed(0, page).take(event(1, { op: 'glow', id: 'm-1' }, { op: 'text', id: 'count-mine', text: '4' }))
  assert.deepEqual(page.seen.map(([name]) => name), ['text', 'applied'])
})

test('a watermark moves the cursor, never back', () => {
  const feed = new Feed(10, recorder())
  feed.take({ t: 'at', id: 20 })
  feed.take({ t: 'at', id: 15 })
  assert.equal(feed.cursor, 20)
})

test('a reset goes on after the end that hello named, before anything is fetched', () => {
  const page = recorder()
  const feed = new Feed(10, page)
  page.reset = () => page.seen.push(['reset at', feed.cursor])
  feed.take({ t: 'hello', ev: 700, build: 'x' })
  feed.take({ t: 'reset', why: 'gap' })
  feed.take({ t: 'at', id: 700 })
  assert.deepEqual(page.seen, [['hello', 'x'], ['reset at', 700]])
})

test('a line finds its place from either end', () => {
  assert.equal(placeOf(5, [1, 3, 9], 'asc'), 2)
  assert.equal(placeOf(3, [1, 3, 9], 'asc'), 2)
  assert.equal(placeOf(0, [1, 3], 'asc'), 0)
  assert.equal(placeOf(5, [9, 3, 1], 'desc'), 1)
  assert.equal(placeOf(10, [9, 3], 'desc'), 0)
  assert.equal(placeOf(1, [], 'desc'), 0)
})

test('"mine" is what is assigned to me and open', () => {
  assert.equal(belongsTo('mine', 'assigned all', 'u1', 'u1'), true)
  assert.equal(belongsTo('mine', 'assigned all', 'u2', 'u1'), false)
  assert.equal(belongsTo('mine', 'closed', 'u1', 'u1'), false)
  assert.equal(belongsTo('waiting', 'unassigned all waiting', undefined, 'u1'), true)
  assert.equal(belongsTo('all', 'closed', undefined, 'u1'), false)
  assert.equal(belongsTo('teams', 'unassigned all', undefined, 'u1', '', true), true)
  assert.equal(belongsTo('teams', 'snoozed all', undefined, 'u1', '', true), false)
  assert.equal(belongsTo('teams', 'assigned all', 'u1', 'u1', '', false), false)
})

test('who is where moves no cursor', () => {
  const page = recorder()
  const feed = new Feed(7, page)
  feed.take({ t: 'pres', of: { c1: '<i></i>' } })
  assert.equal(feed.cursor, 7)
  assert.deepEqual(page.seen, [['presence', { t: 'pres', of: { c1: '<i></i>' } }]])
})
