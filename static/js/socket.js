// One line to the server, kept alive: one state, one timer.
//
//   closed ─► opening ─► open ─► waiting ─► opening …
//                          └─(signed out)─► stopped
//   after three failures in a row: polling, with a try at the socket in between
const HEARTBEAT_LIMIT = 40_000
const SLEEP_GAP = 20_000
const FAILURES_BEFORE_POLLING = 3
const POLLS_BETWEEN_TRIES = 12

// `env` is the browser, or a stand-in: { socket(after, open), poll(after, open,
// signal), now(), setTimer(f, ms), clearTimer(id), random() }; `on` is told what
// happens: { frame(frame), up(), down(), signedOut() }.
export class Line {
  #env
  #on
  #cursor
  #socket = null
  #timer = null
  #failures = 0
  #heard = 0
  #polls = 0
  #thread = null
  #drawn = Infinity
  #polling = null

  constructor(cursor, env, on) {
    this.#cursor = cursor
    this.#env = env
    this.#on = on
    this.state = 'closed'
  }

  start() {
    this.#open()
  }

  // The network came back, the tab is looked at again, or the laptop woke up.
  hurry() {
    if (this.state === 'waiting') this.#open()
    if (this.state === 'open' && this.#env.now() - this.#heard > SLEEP_GAP) this.#drop()
  }

  // The thread now on the screen, drawn when event `drawn` was the newest: its
  // events come in full from there on. Those of all others come as rows alone.
  watch(conversation, drawn) {
    this.#thread = conversation
    if (this.state === 'open') {
      this.#socket.send(JSON.stringify({ t: 'watch', c: conversation, after: drawn }))
    } else {
      this.#drawn = Math.min(this.#drawn, drawn)
      this.#polling?.abort()
    }
  }

  // A word that may be lost; the next one says as much.
  say(word) {
    if (this.state === 'open') this.#socket.send(JSON.stringify(word))
  }

  stop() {
    this.#become('stopped')
    this.#socket?.close()
    this.#socket = null
  }

  #open() {
    this.#become('opening')
    const socket = this.#socket = this.#env.socket(this.#from(), this.#thread)
    const mine = f => event => { if (this.#socket === socket) f(event) }
    socket.onopen = mine(() => this.#opened())
    socket.onmessage = mine(event => this.#hear(JSON.parse(event.data)))
    socket.onclose = mine(event => this.#closed(event))
    this.#after(15_000, () => this.#drop())
  }

  #opened() {
    this.#become('open')
    this.#failures = 0
    this.#heard = this.#env.now()
    this.#watch()
    this.#on.up()
  }

  // The server beats every 25 s: a line silent for 40 s is dead, whatever TCP says.
  #watch() {
    const left = this.#heard + HEARTBEAT_LIMIT - this.#env.now()
    if (left <= 0) return this.#drop()
    this.#after(Math.min(left, SLEEP_GAP), () => this.#watch())
  }

  #hear(frame) {
    this.#heard = this.#env.now()
    this.#on.frame(frame)
  }

  #drop() {
    const socket = this.#socket
    this.#socket = null
    socket?.close()
    this.#closed({ code: 1006 })
  }

  #closed({ code, reason }) {
    const wasOpen = this.state === 'open'
    this.#socket = null
    if (code === 4401) {
      this.#become('stopped')
      return this.#on.signedOut()
    }
    if (wasOpen || this.#failures === 0) this.#on.down()
    if (!wasOpen) this.#failures += 1
    if (this.#failures >= FAILURES_BEFORE_POLLING) return this.#poll()
    this.#become('waiting')
    this.#after(pause(this.#failures, code, retryAfter(reason), this.#env.random()), () => this.#open())
  }

  async #poll() {
    this.#become('polling')
    this.#polls += 1
    if (this.#polls % POLLS_BETWEEN_TRIES === 0) {
      this.#failures = FAILURES_BEFORE_POLLING - 1
      return this.#open()
    }
    const began = this.#env.now()
    this.#polling = new AbortController()
    const { status, frames, aborted } = await this.#env.poll(this.#from(), this.#thread, this.#polling.signal)
    if (aborted && this.state === 'polling') return this.#poll()
    if (this.state !== 'polling') return
    if (status === 401) {
      this.#become('stopped')
      return this.#on.signedOut()
    }
    if (status === 200) {
      if (!this.polling) this.#on.up()
      this.polling = true
      frames.forEach(frame => this.#on.frame(frame))
      const quick = this.#env.now() - began < 500 && frames.length === 0
      return this.#after(quick ? 1_000 : 0, () => this.#poll())
    }
    if (this.polling) this.#on.down()
    this.polling = false
    this.#failures += 1
    this.#become('waiting')
    this.#after(pause(this.#failures, 1006, NaN, this.#env.random()), () => this.#poll())
  }

  // Where to go on from: the cursor, or what a thread was drawn at before it.
  #from() {
    const from = Math.min(this.#cursor(), this.#drawn)
    this.#drawn = Infinity
    return from
  }

  #become(state) {
    this.state = state
    this.#env.clearTimer(this.#timer)
    this.#timer = null
    if (state === 'open') this.polling = false
  }

  #after(ms, f) {
    this.#env.clearTimer(this.#timer)
    this.#timer = this.#env.setTimer(f, ms)
  }
}

// How long to wait: 0.3 s doubling to 30 s, anywhere below it at random. A server
// that restarts (1012) says how long, or everybody waits at random up to 3 s.
export function pause(failures, code, retryAfter, random) {
  if (code === 1012) return (retryAfter > 0 ? Math.min(retryAfter, 15) : 3) * 1_000 * random
  return Math.min(30_000, 300 * 2 ** failures) * random
}

function retryAfter(reason = '') {
  return Number(reason.match(/^retry_after=(\d+)$/)?.[1])
}

function query(after, open) {
  return open ? `after=${after}&open=${open}` : `after=${after}`
}

export const browserLine = {
  socket: (after, open) =>
    new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live?${query(after, open)}`),
  poll: async (after, open, signal) => {
    try {
      const answer = await fetch(`/events?${query(after, open)}&wait=25`, { headers: { accept: 'application/json' }, signal })
      return { status: answer.status, frames: answer.ok ? await answer.json() : [] }
    } catch {
      return { status: 0, frames: [], aborted: signal.aborted }
    }
  },
  now: () => Date.now(),
  setTimer: (f, ms) => setTimeout(f, ms),
  clearTimer: id => clearTimeout(id),
  random: () => Math.random(),
}
