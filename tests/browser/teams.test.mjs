// A team: made by an administrator, opens an inbox to its members.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './support/henji.mjs'
import { list, listening, openThread, submit, team } from './support/pages.mjs'
import { cast, newNumber, stage } from './support/stage.mjs'

const scene = stage()

test('who joins a team sees its inbox, who leaves it no longer', async () => {
  const conversation = await scene.inbound(newNumber(), '夜間でも大丈夫ですか')
  const yamada = await scene.person('yamada')
  const status = async () => (await yamada.goto(`/conversations/${conversation}`)).status()
  assert.equal(await status(), 404)

  const suzuki = await scene.person('suzuki')
  await suzuki.goto('/settings/teams')
  await suzuki.locator('main header a.pri').click()
  await suzuki.locator('#name').fill('夜間')
  await suzuki.getByLabel(cast.yamada.name).check()
  await suzuki.locator('[name=inbox]').first().check()
  await submit(suzuki.locator('main form').first()).click()
  await suzuki.waitForURL('**/settings/teams?*')
  assert.match(await suzuki.locator('main tbody tr').innerText(), /夜間\s+1人/)

  assert.equal(await status(), 200)
  await yamada.goto('/conversations?view=all')
  await list(yamada).row(conversation).waitFor()

  await suzuki.locator('main tbody a').click()
  await suzuki.getByLabel(cast.yamada.name).uncheck()
  await submit(suzuki.locator('main form').first()).click()
  await suzuki.waitForURL('**/settings/teams?*')
  assert.equal(await status(), 404)
})

test('what is handed to a team stands in the view of its members at once', async () => {
  const conversation = await scene.inbound(newNumber(), '夜間の方へお願いします')
  const suzuki = await scene.person('suzuki')
  await suzuki.goto('/settings/teams')
  await suzuki.locator('main tbody a').click()
  await suzuki.getByLabel(cast.yamada.name).check()
  await submit(suzuki.locator('main form').first()).click()
  await suzuki.waitForURL('**/settings/teams?*')

  const yamada = await scene.person('yamada')
  await listening(yamada, () => yamada.goto('/conversations?view=teams'))
  assert.equal(await list(yamada).row(conversation).count(), 0)
  const sato = await openThread(await scene.person('sato'), conversation)
  await sato.page.locator('#assign-menu summary').click()
  await team(sato.page).handOverNote.fill('折り返しを希望されています')
  await sato.page.locator('#assign-menu button', { hasText: 'チーム: 夜間' }).click()
  await sato.assignee.filter({ hasText: 'チーム: 夜間' }).waitFor()
  await sato.shows('折り返しを希望されています')
  await list(yamada).row(conversation).waitFor()
  await until(async () => (await team(yamada).count('teams').innerText()) === '1', { what: 'the number of the view' })

  await list(yamada).open(conversation)
  await yamada.locator('#assign-menu').waitFor()
  await yamada.keyboard.press('i')
  await sato.assignee.filter({ hasText: cast.yamada.name }).waitFor()
  assert.equal(await list(yamada).row(conversation).count(), 1, 'it is still the work of the team')
})
