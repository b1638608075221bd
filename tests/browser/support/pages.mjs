// Where things are on the pages and how a person uses them: the only file that
// names selectors. They go by route and field, never by wording, so that the
// stories read the same in both languages.
import { until } from './henji.mjs'

const at = {
  password: 'input[name=password]',
  rows: '[id^="row-"]',
  bubbles: '[id^="m-"]',
  text: '.b',
  composer: 'form[action$="/messages"]',
  note: 'form[action$="/notes"]',
  assignment: 'form[action$="/assignment"]',
  closure: 'form[action$="/closure"]',
  older: 'a[href*="before="]',
  conflict: '.conflict',
  conflictConfirm: '.conflict button:not([type=button])',
  delivered: '.ok',
  retry: 'button.retry',
  provider: 'input[name=provider]:checked',
  simulator: '/simulator',
}

// Every page of the product, by the name its picture gets.
export const everyPage = conversation => [
  ['inbox', '/conversations'],
  ['thread', `/conversations/${conversation}`],
  ['about', `/conversations/${conversation}/about`],
  ['new-conversation', '/conversations/new'],
  ['simulator', at.simulator],
  ['missing', '/conversations/01900000-0000-7000-8000-000000000000'],
]

// The button that sends a form, whatever it is called today.
export const submit = form => form.locator('button:not([type=button]):visible, input[type=submit]').first()

export async function signIn(page, email, password) {
  await page.goto('/')
  const form = page.locator('form', { has: page.locator(at.password) })
  await form.locator('input[name=email]').fill(email)
  await form.locator(at.password).fill(password)
  await Promise.all([
    page.waitForURL(url => !url.pathname.startsWith('/session')),
    submit(form).click(),
  ])
}

export const list = page => ({
  rows: page.locator(at.rows),
  row: conversation => page.locator(`#row-${conversation}`),
  link: conversation => page.locator(`a#row-${conversation}, #row-${conversation} a`).first(),
  open: conversation => list(page).link(conversation).click(),
  openFirst: () => page.locator(`a${at.rows}, ${at.rows} a`).first().click(),
})

export async function openThread(page, conversation) {
  await page.goto(`/conversations/${conversation}`)
  return thread(page)
}

export function thread(page) {
  const composer = page.locator(at.composer).first()
  const self = {
    page,
    composer,
    field: composer.locator('textarea[name=body]'),
    sendButton: submit(composer),
    bubbles: page.locator(at.bubbles),
    bubble: body => page.locator(at.bubbles, { hasText: body }),
    failed: page.locator(at.bubbles, { has: page.locator(at.retry).filter({ visible: true }) }),
    retry: page.locator(at.retry).filter({ visible: true }).first(),
    conflict: page.locator(at.conflict),
    older: page.locator(at.older).first(),
    noteForm: page.locator(at.note).first(),
    assignment: page.locator(at.assignment).first(),
    closure: page.locator(at.closure).first(),

    // What the bubbles say, in the order they stand on the page.
    bodies: () => page.locator(`${at.bubbles} ${at.text}`).allInnerTexts(),

    async send(body) {
      await self.field.fill(body)
      await self.sendButton.click()
    },

    async note(body) {
      await self.noteForm.locator('textarea[name=body]').fill(body)
      await submit(self.noteForm).click()
    },

    confirm: () => page.locator(at.conflictConfirm).first().click(),

    delivered: body => self.bubble(body).locator(at.delivered).waitFor({ timeout: 20_000 }),

    shows: (body, within = 5_000) => until(async () => (await self.bubble(body).count()) === 1,
      { within, what: `exactly one bubble "${body}"` }),
  }
  return self
}

// The four pages of the first run. Each has one form and one way on.
export const setup = {
  async fill(page, fields) {
    for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value)
  },
  next: page => submit(page.locator('main form').first()).click(),
  provider: page => page.locator(at.provider).inputValue(),
  finish: page => page.locator('main a, main button').first().click(),
}

// The page with the handset on it.
export const simulator = {
  open: page => page.locator(`a[href="${at.simulator}"]`).first().click(),
  async write(page, body) {
    const form = page.locator('form', { has: page.locator('[name=body]') }).first()
    await form.locator('[name=body]').fill(body)
    await submit(form).click()
  },
  received: (page, body) => page.getByText(body).first().waitFor({ timeout: 20_000 }),
}

// Counts what a hand does: trusted clicks of a mouse, on every page it visits.
export async function countClicks(page) {
  const hand = { clicks: 0 }
  await page.exposeBinding('henjiClicked', () => { hand.clicks += 1 })
  await page.addInitScript(() => addEventListener('click', event => {
    if (event.isTrusted && event.detail > 0) henjiClicked()
  }, true))
  return hand
}
