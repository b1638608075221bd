// Single lines of the thread, by keys: one has the focus, and is copied, linked to or
// quoted in a note. Fetched when it is first wanted and joined to nothing: what it
// needs of the page it is given.
export function handle({ thread, idOf, toast, words, writeMode }) {
  const textOf = line => line.querySelector('.b, .ev span').textContent.trim()

  return {
    // From the one that has the focus, else from the newest in sight.
    move(by) {
      const lines = [...thread.lines.querySelectorAll('.line')]
      const { bottom } = thread.box.getBoundingClientRect()
      const at = lines.indexOf(document.activeElement)
      const newest = lines.findLastIndex(line => line.getBoundingClientRect().top < bottom)
      const line = at < 0 ? lines[newest] : lines[at + by]
      if (!line) return
      line.tabIndex = -1
      line.focus()
      line.scrollIntoView({ block: 'nearest' })
    },

    // What could not be sent, the last of it.
    retry() {
      const failed = [...document.querySelectorAll('.pending .retry:not([hidden]), .m.bad [data-act=resend]')]
      failed.at(-1)?.click()
    },

    copy(line) {
      return give(textOf(line))
    },

    link(line) {
      const id = idOf(line)
      if (id) return give(`${location.origin}/conversations/${thread.id}?m=${id}`)
    },

    quote(line) {
      const text = textOf(line).split('\n').map(each => `> ${each}\n`).join('')
      if (!writeMode('note')) return
      const body = document.activeElement
      body.setRangeText(text, body.selectionStart, body.selectionEnd, 'end')
      body.dispatchEvent(new Event('input', { bubbles: true }))
    },
  }

  async function give(text) {
    try {
      await navigator.clipboard.writeText(text)
      toast(words('copied'))
    } catch {
      toast(words('notCopied'))
    }
  }
}
