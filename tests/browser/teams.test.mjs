// A team: made by an administrator, opens an inbox to its members.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { list, submit } from './support/pages.mjs'
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
