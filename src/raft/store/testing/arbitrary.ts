/** Random nouns for tests of codecs. */

import fc from 'fast-check'
import { groupId, replicaId } from '../../../base/ids.ts'
import type { Entry, HardState, Image } from '../../types.ts'
import type { FiledImage } from '../record.ts'

const number = fc.nat({ max: 2 ** 40 })
const ids = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 })
  .map(list => list.sort((a, b) => a - b).map(replicaId))

export const group = fc.integer({ min: 1, max: 2000 }).map(groupId)
export const replica = fc.integer({ min: 1, max: 2000 }).map(replicaId)

export const hardState: fc.Arbitrary<HardState> = fc.record({
  term: number,
  vote: replica,
  commit: number,
})

const image: fc.Arbitrary<Image> = fc.record({
  index: number,
  term: number,
  membersIndex: number,
  chain: fc.nat({ max: 2 ** 52 - 1 }),
  members: fc.record({ voters: ids, outgoing: ids, learners: ids }),
})

export const filed: fc.Arbitrary<FiledImage> = fc.record({
  image,
  file: fc.constantFrom('', 'image-1-2-3-4'),
})

export const entry: fc.Arbitrary<Entry> = fc.record({
  index: number,
  term: number,
  kind: fc.constantFrom('data', 'members', 'term'),
  data: fc.uint8Array({ maxLength: 40 }),
})
