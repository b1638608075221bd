// The first load: few requests, few bytes, nothing moves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

// Pages leave uncompressed: they hold secrets beside words that strangers can
// send us, and the length of a compressed page would tell one from the other
// (BREACH). So the 45 KB are counted as a proxy that compresses would send them,
// and the page as it really is has a limit of its own.
const most = { requests: 12, bytes: 45 * 1024, page: 14 * 1024, rawPage: 48 * 1024 }

test('a cold thread of 60 messages: at most 12 requests, 45 KB, no shift', async t => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, '1')
  for (let n = 2; n <= 60; n += 1) await scene.inbound(customer, `${n} 通目のメッセージです。よろしくお願いします。`)

  const page = await scene.person('sato')
  const wire = await measure(page)
  await page.addInitScript(() => {
    globalThis.shifted = 0
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(`/conversations/${conversation}`, { waitUntil: 'networkidle' })
  await page.waitForTimeout(500)

  const answer = await page.context().request.get(page.url())
  const html = await answer.body()
  const packed = gzipSync(html).length
  const bytes = wire.bytes - html.length + packed
  t.diagnostic(`${wire.requests.length} requests, ${wire.bytes} bytes; page ${html.length}, ${packed} packed`)
  assert.ok(wire.requests.length <= most.requests, wire.requests.join('\n'))
  assert.ok(bytes <= most.bytes, `${bytes} bytes with the page packed`)
  assert.ok(packed <= most.page, `page of ${packed} bytes packed`)
  assert.ok(html.length <= most.rawPage, `page of ${html.length} bytes`)
  assert.equal(await page.evaluate(() => globalThis.shifted), 0)
  const origins = new Set(wire.requests.map(url => new URL(url).host))
  assert.equal(origins.size, 1, `one origin only: ${[...origins]}`)
})

async function measure(page) {
  const wire = { requests: [], bytes: 0 }
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  await network.send('Network.setCacheDisabled', { cacheDisabled: true })
  network.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url.startsWith('http')) wire.requests.push(request.url)
  })
  network.on('Network.loadingFinished', ({ encodedDataLength }) => { wire.bytes += encodedDataLength })
  return wire
}
