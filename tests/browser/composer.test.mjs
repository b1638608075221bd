// The box an answer is written in: quick, exact, and never in doubt what it does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { contactOf, newText, openThread, recordConsent, stopAdvertising } from './support/pages.mjs'
import { newNumber, stage } from './support/stage.mjs'

const scene = stage({ undo: 0 })

test('the bubble is painted within 50 ms of the key #20', async t => {
  const { thread } = await talk('速さを測る')
  const times = []
  for (let n = 0; n < 5; n += 1) {
    await thread.field.fill(`速い返事 ${n}`)
    await thread.page.evaluate(() => {
      globalThis.painted = new Promise(done => addEventListener('keydown', ({ timeStamp }) => {
        const wait = () => document.querySelector('.pending') ? requestAnimationFrame(() => done(performance.now() - timeStamp)) : requestAnimationFrame(wait)
        requestAnimationFrame(wait)
      }, { once: true, capture: true }))
    })
    await thread.page.route('**/messages', async route => { await new Promise(done => setTimeout(done, 300)); await route.continue() })
    await thread.field.press('Control+Enter')
    times.push(await thread.page.evaluate(() => globalThis.painted))
    await thread.shows(`速い返事 ${n}`)
    await until(async () => (await thread.page.locator('.pending').count()) === 0, { what: 'the server’s bubble' })
  }
  t.diagnostic(`${times.map(time => time.toFixed(0))} ms`)
  assert.ok(times.toSorted((a, b) => a - b)[2] <= 50, `${times}`)
})

test('what failed outlives the tab, and can be edited or thrown away #22', async () => {
  const { thread, conversation, customer } = await talk('落ちますか')
  let refuses = true
  await thread.page.context().route(`**/conversations/${conversation}/messages`, route =>
    refuses ? route.fulfill({ status: 503, body: '' }) : route.continue())
  for (const body of ['一つ目', '二つ目']) {
    await thread.send(body)
    await until(async () => (await thread.bubble(body).locator('button.retry:visible').count()) === 1, { within: 15_000, what: `${body} to fail` })
  }
  // The tab crashes; another one of the same browser comes up.
  const context = thread.page.context()
  const session = await context.newCDPSession(thread.page)
  const crashed = thread.page.waitForEvent('crash')
  session.send('Page.crash').catch(() => {})
  await crashed
  const again = await openThread(await context.newPage(), conversation)
  await again.shows('一つ目')
  await again.shows('二つ目')
  assert.equal(await again.field.inputValue(), '', 'it does not stand in the box as well')
  await again.bubble('一つ目').locator('button.discard').click()
  await until(async () => (await again.bubble('一つ目').count()) === 0, { what: 'the first to be gone' })
  await again.bubble('二つ目').locator('button.edit').click()
  assert.equal(await again.field.inputValue(), '二つ目')
  refuses = false
  await again.field.fill('二つ目、直しました')
  await again.sendButton.click()
  await arrives(customer, '二つ目、直しました')
  await again.page.reload()
  assert.deepEqual(await texts(customer), ['二つ目、直しました'])
  assert.equal(await again.page.locator('.pending').count(), 0)
})

test('Enter twice, and two tabs with the same unsent text: one message each #23', async () => {
  const { thread, conversation, customer } = await talk('二度押し')
  await thread.field.fill('一度です')
  await Promise.all([thread.field.press('Control+Enter'), thread.field.press('Control+Enter')])
  await arrives(customer, '一度です')

  // Written while the line is down, seen by two tabs that both find it up again.
  const other = await openThread(await thread.page.context().newPage(), conversation)
  scene.henji.wire.down()
  await thread.send('二つの窓から')
  await thread.shows('二つの窓から', 1_000)
  scene.henji.wire.up()
  await arrives(customer, '二つの窓から', 40_000)
  await other.shows('二つの窓から', 20_000)
  await thread.page.waitForTimeout(1_000)
  assert.deepEqual((await texts(customer)).sort(), ['一度です', '二つの窓から'])
})

test('the counter counts as the server does, and names what costs #26', async () => {
  const { thread } = await talk('何通になりますか')
  const bodies = [
    'あ'.repeat(70), 'あ'.repeat(71), 'a'.repeat(160), 'a'.repeat(161),
    'あ'.repeat(68) + '😀', 'あ'.repeat(69) + '😀', 'か\u3099'.repeat(70), '𠮟る'.repeat(24),
  ]
  for (const body of bodies) {
    await thread.field.fill(body)
    const [, parts] = (await thread.counter.innerText()).match(/・(\d+)通/)
    const seen = await scene.henji.api.lastEvent()
    await thread.sendButton.click()
    const { message_id } = await scene.henji.api.eventAfter(seen, 'message.created')
    const { segments } = await scene.henji.api.call('GET', `/messages/${message_id}`)
    assert.equal(Number(parts), segments, body)
  }
  await thread.field.fill('あ'.repeat(67) + 'いうえお')
  assert.match(await thread.costs.innerText(), /「い」から2通目/)
  await thread.field.fill('It’s ' + 'x'.repeat(130))
  assert.match(await thread.costs.innerText(), /「’」があるため/)
  await thread.field.fill('短い')
  assert.equal(await thread.costs.innerText(), '')
})

