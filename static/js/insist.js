import { pause } from './socket.js'

const browser = {
  random: () => Math.random(),
  wait: ms => new Promise(done => setTimeout(done, ms)),
}

// No answer, or none that says anything: a house that restarts has no other for a while.
export function isUnanswered(status) {
  return status === 0 || status === 429 || status >= 500
}

// Does again, after pauses, what nobody answered: `work` ends in null then.
export async function insist(work, env = browser) {
  for (let failures = 1; await work() === null; failures += 1) {
    await env.wait(pause(failures, 1006, NaN, env.random()))
  }
}
