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
import { goLive } from './live.js'
import { arrived, watchNavigation } from './nav.js'
import { watchNotifications } from './notify.js'
import { watchPresence } from './presence.js'
import { watchSending } from './sending.js'
import { watchSignIn } from './signed-out.js'
import { watchHandset } from './sim.js'
import { watchTemplates } from './templates.js'
import { watchThread } from './thread.js'
import { keepTime } from './time.js'

for (const watch of [watchActs, watchBulk, watchCalls, watchComposer, watchConflict, watchEscalations, watchKeys, watchList,
  watchNavigation, watchNotifications, watchPresence, watchSignIn, watchHandset, watchTemplates, watchThread, keepTime]) watch()
arrived()
watchSending()
goLive()
