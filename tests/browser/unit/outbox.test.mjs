import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Outbox, newId, retryDelay } from '../../../static/js/outbox.js'

class Storage {
  items = new Map()
  getItem(key) { return this.items.get(key) ?? null }
  setItem(key, text) { this.items.set(key, text) }
  removeItem(key) { this.items.delete(key) }
}

const entry = (cid, conversation = 'c1') => ({ cid, conversation, fields: { body: cid } })

test('what is not acknowledged survives a reload, with its state', () => {
  const storage = new Storage()
  const before = new Outbox(storage, 'u1')
  before.add(entry('a'))
  before.add(entry('b', 'c2'))
  before.update('a', { state: 'failed', why: 'x' })
  const after = new Outbox(storage, 'u1')
  assert.deepEqual(after.of('c1'), [{ ...entry('a'), state: 'failed', why: 'x', tries: 0 }])
  assert.deepEqual(after.waiting().map(({ cid }) => cid), ['b'])
})

test('nothing stays behind once all is acknowledged', () => {
  const storage = new Storage()
  const outbox = new Outbox(storage, 'u1')
  outbox.add(entry('a'))
  outbox.remove('a')
  assert.equal(storage.items.size, 0)
})

test("another user's texts are not seen", () => {
  const storage = new Storage()
  new Outbox(storage, 'u1').add(entry('a'))
  assert.deepEqual(new Outbox(storage, 'u2').all(), [])
})

test('two tabs share one list', () => {
  const storage = new Storage()
  const [one, two] = [new Outbox(storage, 'u1'), new Outbox(storage, 'u1')]
  one.add(entry('a'))
  two.add(entry('b'))
  one.remove('a')
  assert.deepEqual(two.all().map(({ cid }) => cid), ['b'])
})

test('on a shared machine it lives in memory only', () => {
  const outbox = new Outbox(null, 'u1')
  outbox.add(entry('a'))
  assert.equal(outbox.all().length, 1)
})

test('spoilt storage is an empty list, not a dead page', () => {
  const storage = new Storage()
  storage.setItem('outbox:u1', '{oops')
  assert.deepEqual(new Outbox(storage, 'u1').all(), [])
})

test('only a broken line is tried again by itself, three times', () => {
  assert.deepEqual([1, 2, 3, 4].map(tries => retryDelay(tries, 0)), [1, 4, 15, null])
  for (const status of [400, 409, 422, 500, 503]) assert.equal(retryDelay(1, status), null)
})

test('ids are UUIDv7 in the order of time', () => {
  const ids = [1_000, 2_000, 1_763_700_000_000].map(time => newId(time))
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(Array.from({ length: 100 }, () => newId())).size, 100)
})
