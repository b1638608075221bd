// The real binary, started as a person would start it, in a folder of its own.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Api } from './api.mjs'
import { Wire } from './wire.mjs'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
const binary = process.env.TEST_BINARY ?? join(root, 'target/debug/henji')
const running = new Set()
process.on('exit', () => running.forEach(child => child.kill('SIGKILL')))

export const password = 'a long enough pass phrase'
export const scopes = ['messages:send', 'messages:read', 'conversations:write', 'contacts:read',
  'events:read', 'simulator', 'admin']

export class Henji {
  password = password
  #folder = mkdtempSync(join(tmpdir(), 'henji-browser-'))
  #child
  #output = ''

  // A folder with nothing in it; not yet serving.
  static async empty() {
    const henji = new Henji()
    henji.port = await freePort()
    henji.wire = await Wire.to(henji.port)
    henji.url = `http://127.0.0.1:${henji.wire.port}`
    return henji
  }

  // Set up, with the cast of the tests, and serving.
  static async start(people = [], { organization = '試験商会', admin = '鈴木 責任者', inbox = '窓口' } = {}) {
    const henji = await Henji.empty()
    henji.setup = JSON.parse(henji.run(['init', '--organization', organization, '--admin-email', 'suzuki@example.jp',
      '--admin-name', admin, '--admin-password-stdin', '--inbox', inbox, '--provider', 'simulator', '--json'], henji.password))
    for (const person of people) henji.addUser(person)
    henji.#addToken()
    await henji.serve()
    return henji
  }

  // A house in full swing: three inboxes, twelve people, hundreds of conversations.
  // `longest` makes one of them that long.
  static async demo({ messages = 6000, longest } = {}) {
    const henji = await Henji.empty()
    const asked = ['--messages', `${messages}`, ...(longest ? ['--longest', `${longest}`] : [])]
    henji.password = henji.run(['demo', ...asked]).match(/with the password (\S+)/)[1]
    henji.setup = { sender: '+815012345678' }
    henji.#addToken()
    await henji.serve()
    return henji
  }

  addUser({ email, name, role = 'agent', member = true }) {
    const inboxes = member ? ['--inbox', this.setup.inbox_id] : []
    this.run(['user', 'add', email, '--name', name, '--role', role, '--password-stdin', ...inboxes], this.password)
  }

  // One command, to its end; what it printed.
  run(args, input = '') {
    const { status, stdout, stderr } = spawnSync(binary, args, { ...this.#place(), input, encoding: 'utf8' })
    if (status !== 0) throw new Error(`henji ${args.slice(0, 2).join(' ')} ended with ${status}:\n${stdout}${stderr}`)
    return stdout
  }

  async serve() {
    this.#child = spawn(binary, ['serve'], { ...this.#place(), stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(this.#child)
    const keep = chunk => { this.#output += chunk }
    this.#child.stdout.setEncoding('utf8').on('data', keep)
    this.#child.stderr.setEncoding('utf8').on('data', keep)
    await until(() => this.#isReady(), { within: 20_000, what: () => `henji to be ready:\n${this.#output}` })
  }

  // The link that an empty installation prints.
  setupLink() {
    return until(() => this.#output.match(/setup: (\S+)/)?.[1], { what: () => `the set-up link:\n${this.#output}` })
  }

  async kill() {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(done => child.once('exit', done))
    child.kill('SIGKILL')
    await gone
    running.delete(child)
  }

  async remove() {
    await this.kill()
    await this.wire.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #addToken() {
    const token = this.run(['token', 'add', 'browser-tests', ...scopes.flatMap(scope => ['--scope', scope])]).trim()
    this.api = new Api(`http://127.0.0.1:${this.port}`, token)
  }

  async #isReady() {
    if (this.#child.exitCode !== null) throw new Error(`henji stopped by itself:\n${this.#output}`)
    const answer = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => null)
    return answer?.ok
  }

  #place() {
    const { PATH, HOME, LANG } = process.env
    return {
      cwd: this.#folder,
      env: {
        PATH, HOME, LANG,
        HENJI_LISTEN: `127.0.0.1:${this.port}`,
        HENJI_PUBLIC_URL: this.url,
        HENJI_DATA_DIR: join(this.#folder, 'data'),
        HENJI_LOG: process.env.TEST_LOG ?? 'warn',
      },
    }
  }
}

// Waits for `claim` to hold and returns its value; the one place that polls. A wait that
// is itself a promise says `within`; else it is as long as a busy machine may need.
export async function until(claim, { within = 15_000, what = claim.toString() } = {}) {
  const end = performance.now() + within
  while (true) {
    const value = await claim()
    if (value) return value
    if (performance.now() > end) throw new Error(`waited ${within} ms for ${typeof what === 'function' ? what() : what}`)
    await new Promise(done => setTimeout(done, 20))
  }
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().on('error', fail).listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => done(port))
    })
  })
}
