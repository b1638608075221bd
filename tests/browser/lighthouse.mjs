// What Lighthouse says of the pages people wait for, on a slow telephone as it
// simulates one. Started by bin/lighthouse, which brings Lighthouse along.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openBrowser, openContext } from './support/browser.mjs'
import { Henji } from './support/henji.mjs'
import { signIn } from './support/pages.mjs'

// Performance swings with the machine: what is promised in bytes and shifts is
// held by tests/browser/weight.test.mjs at every run.
const least = { performance: 90, accessibility: 100, 'best-practices': 95 }

const henji = await Henji.demo()
const browser = await openBrowser()
let failed = false
try {
  const context = await openContext(browser, { url: henji.url, complaints: [], worker: true })
  const page = await context.newPage()
  await signIn(page, 'suzuki@example.jp', henji.password)
  const { items } = await henji.api.call('GET', '/conversations?limit=1')
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  for (const [path, Cookie] of [['/session/new', ''], ['/conversations?view=all', cookie], [`/conversations/${items[0].id}`, cookie], ['/search', cookie]]) {
    const scores = await measure(henji.url + path, Cookie)
    const low = Object.keys(least).filter(name => scores[name] < least[name])
    console.log(`${path.replace(items[0].id, '{id}').padEnd(26)} ${Object.entries(scores).map(([name, value]) => `${name} ${value}`).join('  ')}${low.length ? `  below: ${low}` : ''}`)
    failed ||= low.length > 0
  }
} finally {
  await browser.close()
  await henji.remove()
}
process.exit(failed ? 1 : 0)

// Beside this process, which carries the lines between browser and henji.
async function measure(url, cookie) {
  const { stdout } = await promisify(execFile)('lighthouse', [url, '--quiet', '--output=json', `--only-categories=${Object.keys(least)}`,
    '--chrome-flags=--headless=new --no-sandbox --disable-gpu', ...(cookie ? [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`] : [])],
  { maxBuffer: 1 << 28, env: { ...process.env, CHROME_PATH: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium' } })
  const { categories, audits } = JSON.parse(stdout)
  const scores = Object.fromEntries(Object.entries(categories).map(([name, { score }]) => [name, Math.round(score * 100)]))
  return { ...scores, lcp: audits['largest-contentful-paint'].displayValue, shift: audits['cumulative-layout-shift'].displayValue }
}
