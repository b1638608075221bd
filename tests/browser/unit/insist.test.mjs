import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insist, isUnanswered } from '../../../static/js/insist.js'

// A house that gives these answers, one after the other.
function house(...answers) {
  const waits = []
  const work = async () => answers.shift()
  return { waits, left: answers, work, env: { random: () => 1, wait: async ms => waits.push(ms) } }
}

test('what nobody answered is asked again, more and more slowly', async () => {
  const { waits, left, work, env } = house(null, null, null, true, 'never asked')
  await insist(work, env)
  assert.deepEqual(waits, [600, 1_200, 2_400])
  assert.deepEqual(left, ['never asked'])
})

test('a refusal is an answer', async () => {
  const { waits, work, env } = house(false)
  await insist(work, env)
  assert.deepEqual(waits, [])
  assert.deepEqual([0, 200, 401, 404, 429, 500, 503].map(isUnanswered), [true, false, false, false, true, true, true])
})
