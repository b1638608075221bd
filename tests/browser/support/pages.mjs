// Where things are on the pages and how a person uses them: the only file that
// names selectors. They go by route and field, never by wording, so that the
// stories read the same in both languages.
import { until } from './henji.mjs'

const at = {
  password: 'input[name=password]',
  rows: 'li[id^="row-"]',
  bubbles: '#scroll li[id^="m-"]',
  text: '.b',
  composer: '#composer',
  mode: mode => `input[name=mode][value=${mode}]`,
  act: name => `button[data-act=${name}]`,
  older: '#older',
  conflict: '.conflict',
  conflictForm: '#conflict-form',
  delivered: '.st.ok',
  retry: '.pending button.retry',
  provider: 'input[name=kind]:checked',
  simulator: '/sim',
  handset: '#handset',
}

// Every page of a signed-in administrator, by the name its picture gets.
// `threads` are ids of conversations by what is special about them.
export const everyPage = ({ threads, user, inbox, calendar, contact, merging, link, menu, sender }) => [
  ['link', link],
  ['links', '/settings/links'],
  ['inbox', '/conversations?view=all'],
  ['inbox-mine', '/conversations?view=mine'],
  ...Object.entries(threads).map(([name, id]) => [`thread-${name}`, `/conversations/${id}`]),
  ['thread-day', `/conversations/${threads.busy}?at=2026-01-01`],
  ['about', `/conversations/${threads.busy}/about`],
  ['contacts', '/contacts'],
  ['contacts-found', '/contacts?q=1234'],
  ['contacts-nobody', '/contacts?q=%E9%B0%BB%E9%B0%8C'],
  ['contact', contact],
  ['contacts-table', '/contacts/table'],
  ['merge', `${contact}/merge`],
  ['merge-found', `${contact}/merge?q=1234`],
  ['merge-chosen', merging],
  ['search', '/search'],
  ['search-found', '/search?q=%E3%81%8F%E3%81%A0%E3%81%95%E3%81%84'],
  ['search-contacts', '/search?q=1234'],
  ['search-nothing', '/search?q=%E9%B0%BB%E9%B0%8C&from=2026-01-01'],
  ['new-conversation', '/conversations/new'],
  ['applications', '/applications'],
  ['application-new', '/applications/new'],
  ['applicants-table', '/applications/table'],
  ['applicants-report', '/reports/applications'],
  ['sources', '/settings/sources'],
  ['agenda', '/appointments'],
  ['agenda-booked', '/appointments?view=booked'],
  ['agenda-week', '/appointments/days'],
  ['agenda-day', '/appointments/days?span=day'],
  ['offer', `/conversations/${threads.busy}/offer`],
  ['menus', '/handoff_flows'],
  ['menu-new', '/handoff_flows/new'],
  ['menu', menu],
  ['menu-edit', `${menu}/edit`],
  ['simulator', at.simulator],
  ['start', '/setup/start'],
  ['preferences', '/settings/preferences'],
  ['offline', '/offline'],
  ['settings', '/settings'],
  ['users', '/settings/users'],
  ['user-new', '/settings/users/new'],
  ['user', `/settings/users/${user}/edit`],
  ['teams', '/settings/teams'],
  ['team-new', '/settings/teams/new'],
  ['inboxes', '/settings/inboxes'],
  ['inbox-new', '/settings/inboxes/new'],
  ['inbox-edit', `/settings/inboxes/${inbox}/edit`],
  ['escalation', `/settings/inboxes/${inbox}/escalation`],
  ['automatic-replies', `/settings/inboxes/${inbox}/automatic_replies`],
  ['interviews', `/settings/inboxes/${inbox}/interviews`],
  ['escalations', '/escalations'],
  ['escalations-soon', '/escalations?view=soon'],
  ['report', '/reports/handoffs'],
  ['report-none', '/reports/handoffs?from=2026-01-01&to=2026-01-02'],
  ['taking', `/conversations/${threads.busy}/taking`],
  ['mails', '/settings/mails'],
  ['refused-replies', '/settings/mails/refused'],
  ['calendars', '/settings/calendars'],
  ['calendar-new', '/settings/calendars/new'],
  ['calendar', `/settings/calendars/${calendar}/edit`],
  ['interviewers', '/settings/interviewers'],
  ['tags', '/settings/tags'],
  ['tag-new', '/settings/tags/new'],
  ['fields', '/settings/fields'],
  ['field-new', '/settings/fields/new'],
  ['senders', '/settings/senders'],
  ['sender-new', '/settings/senders/new'],
  ['sender-notice', `/settings/senders/${sender}/edit`],
  ['templates', '/settings/templates'],
  ['template-new', '/settings/templates/new'],
  ['webhooks', '/settings/webhooks'],
  ['webhook-new', '/settings/webhooks/new'],
  ['tokens', '/settings/tokens'],
  ['quarantine', '/settings/quarantine'],
  ['audit', '/settings/audit'],
  ['missing', '/conversations/01900000-0000-7000-8000-000000000000'],
]

