// The first load: few requests, few bytes, nothing moves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage()

// What really crosses the wire, headers and all (ui.md 12.1). The page is random
// bytes longer each time, at most 127.
const most = { requests: 12, bytes: 45 * 1024, page: 14 * 1024 }

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

  const sent = wire.bytesOf(page.url())
  t.diagnostic(`${wire.requests.length} requests, ${wire.bytes} bytes, ${sent} of them the page`)
  assert.ok(wire.requests.length <= most.requests, wire.requests.join('\n'))
  assert.ok(wire.bytes <= most.bytes, `${wire.bytes} bytes`)
  assert.ok(sent <= most.page, `page of ${sent} bytes`)
  assert.equal(await page.evaluate(() => globalThis.shifted), 0)
  const origins = new Set(wire.requests.map(url => new URL(url).host))
  assert.equal(origins.size, 1, `one origin only: ${[...origins]}`)
})

async function measure(page) {
  const sizes = new Map()
  const urls = new Map()
  const wire = {
    requests: [],
    get bytes() { return [...sizes.values()].reduce((sum, size) => sum + size, 0) },
    bytesOf: url => sizes.get([...urls].find(([, known]) => known === url)[0]),
  }
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  await network.send('Network.setCacheDisabled', { cacheDisabled: true })
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (!request.url.startsWith('http')) return
    urls.set(requestId, request.url)
    wire.requests.push(request.url)
  })
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength))
  return wire
}
