import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checks, judge } from '../support/checks.mjs'

const story = (name, state = 'pass') => ({ name, file: 'a', state })
const told = (listed, ...stories) => judge(listed, stories).verdicts.map(({ verdict }) => verdict)

test('a check is what its stories are', () => {
  const listed = { 1: {}, 2: {}, 3: {}, 4: {} }
  assert.deepEqual(told(listed, story('a #1'), story('b #1 #2'), story('c #2', 'fail'), story('d #3', 'skip')),
    ['pass', 'FAIL', 'FAIL', 'FAIL'])
})

test('a part that is not there yet has a reason; a story that fails has none', () => {
  const listed = { 1: { lacks: 'x' }, 2: { lacks: 'x' }, 3: { lacks: 'x' } }
  assert.deepEqual(told(listed, story('a #2'), story('b #3', 'fail')), ['not yet', 'in part', 'FAIL'])
})

test('a run holds when every check does, and no story speaks of one there is not', () => {
  assert.equal(judge({ 1: {} }, [story('a #1')]).holds, true)
  assert.equal(judge({ 1: {} }, [story('a #1'), story('b #12')]).holds, false)
  assert.equal(judge({ 1: {}, 2: {} }, [story('a #1')]).holds, false)
})

test('there are 46', () => {
  assert.deepEqual(Object.keys(checks), Array.from({ length: 46 }, (_, at) => `${at + 1}`))
})