// Ids of what can be edited from a page of the settings.
export async function idsOn(page, path) {
  await page.goto(path)
  const links = await page.locator(`main a[href^="${path}/"][href$="/edit"]`).evaluateAll(all => all.map(link => link.pathname))
  return links.map(link => link.split('/')[3])
}

// A number that texts come from: each can be tried.
export async function senderOf(page) {
  await page.goto('/settings/senders')
  const test = page.locator('main a[href^="/conversations/new?test="]').first()
  return (await test.getAttribute('href')).split('=')[1]
}

// The page of the customer whose conversation this is.
export async function contactOf(page, conversation) {
  await page.goto(`/conversations/${conversation}/about`)
  return page.locator('main a[href^="/contacts/"]').getAttribute('href')
}

// On the page of a customer: they called, and want no advertising.
export async function stopAdvertising(page) {
  const form = page.locator('form', { has: page.locator('#scope') })
  await page.locator('details', { has: form }).locator('summary').click()
  await form.locator('#scope').selectOption('advertising')
  await submit(form).click()
  await page.locator('.facts .stop').waitFor()
}

// That a customer agrees to advertising, on their page.
export async function recordConsent(page, { source = 'paper', wording = '' } = {}) {
  await page.locator('#record-consent summary').click()
  await page.locator('#consent-source').selectOption(source)
  await page.locator('#wording').fill(wording)
  await submit(page.locator('#record-consent form')).click()
  await page.locator('#consents li').first().waitFor()
}

// What the house knows of a customer beside their name.
export const customerFields = {
  async make(page, { name, kind, choices }) {
    await page.goto('/settings/fields/new')
    await page.locator('[name=name]').fill(name)
    await page.locator(`[name=kind][value=${kind}]`).check()
    if (choices) await page.locator('#choices').fill(choices.join('\n'))
    await submit(page.locator('main form').first()).click()
    await page.waitForURL(/settings\/fields(\?|$)/)
  },
  form: page => page.locator('#fields-form'),
  open: page => page.locator('details', { has: page.locator('#fields-form') }).locator('summary').click(),
  shown: page => page.locator('[aria-labelledby=fields] .facts li'),
}

// One person, two numbers.
export const merging = page => ({
  news: page.locator('#merge-news'),
  both: page.locator('.both > li > b'),
  find: async (contact, words) => {
    await page.goto(`${contact}/merge`)
    await page.locator('#q').fill(words)
    await submit(page.locator('main form[role=search]')).click()
  },
  choices: page.locator('ul.found a'),
  agree: () => submit(page.locator('main form[method=post]').first()).click(),
  undo: () => page.locator('#merge-news button').click(),
  separate: () => page.locator('[aria-labelledby=merged] button').click(),
  numbers: page.locator('[aria-labelledby=numbers] li b'),
})

// The first text to somebody.
export async function newText(page) {
  await page.goto('/conversations/new')
  const form = page.locator('#new-message')
  return {
    async schedule({ to, body, at: typed }) {
      await form.locator('[name=to]').fill(to)
      await form.locator('[name=body]').fill(body)
      await form.locator('.later summary').click()
      await form.locator('input[name=send_at_typed]').fill(typed)
      await form.locator('button[name=send_at][value=typed]').click()
      await page.waitForURL(/conversations\/[0-9a-f-]{36}/)
    },
  }
}

