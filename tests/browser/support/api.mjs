// The JSON API as a script would call it, past the wire that tests cut.
export class Api {
  #base
  #token

  constructor(origin, token) {
    this.#base = `${origin}/api/v1`
    this.#token = token
  }

  // A customer's text, by way of the simulator's own webhook.
  inbound(message) {
    return this.call('POST', '/simulator/inbound', message)
  }

  // An automatic text, as another program would send it.
  send(message) {
    return this.call('POST', '/messages', message, { 'idempotency-key': crypto.randomUUID() })
  }

  async handset(number) {
    const { items } = await this.call('GET', `/simulator/handsets/${encodeURIComponent(number)}`)
    return items
  }

  behave(behaviour) {
    return this.call('PUT', '/simulator/behaviour', behaviour)
  }

  async lastEvent() {
    let next = 0, events
    do ({ next, events } = await this.call('GET', `/events?after=${next}&limit=500`))
    while (events.length > 0)
    return next
  }

  async eventAfter(seen, kind) {
    for (let tries = 0; tries < 10; tries += 1) {
      const { events, next } = await this.call('GET', `/events?after=${seen}&wait=2`)
      const found = events.find(event => event.kind === kind)
      if (found) return found
      seen = next
    }
    throw new Error(`no event ${kind} came`)
  }

  // The conversations of a sample follow the time of day: whoever looks for one of a
  // kind looks at many.
  async newest(count) {
    const found = []
    let next
    do {
      const page = await this.call('GET', `/conversations?limit=100${next ? `&cursor=${encodeURIComponent(next)}` : ''}`)
      found.push(...page.items)
      next = page.next
    } while (next && found.length < count)
    return found
  }

  async messages(conversation) {
    const { items } = await this.call('GET', `/conversations/${conversation}/messages?limit=200`)
    return items
  }

  async call(method, path, body, more = {}) {
    const answer = await fetch(this.#base + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body && { 'content-type': 'application/json' }), ...more },
      body: body && JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
    return text ? JSON.parse(text) : null
  }
}
