/** Test support: any message that a replica may send, for property tests. */

import fc from 'fast-check'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import type { Entry, EntryKind, Image, Members, ReadId } from '../types.ts'

/** Small numbers are what is mostly sent, and each length of a varint has its edges. */
const edges = [0, 1, 127, 128, 16_383, 16_384, 2 ** 28 - 1, 2 ** 28, 2 ** 35, 2 ** 53 - 1]
const count: fc.Arbitrary<number> = fc.oneof(
  fc.nat(300),
  fc.constantFrom(...edges),
  fc.maxSafeNat(),
)
const id: fc.Arbitrary<ReplicaId> = fc.integer({ min: 1, max: 2 ** 40 }).map(replicaId)
export const group: fc.Arbitrary<GroupId> = fc.integer({ min: 1, max: 5000 }).map(groupId)
const ids = fc
  .uniqueArray(id, { maxLength: 5 })
  .map(list => list.sort((a, b) => a - b) as readonly ReplicaId[])
const members: fc.Arbitrary<Members> = fc.record({ voters: ids, outgoing: ids, learners: ids })
const image: fc.Arbitrary<Image> = fc.record({
  index: count,
  term: count,
  members,
  membersIndex: count,
  chain: count,
})
const data = fc.uint8Array({ maxLength: 40 })
const entry: fc.Arbitrary<Entry> = fc.record({
  index: count,
  term: count,
  kind: fc.constantFrom<EntryKind[]>('data', 'members', 'term'),
  data,
})
const read: fc.Arbitrary<ReadId> = fc.record({ replica: id, boot: count, serial: count })
const flag = fc.boolean()

function letter<T extends Message['type'], B extends object>(type: T, body: fc.Arbitrary<B>) {
  const envelope = fc.record({ from: id, to: id, term: count })
  return fc.tuple(envelope, body).map(([around, within]) => ({ type, ...around, ...within }))
}

const none = fc.constant({})
const lastEntry = { lastIndex: count, lastTerm: count }

export const message: fc.Arbitrary<Message> = fc.oneof(
  letter('pre-vote', fc.record(lastEntry)),
  letter('pre-vote-reply', fc.record({ granted: flag })),
  letter('vote', fc.record({ ...lastEntry, forced: flag })),
  letter('vote-reply', fc.record({ granted: flag })),
  letter(
    'append',
    fc.record({
      prevIndex: count,
      prevTerm: count,
      commit: count,
      entries: fc.array(entry, { maxLength: 4 }),
    }),
  ),
  letter('append-reply', fc.record({ ok: flag, index: count, hintIndex: count, hintTerm: count })),
  letter('heartbeat', fc.record({ commit: count, round: count })),
  letter('heartbeat-reply', fc.record({ round: count })),
  letter('snapshot', fc.record({ image, offset: count, data, last: flag })),
  letter('snapshot-reply', fc.record({ imageIndex: count, offset: count, done: flag })),
  letter('timeout-now', none),
  letter('read', fc.record({ read })),
  letter('read-reply', fc.record({ read, index: count })),
)