// Numbers that some roles see masked.
export const masking = page => ({
  inPanel: page.locator('aside.side dd.num').first(),
  show: () => page.locator('aside.side [data-act=reveal]').click(),
  showOnPage: () => page.locator('form[action$="/number"] button').first().click(),
  revealed: page.locator('#revealed'),
  choose: async (...roles) => {
    await page.goto('/settings/users')
    const form = page.locator('form[action="/settings/masking"]')
    for (const tick of await form.locator('input[name=role]').all()) await tick.setChecked(roles.includes(await tick.inputValue()))
    await submit(form).click()
  },
})

// Customers from a file, and into one.
export const table = page => ({
  faults: page.locator('#faults tbody tr'),
  changes: page.locator('main tbody tr'),
  wrong: page.locator('#file-hint.wrong'),
  choose: async buffer => {
    await page.goto('/contacts/table')
    await page.locator('#file').setInputFiles({ name: '顧客.csv', mimeType: 'text/csv', buffer: Buffer.from(buffer) })
    await submit(page.locator('main form').first()).click()
  },
  agree: () => submit(page.locator('main form').first()).click(),
  listed: page.locator('ul.found .nm'),
  download: async encoding => {
    await page.goto('/contacts/table')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.locator(`button[name=encoding][value=${encoding}]`).click(),
    ])
    return file.path()
  },
})

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

// Each user has a language of their own.
export async function speak(page, locale) {
  await page.goto('/settings/preferences')
  const form = page.locator('form', { has: page.locator('select[name=locale]') })
  await form.locator('select[name=locale]').selectOption(locale)
  await submit(form).click()
  await page.locator(`html[lang=${locale}]`).waitFor()
}

// Everything a page says: its text, and what only some are told.
// Words that are said to be of another language are none of ours.
export const wordsOn = page => page.evaluate(() => {
  const { lang } = document.documentElement
  const foreign = [...document.querySelectorAll(`main [lang]:not([lang=${lang}])`)]
  for (const each of foreign) each.remove()
  const told = ['aria-label', 'title', 'placeholder', 'alt', 'data-confirm']
  const attributes = [...document.querySelectorAll('*')].flatMap(each => told.map(name => each.getAttribute(name)).filter(Boolean))
  const texts = document.querySelector('#texts')
  return [document.title, ...document.body.innerText.split('\n'), ...attributes, ...Object.values(texts?.dataset ?? {})]
})

export const list = page => ({
  rows: page.locator(at.rows),
  row: conversation => page.locator(`#row-${conversation}`),
  shown: () => page.locator(at.rows).evaluateAll(rows => rows.map(row => row.id.replace('row-', ''))),
  open: conversation => page.locator(`#row-${conversation} a`).click(),
  draft: conversation => page.locator(`#row-${conversation} .draft`),
  viewers: conversation => page.locator(`#row-${conversation} .viewer`),
  openFirst: () => page.locator(`${at.rows} a`).first().click(),
})

export async function openThread(page, conversation) {
  await page.goto(`/conversations/${conversation}`)
  return thread(page)
}

// What is said to screen readers from now on, in order: { level, text }.
export async function hearing(page) {
  const spoken = []
  await page.exposeBinding('henjiSpoke', (_, words) => { spoken.push(words) })
  await page.evaluate(() => {
    for (const level of ['polite', 'assertive']) {
      const region = document.getElementById(`say-${level}`)
      new MutationObserver(() => henjiSpoke({ level, text: region.textContent })).observe(region, { childList: true, characterData: true, subtree: true })
    }
  })
  return spoken
}

// Goes somewhere (or loads the page again) and waits until it listens: before
// that, an event would only show that pages can be loaded.
export async function listening(page, go = () => page.reload()) {
  const lines = []
  page.on('framenavigated', () => { lines.length = 0 })
  page.on('websocket', socket => {
    const line = { socket, spoken: false }
    socket.on('framereceived', () => { line.spoken = true })
    lines.push(line)
  })
  await go()
  const { socket } = await until(() => lines.findLast(line => line.spoken && !line.socket.isClosed()), { what: 'the page to listen' })
  return socket
}

