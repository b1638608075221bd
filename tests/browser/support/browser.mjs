// One Chromium, and in it one context a person: language, light, width, scripts.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { root } from './henji.mjs'

const screenshots = join(root, 'target/screenshots')

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

export const looks = {
  locale: { ja: 'ja-JP', en: 'en-US' },
  width: { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } },
}

// Opens a context; everything the browser complains about lands in `complaints`.
// No service worker, unless asked for: past one that has just taken over, Chromium now
// and then lets a request through that a story holds back (`route`).
export async function openContext(browser, { locale = 'ja', scheme = 'light', width = 'desktop', scripts = true, worker = false, url, complaints }) {
  const context = await browser.newContext({
    baseURL: url,
    locale: looks.locale[locale],
    timezoneId: 'Asia/Tokyo',
    colorScheme: scheme,
    viewport: looks.width[width],
    hasTouch: width === 'phone',
    isMobile: width === 'phone',
    javaScriptEnabled: scripts,
    serviceWorkers: worker ? 'allow' : 'block',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(10_000)
  await context.exposeBinding('henjiViolation', (_, text) => complaints.push(text))
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => {
      henjiViolation(`${event.violatedDirective} violated by ${event.blockedURI} at ${location.pathname}: ${event.sample}`)
    })
  })
  context.on('console', message => {
    if (message.type() === 'error' && !isExpected(message.text())) complaints.push(`console: ${message.text()}`)
  })
  context.on('weberror', error => complaints.push(`script: ${error.error().stack ?? error.error()}`))
  return context
}

// Chromium itself reports every refused or unreachable request; the stories
// make such requests on purpose and look at what the page does with them.
function isExpected(text) {
  return /Failed to load resource|WebSocket connection to .* failed|net::ERR_/.test(text)
}

export async function takeScreenshot(page, name) {
  mkdirSync(screenshots, { recursive: true })
  const path = join(screenshots, `${name}.png`)
  const take = () => page.screenshot({ path, animations: 'disabled' })
  await take().catch(error => isHiccup(error) ? take() : Promise.reject(error))
  return path
}

// Chromium now and then refuses the first picture of a page and takes the very same a
// moment later.
function isHiccup(error) {
  return error.message.includes('Unable to capture screenshot')
}