test('no advertising to whoever has not agreed, or wants none: refused beside the field, the text kept', async () => {
  const { thread, conversation, customer } = await talk('広告は要りません')
  const { page } = thread
  await thread.purpose.selectOption('advertising')
  await thread.send('秋のご案内です')
  await until(async () => /同意が記録されていません/.test(await thread.wrong.innerText()), { what: 'the reason' })
  await thread.draftKept.waitFor()
  await thread.wrongCure.click()
  await recordConsent(page, { wording: '申込書 3番の棚' })
  await openThread(page, conversation)
  assert.equal(await thread.purpose.inputValue(), 'advertising')
  await thread.sendButton.click()
  await arrives(customer, '秋のご案内です')
  const contact = await contactOf(page, conversation)
  await page.goto(contact)
  await stopAdvertising(page)
  await openThread(page, conversation)
  await thread.purpose.selectOption('advertising')
  await thread.send('新商品のご案内です')
  await until(async () => /広告の配信を停止しています/.test(await thread.wrong.innerText()), { what: 'the reason' })
  assert.equal(await thread.field.inputValue(), '新商品のご案内です')
  assert.ok(await thread.purpose.evaluate(field => field === document.activeElement && field.ariaInvalid === 'true'))
  assert.equal(await thread.purpose.getAttribute('aria-describedby'), 'body-error')
  await thread.purpose.selectOption('notice')
  assert.ok(await thread.wrong.isHidden())
  await thread.sendButton.click()
  await arrives(customer, '新商品のご案内です')
  // The text may be at the handset before the screen has heard of it.
  const bubble = thread.bubble('新商品のご案内です')
  await until(async () => /通知/.test(await bubble.innerText()), { what: 'what the text is for' })
})

test('a note looks like one and never leaves #28', async () => {
  const { thread, customer } = await talk('メモに書いて')
  const look = () => thread.field.evaluate(field => {
    const box = field.closest('.bx')
    const button = [...box.querySelectorAll('.bar button')].filter(button => button.checkVisibility() && button.matches('.pri'))
    return { colour: getComputedStyle(box).backgroundColor, border: getComputedStyle(box).borderColor, placeholder: field.placeholder, label: button.map(button => button.innerText.trim()) }
  })
  const reply = await look()
  await thread.chooseMode('note')
  const note = await look()
  for (const what of ['colour', 'border', 'placeholder']) assert.notEqual(note[what], reply[what], what)
  assert.equal(reply.label.length, 1)
  assert.equal(note.label.length, 1)
  assert.notDeepEqual(note.label, reply.label)
  await thread.note('倉庫に聞いた')
  await thread.shows('倉庫に聞いた')
  await until(async () => (await thread.mode()) === 'reply', { what: 'the box to be for answers again' })
  await thread.page.waitForTimeout(1_000)
  assert.deepEqual(await texts(customer), [])
})

test('scheduled: shown with its time, edited, and taken back by the customer’s reply', async () => {
  const { thread, customer } = await talk('明日また連絡して')
  await thread.field.fill('明日のご連絡です')
  await thread.sendLater({ untilReply: true })
  const bubble = thread.bubble('明日のご連絡です')
  await until(async () => /予約中/.test(await bubble.innerText()), { what: 'the scheduled bubble' })
  assert.match(await bubble.innerText(), /返信が来たら取り消し/)
  assert.equal(await thread.field.inputValue(), '')

  await bubble.locator('button[name=to_edit]').click()
  await until(async () => (await thread.field.inputValue()) === '明日のご連絡です', { what: 'the text in the box again' })
  await thread.field.fill('明後日のご連絡です')
  await thread.sendLater({ at: '2027-01-15T09:00', untilReply: true })
  const second = thread.bubble('明後日のご連絡です')
  await until(async () => /1\/15/.test(await second.innerText()), { what: 'the time that was typed' })

  await scene.henji.api.inbound({ from: customer, to: scene.henji.setup.sender, body: 'もう大丈夫です' })
  await until(async () => /取消済み/.test(await second.innerText()), { within: 2_000, what: 'it to be taken back' })
  assert.deepEqual(await texts(customer), [])
})

test('scheduled without scripts #5', async () => {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, 'あとでお願いします')
  const thread = await openThread(await scene.person('sato', { scripts: false }), conversation)
  await thread.field.fill('あとで送ります')
  await thread.sendLater({ at: '2027-01-15T09:00' })
  await until(async () => /予約中/.test(await thread.bubble('あとで送ります').innerText()), { what: 'the scheduled bubble' })
  await thread.bubble('あとで送ります').locator('button[name=to_edit]').click()
  await until(async () => (await thread.field.inputValue()) === 'あとで送ります', { what: 'the text in the box again' })
})

test('a first text waits too, and a stranger’s link asks before it opens', async () => {
  const page = await scene.person('sato')
  const first = await newText(page)
  await first.schedule({ to: newNumber(), body: 'はじめまして', at: '2027-01-15T09:00' })
  assert.match(await page.locator('.m.out').first().innerText(), /予約中.*1\/15/s)
  const { thread } = await talk('至急 http://bank.example@evil.example/ へ')
  const [opened] = await Promise.all([thread.page.waitForEvent('popup'), thread.page.locator('.b a').click()])
  assert.equal(await opened.locator('#host').innerText(), 'evil.example')
  assert.equal(await opened.evaluate(() => opener), null)
  assert.equal(await opened.locator('#go').getAttribute('referrerpolicy'), 'no-referrer')
})

async function talk(body) {
  const customer = newNumber()
  const conversation = await scene.inbound(customer, body)
  const thread = await openThread(await scene.person('sato'), conversation)
  return { customer, conversation, thread }
}

async function texts(customer) {
  return (await scene.henji.api.handset(customer)).map(text => text.body)
}

function arrives(customer, body, within = 20_000) {
  return until(async () => (await texts(customer)).includes(body), { within, what: `"${body}" at the handset` })
}