export function thread(page) {
  const composer = page.locator(at.composer)
  const conflict = page.locator(at.conflict)
  const self = {
    page,
    field: composer.locator('textarea[name=body]'),
    sendButton: composer.locator('button.send'),
    bubbles: page.locator(at.bubbles),
    days: page.locator('#scroll .day').filter({ visible: true }),
    bubble: body => page.locator(at.bubbles, { has: page.locator(at.text, { hasText: exactly(body) }) }),
    retry: page.locator(at.retry).filter({ visible: true }),
    conflict,
    conflictField: conflict.locator('textarea[name=body]'),
    older: page.locator(at.older),
    undo: page.locator('.ring'),
    templates: page.locator('#picker [role=option]').filter({ visible: true }),
    templateButton: page.locator('button[data-act=templates]'),
    wrong: page.locator('#body-error'),
    wrongCure: page.locator('#body-error a'),
    purpose: composer.locator('[name=purpose]'),
    cases: page.locator('#scroll li.case'),
    counter: page.locator('#counter'),
    costs: page.locator('#costs'),
    draftKept: page.locator('#kept').filter({ visible: true }),
    viewers: page.locator('main > header .viewer'),
    typists: page.locator('#typists > *'),
    assignee: page.locator('#assign-menu summary'),
    closed: page.locator('main > header[data-state=closed]'),
    pill: page.locator('#pill'),
    offline: page.locator('#offline'),
    newBuild: page.locator('#new-build'),
    menus: page.locator('main details, .side details').filter({ visible: true }),
    divider: page.locator('#unread'),
    found: page.locator('li.line.found'),
    act: name => page.locator(at.act(name)).first().click(),

    // How far the reader has come: from the top, and what is left to the end.
    place: () => page.locator('#scroll').evaluate(box => ({
      top: box.scrollTop,
      left: box.scrollHeight - box.scrollTop - box.clientHeight,
    })),

    // Turns the wheel back until the first message stands in sight.
    async readBack() {
      await page.locator('#scroll').hover()
      await page.mouse.wheel(0, -10_000)
      await until(async () => (await self.place()).top === 0, { what: 'the beginning' })
    },

    // Turns the wheel one way until something is so.
    async turn(way, isSo) {
      await page.locator('#scroll').hover()
      await until(async () => {
        for (let n = 0; n < 8; n += 1) await page.mouse.wheel(0, way * 1_200)
        return isSo()
      }, { within: 20_000, what: 'the end of the turning' })
    },

    async jumpTo(day) {
      const menu = page.locator('#jump-menu')
      if (!await menu.locator('input').isVisible()) await menu.locator('summary').click()
      await menu.locator('input').fill(day)
      await menu.locator('button').click()
    },

    async enterSends(sends) {
      const saved = page.waitForResponse(answer => answer.url().endsWith('/settings/preferences'))
      await page.locator('#enter-sends').setChecked(sends)
      await saved
    },

    async assign(name) {
      await page.locator('#assign-menu summary').click()
      await page.locator(at.act('assign'), { hasText: name }).click()
    },

    snoozeMenu: page.locator('#snooze-menu summary'),
    snoozeChoices: page.locator('#snooze-menu').locator(at.act('snooze')),
    async snooze() {
      await self.snoozeMenu.click()
      await self.snoozeChoices.first().click()
    },

    // What the bubbles say, in the order they stand on the page.
    bodies: () => page.locator(`${at.bubbles} ${at.text}`).allInnerTexts(),

    async send(body) {
      await self.field.fill(body)
      await self.sendButton.click()
    },

    mode: () => composer.locator('input[name=mode]:checked').inputValue(),
    chooseMode: mode => composer.locator('label', { has: page.locator(at.mode(mode)) }).click(),
    async insertTemplate(label) {
      await composer.locator('select[name=template_id]').selectOption({ label })
      await composer.locator('button[formaction$="?insert"]').click()
    },
    // At the first of the times on offer, or at one that is typed.
    async sendLater({ at: typed, untilReply = false }) {
      await composer.locator('.later summary').click()
      if (untilReply) await composer.locator('input[name=until_reply]').check()
      if (typed) await composer.locator('input[name=send_at_typed]').fill(typed)
      await composer.locator(`button[name=send_at]${typed ? '' : ':not([value=typed])'}`).first().click()
    },

    keepDraft: () => composer.locator('button[formaction$="/draft"]').click(),

    async note(body) {
      await self.chooseMode('note')
      await self.field.fill(body)
      await composer.locator('button.save-note').click()
    },

    // Sends as a page does that was opened before everything else happened.
    sendOutdated: body => page.evaluate(text => {
      const form = document.querySelector('#composer')
      form.elements.body.value = text
      form.elements.seen_seq.value = 1
      form.submit()
    }, body),

    confirm: () => submit(page.locator(at.conflictForm)).click(),

    delivered: body => self.bubble(body).locator(at.delivered).waitFor({ timeout: 20_000 }),

    shows: (body, within = 5_000) => until(async () => (await self.bubble(body).count()) === 1,
      { within, what: `exactly one bubble "${body}"` }),
  }
  return self
}

