/**
 * What publishers are about to do or were just told, and faults that wait for it: most bugs of a
 * protocol show in windows of a few calls, which a fault at any time hardly ever hits.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Member } from '../fleet/member.ts'
import type { Cluster } from './cluster.ts'
import { HOME, type LogName } from './output.ts'

/**
 * `taking`: the id, having been told that it leads. `ended`: it was told where the journal ends,
 * and reads next. `sending` records, `committing` a transaction: not yet on their way.
 */
export type Moment = 'taking' | 'ended' | 'sending' | 'committing'

export interface Met {
  readonly moment: Moment
  readonly cluster: Cluster
  /** On which it runs. */
  readonly member: Member
  readonly group: GroupId
  readonly log: LogName
}

type Deed = (met: Met) => void

interface Awaited {
  readonly isIt: (met: Met) => boolean
  readonly deed: Deed
}

/** Of what lies in the log of the journal. */
export function isAtHome(moment: Moment, group: GroupId): (met: Met) => boolean {
  return met => met.moment === moment && met.group === group && met.log === HOME
}

export class Moments {
  #awaited: Awaited[] = []

  /** Once. */
  await(isIt: (met: Met) => boolean, deed: Deed): void {
    this.#awaited.push({ isIt, deed })
  }

  met(met: Met): void {
    const due = this.#awaited.filter(one => one.isIt(met))
    if (due.length === 0) return
    this.#awaited = this.#awaited.filter(one => !due.includes(one))
    for (const { deed } of due) deed(met)
  }

  /** Nobody waits any more. */
  clear(): void {
    this.#awaited = []
  }
}
