// Two soft notes. A page that was never touched stays silent.
export function beep() {
  const context = new AudioContext()
  for (const [start, pitch] of [[0, 660], [0.14, 880]]) {
    const [note, volume] = [context.createOscillator(), context.createGain()]
    note.frequency.value = pitch
    const at = context.currentTime + start
    volume.gain.setValueAtTime(0.08, at)
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3)
    note.connect(volume).connect(context.destination)
    note.start(at)
    note.stop(at + 0.3)
  }
  document.dispatchEvent(new CustomEvent('sounded'))
  setTimeout(() => context.close(), 800)
}
