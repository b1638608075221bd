// The wire between the browsers and henji: a plain TCP relay that can be cut.
//
// A browser's own "offline" switch leaves open WebSockets alone, so a dropped
// connection is made where it happens in life: on the way.
import { connect, createServer } from 'node:net'

export class Wire {
  #pairs = new Set()
  #down = false
  #refusing = false
  #server

  static async to(port) {
    const wire = new Wire()
    wire.#server = createServer(near => wire.#relay(near, port))
    await new Promise(done => wire.#server.listen(0, '127.0.0.1', done))
    wire.port = wire.#server.address().port
    return wire
  }

  // Cuts the open WebSockets only; the next one may connect at once.
  cutSockets() {
    const live = [...this.#pairs].filter(pair => pair.live)
    live.forEach(pair => pair.end())
    return live.length
  }

  // A proxy that knows no WebSocket: plain requests pass.
  refuseSockets() {
    this.#refusing = true
    return this.cutSockets()
  }

  allowSockets() {
    this.#refusing = false
  }

  // Open WebSockets go on as if nothing were wrong, and carry nothing: the
  // machine at one end sleeps, or a router has forgotten them.
  stallSockets() {
    const live = [...this.#pairs].filter(pair => pair.live)
    live.forEach(pair => pair.stall())
    return live.length
  }

  down() {
    this.#down = true
    this.#pairs.forEach(pair => pair.end())
  }

  up() {
    this.#down = false
  }

  close() {
    this.down()
    return new Promise(done => this.#server.close(done))
  }

  #relay(near, port) {
    if (this.#down) return near.resetAndDestroy()
    const far = connect(port, '127.0.0.1')
    const pair = {
      live: false,
      end: () => [near, far].forEach(end => end.destroy()),
      stall: () => { near.unpipe(far).pause(); far.unpipe(near).pause() },
    }
    this.#pairs.add(pair)
    near.on('data', chunk => {
      pair.live ||= isLive(chunk)
      if (pair.live && this.#refusing) pair.end()
    })
    near.pipe(far)
    far.pipe(near)
    for (const end of [near, far]) {
      end.on('error', pair.end)
      end.on('close', () => { pair.end(); this.#pairs.delete(pair) })
    }
  }
}

function isLive(chunk) {
  return chunk.subarray(0, 9).toString('latin1') === 'GET /live'
}
