// A reporter of `node --test`: at the end of a whole run, what the 46 checks came
// to and which stories say so. A check that has neither a story nor a reason, or
// whose story failed, fails the run.
import { basename } from 'node:path'
import { checks, judge } from './checks.mjs'

// Every file ends by looking at what the browser complained of meanwhile.
const COMPLAINTS = 'no policy violation'

export default async function * acceptance(events) {
  const stories = []
  for await (const { type, data } of events) {
    if (!/^test:(pass|fail)$/.test(type) || data.nesting > 0) continue
    const complained = String(data.details.error?.cause).includes(COMPLAINTS)
    const state = type === 'test:fail' ? 'fail' : data.skip !== undefined || data.todo !== undefined ? 'skip' : 'pass'
    stories.push({ name: complained ? `${COMPLAINTS} #2` : data.name, file: basename(data.file, '.test.mjs'), state })
  }
  const { verdicts, strays, holds } = judge(checks, stories)
  yield '\nThe checks of the browser\n'
  for (const { number, says, lacks, its, verdict } of verdicts) {
    yield `${number.padStart(3)} ${verdict.padEnd(8)} ${says}\n`
    for (const { name, file, state } of its) yield `${' '.repeat(13)}${state} ${file}: ${name.replaceAll(/ ?#\d+/g, '')}\n`
    if (lacks) yield `${' '.repeat(13)}not yet: ${lacks}\n`
    else if (its.length === 0) yield `${' '.repeat(13)}no story proves it\n`
  }
  for (const { name, file } of strays) yield `${file}: "${name}" names a check that there is not\n`
  const count = word => verdicts.filter(({ verdict }) => verdict === word).length
  yield `${verdicts.length} checks: ${['pass', 'in part', 'not yet', 'FAIL'].map(word => `${count(word)} ${word}`).join(', ')}\n\n`
  if (!holds) process.exitCode = 1
}
