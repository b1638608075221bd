// The advisory check, checked: a planted lock file must be refused, by name.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'henji-advisories-'))
after(() => rmSync(folder, { recursive: true }))

function check(...args) {
  const { status, stdout, stderr } = spawnSync('bin/advisories', args, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

function lockOf(packages) {
  const file = join(folder, 'Cargo.lock')
  const entry = ([name, version]) => `[[package]]\nname = "${name}"\nversion = "${version}"\n`
  writeFileSync(file, `version = 4\n\n${packages.map(entry).join('\n')}`)
  return file
}

test('the lock file of this repository has no known hole', () => {
  const { status, stdout } = check()
  assert.equal(status, 0, stdout)
})

test('a version below its floor is named with the advisory and the cure', () => {
  const { status, stdout } = check('--lock', lockOf([['tokio', '1.44.1'], ['serde', '1.0.0']]))
  assert.equal(status, 1)
  assert.match(stdout, /tokio 1\.44\.1 is below 1\.44\.2: RUSTSEC-2025-0023/)
  assert.match(stdout, /cargo update -p tokio/)
  assert.doesNotMatch(stdout, /serde/)
})

test('h2 of the 0.3 line is banned even beside a sound one', () => {
  const { status, stdout } = check('--lock', lockOf([['h2', '0.3.27'], ['h2', '0.4.16']]))
  assert.equal(status, 1)
  assert.match(stdout, /h2 0\.3\.27 is below 0\.4\.16/)
  assert.match(stdout, /1 found/)
})

test('the floor itself passes, its release candidate does not', () => {
  assert.equal(check('--lock', lockOf([['bytes', '1.11.1']])).status, 0)
  assert.equal(check('--lock', lockOf([['bytes', '1.11.1-rc.1']])).status, 1)
  assert.equal(check('--lock', lockOf([['libsqlite3-sys', '0.38.2+3.53.2']])).status, 0)
  assert.equal(check('--lock', lockOf([['libsqlite3-sys', '0.30.1']])).status, 1)
})

test('a lock file that cannot be read is an error, never a pass', () => {
  assert.equal(check('--lock', join(folder, 'nothing.lock')).status, 2)
  writeFileSync(join(folder, 'broken.lock'), 'package = [')
  assert.equal(check('--lock', join(folder, 'broken.lock')).status, 2)
})
