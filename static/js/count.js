// How many texts a body will be, counted as the server counts (domain/segment).
const basic = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const extension = '\f^{}\\[~]|€'
const clusters = globalThis.Intl?.Segmenter && new Intl.Segmenter('ja', { granularity: 'grapheme' })

// `profile` is { gsm7: {single, multi}, ucs2: {single, multi}, maxParts }.
export function count(body, profile) {
  const text = normalise(body)
  const foreign = [...text].filter(c => !basic.includes(c) && !extension.includes(c))
  const plain = foreign.length === 0
  const { single, multi } = plain ? profile.gsm7 : profile.ucs2
  const measure = plain ? septets : piece => piece.length
  const units = measure(text)
  const { parts, last } = units <= single ? { parts: 1 } : fill(text, multi, measure)
  return {
    units,
    parts,
    costs: costly(text, foreign, parts, profile) ?? (last && { opens: shown(last) }),
    limit: parts > 1 ? parts * multi : single,
    tooLong: parts > profile.maxParts,
    encoding: plain ? 'gsm7' : 'ucs2',
  }
}

// The stray character that makes a text of the small alphabet count as one of the
// large, where it costs a part; in Japanese nearly every character does.
function costly(text, foreign, parts, profile) {
  const few = new Set(foreign).size <= 3 && foreign.length * 8 <= text.length
  if (!foreign.length || !few) return null
  const without = count([...text].filter(c => !foreign.includes(c)).join(''), profile)
  return without.parts < parts ? { widens: shown(foreign[0]) } : null
}

function shown(piece) {
  return { '\n': '↵', ' ': '␣', '\u3000': '□' }[piece] ?? piece
}

// What the server does to a body before it counts: line ends, spaces, NFC.
export function normalise(body) {
  return body.replace(/\r\n?/g, '\n').replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/[\u200b\u2060\ufeff]/g, '').normalize('NFC')
}

export function profileOf({ gsm7Single, gsm7Multi, ucs2Single, ucs2Multi, maxParts }) {
  return {
    gsm7: { single: +gsm7Single, multi: +gsm7Multi },
    ucs2: { single: +ucs2Single, multi: +ucs2Multi },
    maxParts: +maxParts,
  }
}

function septets(text) {
  let sum = 0
  for (const c of text) sum += extension.includes(c) ? 2 : 1
  return sum
}

// What a reader sees as one character is never cut where a part can hold it.
function fill(text, room, measure) {
  let parts = 1, used = 0, last
  for (const piece of pieces(text, room, measure)) {
    const units = measure(piece)
    if (used > 0 && used + units > room) {
      parts += 1
      used = 0
      last = piece
    }
    used += units
  }
  return { parts, last }
}

function* pieces(text, room, measure) {
  if (!clusters) return yield* text
  for (const { segment } of clusters.segment(text)) {
    if (measure(segment) <= room) yield segment
    else yield* segment
  }
}
