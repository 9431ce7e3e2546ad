/** One publisher as an onlooker sees it: what it puts into a transaction, and whether it may. */

import type { PartitionRecords } from '../../../src/base/stream-log.ts'
import { decodeRecord } from '../../../src/journal/record.ts'
import { type Onlooker, unwatched } from '../publish/door.ts'
import type { Judge, Sent } from './judge.ts'
import { journalOf, nameOf } from './names.ts'

export function publisherOf(judge: Judge, group: number): Onlooker {
  let toSeq = 0
  const sent: Sent[] = []
  const left = (): void => {
    toSeq = 0
    sent.length = 0
  }
  return {
    ...unwatched,
    left,
    sending: parts => {
      sent.push(...judge.onSending(group, parts))
      toSeq = Math.max(toSeq, journaledIn(group, parts))
    },
    committing: () => {
      judge.onCommitting(group, sent)
      const outputsOf = Math.max(0, ...sent.map(({ seq }) => seq))
      const isDurable = outputsOf <= toSeq || judge.isJournaled(group, outputsOf)
      const what = () => `${nameOf(group)} commits outputs of ${outputsOf}, journaled ${toSeq}`
      judge.releases.demand(isDurable, what)
    },
    committed: () => {
      judge.onJournaled(group, toSeq)
      left()
    },
  }
}

function journaledIn(group: number, parts: readonly PartitionRecords[]): number {
  const of = journalOf(group)
  let last = 0
  for (const { topic, partition, records } of parts) {
    if (topic !== of.topic || partition !== of.partition) continue
    for (const { value } of records) {
      const record = decodeRecord(value, nameOf(group), { ...of, offset: -1 })
      if (record.kind === 'published') last = Math.max(last, record.toSeq)
    }
  }
  return last
}
