/** The StreamLog door on an embedded log in the process, by the suite that every body passes. */

import { streamLogContract } from '../../../chaos/sim/contract/stream-log.ts'
import { FolderDisk } from '../../io/disk.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { clientOf, openLog, until } from './testing/rig.ts'

let names = 0

streamLogContract('the embedded log', async () => {
  const log = await openLog(new FolderDisk(tempFolder()))
  return {
    client: () => clientOf(log),
    name: () => `n${names++}`,
    until,
    close: () => new Promise(resolve => log.close(resolve)),
  }
})
