/**
 * What a journal says of an entry that is taken again, after a restore, and what it means that
 * something else came of it. Whoever takes entries makes their digests; the journal only compares.
 */

import type { Place } from './record.ts'
import type { Trouble } from './types.ts'

export interface Recorded {
  readonly digest: number
  readonly place: Place
}

/** An entry of which something else came than was recorded. */
export interface Difference {
  readonly seq: number
  readonly place: Place
}

/** For good. Whoever took the entry again may know which operator it was, and say that too. */
export function replayDiffers(group: string, { seq, place }: Difference): Trouble {
  const { topic, partition, offset } = place
  const message =
    `seq ${seq} of ${group} was taken again and did something else than the record at offset ` +
    `${offset} of ${topic}/${partition} says; nothing of it is published: an operator of the job ` +
    'is not deterministic, or not the one that ran before; restore the job with that one'
  return { code: 'replay-differs', message }
}
