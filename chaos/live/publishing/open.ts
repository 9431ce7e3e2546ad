/** Does a transaction hold back what readers of a partition see? */

import type { Isolation, Partition, StreamLog } from '../../../src/base/stream-log.ts'

/** undefined: nobody answered. */
export async function isOpenAt(log: StreamLog, of: Partition): Promise<boolean | undefined> {
  const end = (isolation: Isolation) =>
    new Promise<number | undefined>(resolve => {
      log.end(of, isolation, answer => {
        resolve(answer.error === undefined ? answer.value : undefined)
      })
    })
  const committed = await end('committed')
  const all = await end('uncommitted')
  if (committed === undefined || all === undefined) return undefined
  return committed < all
}