// Everything by name, from anywhere.
export const palette = page => ({
  open: async () => {
    await page.keyboard.press('Control+k')
    await page.locator('#palette').waitFor()
  },
  dialog: page.locator('#palette'),
  field: page.locator('#palette input'),
  offered: page.locator('#palette [role=option]:visible'),
  chosen: page.locator('#palette [aria-selected=true]'),
})

export const search = page => ({
  field: page.locator('#q'),
  hits: page.locator('ol.found a'),
  contacts: page.locator('ul.found a'),
  marks: page.locator('ol.found mark'),
  ask: words => page.goto(`/search?q=${encodeURIComponent(words)}`),

  async narrow(tag) {
    await page.locator('#tag').selectOption(tag ? { label: tag } : '')
    await page.locator('form.asking button.pri').click()
  },

  // As one does at work: in the field above the list.
  async fromList(words) {
    await page.goto('/conversations')
    await page.locator('#find').fill(words)
    await page.locator('#find').press('Enter')
    await page.waitForURL(/\/search\?/)
  },
})

function exactly(text) {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}\\s*$`)
}

export async function makeTemplate(page, fields) {
  await page.goto('/settings/templates/new')
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name=${name}]`).fill(value)
  await page.locator('main form button.pri').click()
  await page.waitForURL('**/settings/templates?*')
}

export async function signOut(page) {
  await page.goto('/settings/preferences')
  await page.locator('#sign-out').click()
  await page.locator(at.password).waitFor()
}

export const signedOutDialog = page => page.locator('#signed-out')

// The four pages of the first run. Each has one form and one way on.
export const setup = {
  async fill(page, fields) {
    for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value)
  },
  next: page => submit(page.locator('main form').first()).click(),
  provider: page => page.locator(at.provider).inputValue(),
  finish: page => page.locator('main .actions a.pri').click(),
}

// The page with the handset on it, and the inbox beside it.
export const simulator = {
  open: page => page.locator(`nav a[href="${at.simulator}"]`).click(),
  async write(page, body) {
    await page.locator(`${at.handset} textarea[name=body]`).fill(body)
    await page.locator(`${at.handset} form button.pri`).click()
  },
  received: (page, body) => page.locator(at.handset).getByText(body, { exact: true }).waitFor({ timeout: 20_000 }),
}

// The handset's keypad.
export const keypad = page => ({
  open: () => page.goto(at.simulator),
  async ring({ shows = 'own' } = {}) {
    await page.locator('#sim-shows').selectOption(shows)
    await page.locator('#call form button.pri').click()
    await page.locator('#call .said').waitFor()
  },
  said: () => page.locator('#call .said p').allTextContents(),
  async press(keys) {
    for (const key of keys) {
      const next = page.waitForNavigation()
      await page.locator(`#call .keys button[value="${key}"]`).click()
      await next
    }
  },
  async type(number) {
    await page.locator('#typed').fill(number)
    const next = page.waitForNavigation()
    await page.locator('#typed').press('Enter')
    await next
  },
  over: page.locator('#sim-flow'),
  link: page.locator(`${at.handset} a[href*="/l/"]`),
})

