// The browser counts as the server does: src/domain/segment.rs, src/domain/segment/gsm7.rs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { count, normalise, profileOf } from '../../../static/js/count.js'

const standard = { gsm7: { single: 160, multi: 153 }, ucs2: { single: 70, multi: 67 }, maxParts: 10 }
const parts = body => count(body, standard).parts

// The table of the server, read from its source.
const rust = readFileSync(new URL('../../../src/domain/segment/gsm7.rs', import.meta.url), 'utf8')
const unescape = text => text.replace(/\\\n\s*/g, '').replace(/\\u\{(\w+)\}|\\(.)/g, (_, hex, c) =>
  hex ? String.fromCodePoint(parseInt(hex, 16)) : { n: '\n', r: '\r' }[c] ?? c)
const basic = unescape(rust.match(/const BASIC: &str = "([^]*?)";/)[1]).replace('\x1b', '')
const extension = [...rust.match(/const EXTENSION[^]*?\];/)[0].matchAll(/'(\\u\{\w+\}|\\?.)', 0x/g)].map(([, c]) => unescape(c))

test('every character of the GSM table takes one septet, of the extension two', () => {
  assert.equal([...basic].length, 127)
  assert.equal(extension.length, 10)
  for (const c of basic.replace('\r', '')) assert.deepEqual([count(c, standard).encoding, count(c, standard).units], ['gsm7', 1], JSON.stringify(c))
  for (const c of extension) assert.deepEqual([count(c, standard).encoding, count(c, standard).units], ['gsm7', 2], JSON.stringify(c))
})

test('a character outside the table makes the whole text UCS-2', () => {
  for (const c of ['あ', '`', '“', 'ç', '\t', '😀', '～']) assert.equal(count(`abc${c}`, standard).encoding, 'ucs2', c)
})

test('160/161 and 70/71 characters are the edge of one text', () => {
  assert.equal(parts('a'.repeat(160)), 1)
  assert.equal(parts('a'.repeat(161)), 2)
  assert.equal(parts('あ'.repeat(70)), 1)
  assert.equal(parts('あ'.repeat(71)), 2)
  assert.equal(parts('あ'.repeat(134)), 2)
  assert.equal(parts('あ'.repeat(135)), 3)
})

test('neither an escape pair nor a surrogate pair nor a family is cut', () => {
  assert.equal(parts('a'.repeat(152) + '€' + 'a'.repeat(152)), 3)
  assert.equal(parts('あ'.repeat(66) + '😀' + 'あ'.repeat(66)), 3)
  const family = '👨‍👩‍👧‍👦'
  assert.equal(family.length, 11)
  assert.equal(parts('あ'.repeat(57) + family + 'あ'.repeat(10)), 2)
})

test('eleven parts are too long', () => {
  assert.equal(count('あ'.repeat(670), standard).tooLong, false)
  assert.equal(count('あ'.repeat(671), standard).tooLong, true)
})

test('pasted spaces and line ends count as the server will send them', () => {
  assert.equal(normalise('a\r\nb\rc\u00a0d\u200be\ufeff'), 'a\nb\nc de')
  assert.equal(count('か\u3099', standard).units, 1)
  assert.equal(count('a\u00a0b', standard).encoding, 'gsm7')
})

test('the profile is read from the form', () => {
  assert.deepEqual(profileOf({ gsm7Single: '160', gsm7Multi: '153', ucs2Single: '70', ucs2Multi: '67', maxParts: '10' }), standard)
})

test('the character that costs is named', () => {
  const costs = body => count(body, standard).costs
  assert.equal(costs('a'.repeat(160)), undefined)
  assert.equal(costs('あ'.repeat(70)), undefined)
  // The first of the next part.
  assert.deepEqual(costs('あ'.repeat(67) + 'いうえお'), { opens: 'い' })
  assert.deepEqual(costs('あ'.repeat(67) + '\n' + 'う'.repeat(9)), { opens: '↵' })
  assert.deepEqual(costs('a'.repeat(153) + 'b' + 'c'.repeat(10)), { opens: 'b' })
  assert.deepEqual(costs('あ'.repeat(66) + '😀' + 'う'.repeat(9)), { opens: '😀' })
  // A stray one of another alphabet, where it costs a part.
  assert.deepEqual(costs('Your parcel’s on its way. '.repeat(3)), { widens: '’' })
  assert.equal(costs('Your parcel’s on its way.'), undefined)
  // Japanese is not told that it is Japanese.
  assert.deepEqual(costs('お問い合わせありがとうございます。'.repeat(5)).widens, undefined)
})
