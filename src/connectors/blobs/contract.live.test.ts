/** The same suite as in `contract.test.ts`, on a folder of files that are synced. */

import { streamLogContract } from '../../../chaos/sim/contract/stream-log.ts'
import { Prng } from '../../base/prng.ts'
import { FileBlobs } from '../../io/blob/file-blobs.ts'
import { realClock } from '../../io/clock.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { LogClient } from '../log/client.ts'
import { until } from '../log/testing/rig.ts'
import { BlobLog } from './blob-log.ts'

let names = 0
const name = () => `n${names++}`

streamLogContract('the log on a folder of files', async () => {
  const store = await FileBlobs.open(tempFolder())
  let clients = 0
  const client = () => {
    const random = new Prng(clients++)
    return new LogClient(new BlobLog({ store, prefix: 'log', clock: realClock, random }))
  }
  return { client, spansTopics: false, name, until, close: () => Promise.resolve() }
})