// Counts what a hand does: trusted clicks of a mouse, on every page it visits.
export async function countClicks(page) {
  const hand = { clicks: 0 }
  await page.exposeBinding('henjiClicked', () => { hand.clicks += 1 })
  await page.addInitScript(() => addEventListener('click', event => {
    if (event.isTrusted && event.detail > 0) henjiClicked()
  }, true))
  return hand
}

// What a team does together: tags, choosing rows, calling a colleague.
export const team = page => ({
  tags: page.locator('.side .tags > .chip.tag'),
  tagMenu: page.locator('#tag-menu summary'),
  tag: name => page.locator('#tag-menu button', { hasText: name }),
  rowTags: conversation => page.locator(`#row-${conversation} .chip.tag`),
  box: conversation => page.locator(`#pick-${conversation}`),
  bulk: page.locator('#bulk'),
  picked: page.locator('#picked'),
  do: verb => page.locator(`#bulk button[value^="${verb}"]`).first().click(),
  bulkMenu: name => page.locator(`#bulk-${name} summary`).click(),
  result: page.locator('.selected'),
  people: page.locator('#callable'),
  offered: page.locator('#callable [role=option]:visible'),
  handOverNote: page.locator('#hand-over'),
  undo: page.locator('[data-undo]'),
  closeNext: page.locator('.th .close-next'),
  count: tab => page.locator(`#count-${tab}`),
  called: conversation => page.locator(`#row-${conversation} .called`),
})

// Business hours, as an administrator makes them and an agent is told of them.
export const calendars = {
  weekdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
  async make(page, name, week) {
    await page.goto('/settings/calendars/new')
    await page.locator('[name=name]').fill(name)
    for (const [day, hours] of Object.entries(week)) await page.locator(`#${day}`).fill(hours)
    await submit(page.locator('main form').first()).click()
  },
  // One with a day of its own, for pictures; its id.
  async sample(page) {
    const [known] = await idsOn(page, '/settings/calendars')
    if (known) return known
    await this.make(page, '平日', { saturday: '10-12, 13-15' })
    await page.waitForURL('**/edit?saved*')
    const [, day] = await this.ahead(page).locator('time').evaluateAll(all => all.map(time => time.dateTime))
    await this.special(page, { day, day_name: '棚卸し', day_hours: '' })
    const [, id] = page.url().match(/calendars\/([0-9a-f-]+)/)
    await this.give(page, '平日')
    return id
  },
  ahead: page => page.locator('#ahead + table tbody tr'),
  async special(page, fields) {
    for (const [name, value] of Object.entries(fields)) await page.locator(`#${name}`).fill(value)
    await page.locator('form[action$="/days"] button').click()
    await page.locator('form[action*="/days/"]').first().waitFor()
  },
  give: (page, name) => setInbox(page, 'calendar_id', { label: name }),
  told: page => ({
    closed: page.locator('main > header [data-closed]'),
    menu: page.locator('#snooze-menu summary'),
    opening: page.locator('#snooze-menu button', { hasText: '次の営業開始' }),
  }),
}

// An administrator makes a tag.
export async function makeTag(page, name, colour = 'ai') {
  await page.goto('/settings/tags/new')
  await page.locator('[name=name]').fill(name)
  await page.locator(`[name=colour][value=${colour}]`).check()
  await submit(page.locator('main form').first()).click()
  await page.locator('main .chip.tag', { hasText: name }).waitFor()
}

