// Texts that were sent here and are not acknowledged yet.
//
// They outlive a reload and a crash of the tab, and nothing else: an entry goes
// the moment the server has it. `storage` is the browser's local storage, or
// null where the machine is shared; the key holds the user, so that nobody
// sends what somebody else wrote.
export class Outbox {
  #storage
  #key
  #entries

  constructor(storage, user) {
    this.#storage = storage
    this.#key = `outbox:${user}`
    this.#entries = this.#read()
  }

  // { cid, conversation, body, fields }
  add(entry) {
    this.#change(entries => [...entries, { ...entry, state: 'waiting', tries: 0 }])
  }

  get(cid) {
    return this.all().find(entry => entry.cid === cid)
  }

  all() {
    this.#entries = this.#read()
    return this.#entries
  }

  of(conversation) {
    return this.all().filter(entry => entry.conversation === conversation)
  }

  waiting() {
    return this.all().filter(entry => entry.state === 'waiting')
  }

  update(cid, changes) {
    this.#change(entries => entries.map(entry => entry.cid === cid ? { ...entry, ...changes } : entry))
  }

  remove(cid) {
    this.#change(entries => entries.filter(entry => entry.cid !== cid))
  }

  // Another tab may have changed the same list, so it is read again first.
  #change(change) {
    this.#entries = change(this.all())
    this.#storage?.setItem(this.#key, JSON.stringify(this.#entries))
    if (this.#storage && this.#entries.length === 0) this.#storage.removeItem(this.#key)
  }

  #read() {
    if (!this.#storage) return this.#entries ?? []
    try {
      return JSON.parse(this.#storage.getItem(this.#key) ?? '[]')
    } catch {
      return []
    }
  }
}

// Seconds to wait before trying again by itself; null: a person decides.
// Only a broken line is tried again: an answer, even a bad one, was an answer.
export function retryDelay(tries, status) {
  return status === 0 ? [1, 4, 15][tries - 1] ?? null : null
}

// A UUIDv7: sorts by the time it was made, as the server's ids do.
export function newId(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  const time = now.toString(16).padStart(12, '0')
  const bytes = [...random]
  bytes[0] = (bytes[0] & 0x0f) | 0x70
  bytes[2] = (bytes[2] & 0x3f) | 0x80
  const hex = bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8)}`
}
