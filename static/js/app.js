// Where it begins: everything listens on the document, so that what arrives
// later is covered too.
import { watchActs } from './acts.js'
import { watchBulk } from './bulk.js'
import { watchCalls } from './calls.js'
import { watchComposer } from './composer.js'
import { watchConflict } from './conflict.js'
import { watchEscalations } from './escalations.js'
import { watchKeys } from './keys.js'
import { watchList } from './list.js'
import { goLive, onEvent } from './live.js'
import { arrived, watchNavigation } from './nav.js'
import { watchNotifications } from './notify.js'
import { byId } from './page.js'
import { watchPresence } from './presence.js'
import { ask, tell } from './request.js'
import { watchSending } from './sending.js'
import { watchSignIn } from './signed-out.js'
import { watchTemplates } from './templates.js'
import { watchThread } from './thread.js'
import { keepTime } from './time.js'

for (const watch of [watchActs, watchBulk, watchCalls, watchComposer, watchConflict, watchEscalations, watchKeys, watchList,
  watchNavigation, watchNotifications, watchPresence, watchSignIn, watchTemplates, watchThread, keepTime]) watch()
arrived()
watchSending()
goLive()
if (byId('handset')) handset()

// One page alone has it.
async function handset() {
  const { watch } = await import(new URL('sim.js', import.meta.url))
  watch({ onEvent, byId, ask, tell })
}