// A ladder of mails, row by row.
export const ladder = page => ({
  async fill(row, { trigger, minutes, words, every, to }) {
    await page.locator(`#trigger_${row}`).selectOption(trigger)
    await page.locator(`#minutes_${row}`).fill(minutes)
    await page.locator(`[name=to_${row}][value=${to}]`).check()
    if (!words) return
    await page.locator(`#step-${row} summary`).click()
    await page.locator(`#words_${row}`).fill(words)
    await page.locator(`#every_${row}`).fill(every)
  },
  async save() {
    await Promise.all([page.waitForURL(/saved/), page.locator('main form button.pri').click()])
  },
  async backtest() {
    await page.locator('main form [name=backtest]').click()
    await page.locator('#tally').waitFor()
  },
  tally: () => page.locator('#tally').innerText(),
  said: row => page.locator(`#step-${row} .said`).innerText(),
})

// What an inbox answers by itself, row by row.
export const automaticReplies = page => ({
  async fill(row, { when, words, body }) {
    await page.locator(`#when_${row}`).selectOption(when)
    if (words) await page.locator(`#words_${row}`).fill(words)
    await page.locator(`#body_${row}`).fill(body)
  },
  async save() {
    await Promise.all([page.waitForURL(/saved/), page.locator('main form button.pri').click()])
  },
})

// Who waits too long.
export const escalations = page => ({
  open: (view = 'overdue') => page.goto(`/escalations?view=${view}`),
  count: async view => Number(await page.locator(`#view-${view} .num`).innerText()),
  card: () => page.locator('#escalations .held > li').first().innerText(),
  told: page.locator('#escalations .held > li').first().locator('.cases time'),
  taken: page.locator('#escalations .held > li', { has: page.locator('.cases time') }),
  reason: page.locator('#escalations details[open] [name=reason]'),
  async give(reason, at = 0) {
    const card = page.locator('#escalations .held > li').nth(at)
    await card.locator('summary').click()
    await card.locator('[name=reason]').fill(reason)
    return card
  },
  async stop(reason) {
    const card = await this.give(reason)
    await Promise.all([page.waitForURL(/view=/), card.locator('[id^=stop-]').click()])
  },
  async take() {
    await Promise.all([page.waitForURL(/conversations/), page.locator('[id^=take-]').first().click()])
  },
})

export const undoWindow = (page, seconds) => setInbox(page, 'undo_seconds', { value: String(seconds) })

async function setInbox(page, field, choice) {
  await page.goto('/settings/inboxes')
  await page.locator('main tbody a').first().click()
  await page.locator(`#${field}`).selectOption(choice)
  await submit(page.locator('main form').first()).click()
  await page.waitForURL('**/settings/inboxes?*')
}

// Phone menus (IVR), and keys that are pressed in them.
export const phoneMenus = {
  list: '/handoff_flows',
  // The sample that an empty list offers; its page.
  async sample(page) {
    await page.goto(this.list)
    const known = page.locator('main tbody th a')
    if (await known.count()) return known.first().getAttribute('href')
    await page.locator('form[action$="/sample"] button').click()
    await page.waitForURL('**/handoff_flows/*?saved')
    return new URL(page.url()).pathname
  },
  empty: page => page.locator('main .empty'),
  rows: page => page.locator('main tbody th'),
  form: page => ({
    fill: async fields => { for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value) },
    choose: (id, label) => page.locator(`#${id}`).selectOption({ label }),
    steps: page.locator('fieldset.step'),
    more: () => page.locator('button[name=more]').click(),
    drop: n => page.locator(`button[name=drop][value="${n}"]`).click(),
    put: n => page.locator(`button[name=fill][value="${n}"]`).click(),
    save: () => page.locator('main form button.pri').click(),
    wrong: page.locator('main [aria-invalid=true]'),
  }),
  edit: page => page.locator('main header a[href$="/edit"]').click(),
  remove: async page => {
    await page.locator('#agreed').check()
    await page.locator('#remove button').click()
  },
  mode: (page, word) => page.locator(`#overflow button[value=${word}]`).click(),
  banner: page => page.locator('.busy'),
  async press(page, number, digit) {
    await page.locator('#number').fill(number)
    await page.locator('#digit').selectOption(digit)
    await page.locator('form[action*="/presses"] button').click()
  },
  answer: page => page.locator('#answer'),
}
