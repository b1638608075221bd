import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Line, pause } from '../../../static/js/socket.js'

// A browser whose clock the test turns.
class Stage {
  time = 0
  timers = []
  sockets = []
  polls = []
  log = []
  env = {
    socket: (after, open) => {
      const socket = { after, open, said: [], send: text => socket.said.push(text), close: () => { socket.closed = true } }
      this.sockets.push(socket)
      return socket
    },
    poll: (after, open, signal) => new Promise(answer => {
      this.polls.push({ after, open, answer })
      signal.onabort = () => answer({ status: 0, frames: [], aborted: true })
    }),
    now: () => this.time,
    setTimer: (f, ms) => {
      const timer = { f, at: this.time + ms }
      this.timers.push(timer)
      return timer
    },
    clearTimer: timer => { this.timers = this.timers.filter(other => other !== timer) },
    random: () => 1,
  }
  on = {
    frame: frame => this.log.push(frame.t),
    up: () => this.log.push('up'),
    down: () => this.log.push('down'),
    signedOut: () => this.log.push('signed out'),
  }
  line = new Line(() => 7, this.env, this.on)

  get socket() { return this.sockets.at(-1) }

  pass(ms) {
    const end = this.time + ms
    for (;;) {
      const next = this.timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.time = next.at
      this.env.clearTimer(next)
      next.f()
    }
    this.time = end
  }

  hear(frame) {
    this.socket.onmessage({ data: JSON.stringify(frame) })
  }

  fail(code = 1006, reason = '') {
    this.socket.onclose({ code, reason })
  }
}

test('it resumes after the cursor and says when it is up and down', () => {
  const stage = new Stage()
  stage.line.start()
  assert.equal(stage.socket.after, 7)
  stage.socket.onopen()
  stage.hear({ t: 'ev' })
  stage.fail()
  assert.deepEqual(stage.log, ['up', 'ev', 'down'])
  stage.pass(300)
  assert.equal(stage.sockets.length, 2)
})

test('there is never more than one timer', () => {
  const stage = new Stage()
  stage.line.start()
  for (const step of [() => stage.socket.onopen(), () => stage.fail(), () => stage.line.hurry(), () => stage.fail()]) {
    step()
    assert.ok(stage.timers.length <= 1, `${stage.timers.length} timers`)
  }
})

test('hurrying while it waits opens at once, and once', () => {
  const stage = new Stage()
  stage.line.start()
  stage.socket.onopen()
  stage.fail()
  stage.line.hurry()
  stage.line.hurry()
  stage.pass(100)
  assert.equal(stage.sockets.length, 2)
})

test('a line silent for 40 s is dead, a beating one is not', () => {
  const stage = new Stage()
  stage.line.start()
  stage.socket.onopen()
  stage.pass(25_000)
  stage.hear({ t: 'hb' })
  stage.pass(30_000)
  assert.equal(stage.line.state, 'open')
  stage.pass(10_001)
  assert.equal(stage.sockets[0].closed, true)
  assert.deepEqual(stage.log, ['up', 'hb', 'down'])
})

test('after sleep a half-open line is dropped at once', () => {
  const stage = new Stage()
  stage.line.start()
  stage.socket.onopen()
  stage.time += 60_000
  stage.line.hurry()
  assert.equal(stage.sockets[0].closed, true)
})

test('what an abandoned socket still says is not heard', () => {
  const stage = new Stage()
  stage.line.start()
  const [old] = stage.sockets
  stage.pass(15_000)
  assert.equal(old.closed, true)
  old.onopen()
  assert.deepEqual(stage.log, ['down'])
})

test('signed out stops it until it is started again', () => {
  const stage = new Stage()
  stage.line.start()
  stage.socket.onopen()
  stage.fail(4401)
  stage.pass(60_000)
  stage.line.hurry()
  assert.equal(stage.sockets.length, 1)
  assert.deepEqual(stage.log, ['up', 'signed out'])
  stage.line.start()
  assert.equal(stage.sockets.length, 2)
})

test('after three failures it polls, and tries the socket again now and then', async () => {
  const stage = new Stage()
  stage.line.start()
  for (let n = 0; n < 3; n += 1) {
    stage.fail()
    stage.pass(30_000)
  }
  assert.equal(stage.line.state, 'polling')
  assert.equal(stage.polls[0].after, 7)
  for (let n = 0; n < 11; n += 1) {
    stage.time += 25_000
    stage.polls.at(-1).answer({ status: 200, frames: [{ t: 'at', id: n }] })
    await new Promise(setImmediate)
    stage.pass(0)
  }
  assert.equal(stage.log.filter(entry => entry === 'up').length, 1)
  assert.equal(stage.log.filter(entry => entry === 'at').length, 11)
  assert.equal(stage.line.state, 'opening')
})

test('a poll that answers at once with nothing does not spin', async () => {
  const stage = new Stage()
  stage.line.start()
  stage.fail()
  for (let n = 0; n < 2; n += 1) {
    stage.pass(1_200)
    stage.fail()
  }
  stage.polls[0].answer({ status: 200, frames: [] })
  await new Promise(setImmediate)
  stage.pass(999)
  assert.equal(stage.polls.length, 1)
  stage.pass(1)
  assert.equal(stage.polls.length, 2)
})

test('a server that restarts says how long to stay away', () => {
  const stage = new Stage()
  stage.line.start()
  stage.socket.onopen()
  stage.fail(1012, 'retry_after=12')
  stage.pass(11_999)
  assert.equal(stage.sockets.length, 1)
  stage.pass(1)
  assert.equal(stage.sockets.length, 2)
})

test('pauses double from 0.3 s to 30 s, at random; a restart says its own', () => {
  assert.deepEqual([0, 1, 2, 7, 20].map(failures => pause(failures, 1006, NaN, 1)), [300, 600, 1_200, 30_000, 30_000])
  assert.equal(pause(3, 1006, NaN, 0.5), 1_200)
  assert.equal(pause(0, 1012, NaN, 1), 3_000)
  assert.equal(pause(0, 1012, 12, 1), 12_000)
  assert.equal(pause(0, 1012, 99, 0.5), 7_500)
})

test('the thread on the screen is told to an open line, and named by the next one', () => {
  const stage = new Stage()
  stage.line.start()
  stage.socket.onopen()
  stage.line.watch('c1', 5)
  assert.deepEqual(stage.socket.said, ['{"t":"watch","c":"c1","after":5}'])
  stage.fail()
  stage.pass(1_000)
  assert.equal(stage.socket.open, 'c1')
  assert.equal(stage.socket.after, 7)
})

test('a thread drawn while the line is down is caught up with from where it was drawn', () => {
  const stage = new Stage()
  stage.line.watch('c1', 5)
  stage.line.start()
  assert.deepEqual([stage.socket.after, stage.socket.open], [5, 'c1'])
  stage.fail()
  stage.pass(1_000)
  assert.equal(stage.socket.after, 7)
})

test('a poll under way is given up for the thread that was opened', async () => {
  const stage = new Stage()
  stage.line.start()
  for (let n = 0; n < 3; n += 1) {
    stage.fail()
    stage.pass(30_000)
  }
  assert.equal(stage.line.state, 'polling')
  stage.line.watch('c1', 4)
  await new Promise(setImmediate)
  assert.deepEqual([stage.polls.at(-1).after, stage.polls.at(-1).open], [4, 'c1'])
})
