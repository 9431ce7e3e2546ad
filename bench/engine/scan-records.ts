/** Synthetic records of JSON for the decoder: eight fields, 177 to 183 bytes, 10 000 users. */

import { Prng } from '../../src/base/prng.ts'
import type { RawRecords } from '../../src/connectors/formats/format.ts'

const USERS = 10_000
const PAGES = 500
const COUNTRIES = ['DE', 'FR', 'US', 'JP', 'BR', 'IN']
const FIRST_MS = 1_795_290_000_000

type Members = readonly (readonly [key: string, value: unknown])[]

export interface Variation {
  readonly name: string
  /** One record's text out of its members. */
  write(members: Members, row: number, random: Prng): string
}

const plain = (members: Members): string => JSON.stringify(Object.fromEntries(members))

/** A key that no other record has, in front: no shape that was learned fits. */
const strange =
  (percent: number) =>
  (members: Members, row: number, random: Prng): string =>
    random.below(100) < percent ? plain([[`k${row}`, 1], ...members]) : plain(members)

export const variations: readonly Variation[] = [
  { name: 'one shape', write: plain },
  { name: '1 % of other shapes', write: strange(1) },
  { name: '10 % of other shapes', write: strange(10) },
  {
    name: '10 % with escapes in a wanted text',
    write: (members, _, random) =>
      plain(
        members.map(([key, value]) =>
          key === 'user' && random.below(10) === 0 ? [key, `${value}"`] : [key, value],
        ),
      ),
  },
  {
    name: 'two orders of keys in turn',
    write: (members, row) => plain(row % 2 === 0 ? members : [...members].reverse()),
  },
  {
    name: 'four optional keys',
    write: (members, _, random) =>
      plain(members.filter(([key]) => !/country|referrer/.test(key) || random.chance(0.5))),
  },
  {
    name: 'wanted fields in nested objects',
    write: members => {
      const [user, ts, page, status, ...rest] = members
      const nested = [user, ts].flatMap(member => (member ? [member] : []))
      const inner = [page, status].flatMap(member => (member ? [member] : []))
      const payload = { ...Object.fromEntries(nested), meta: Object.fromEntries(inner) }
      return JSON.stringify({ payload, ...Object.fromEntries(rest) })
    },
  },
  {
    name: 'an object that nobody wants',
    write: members => {
      const extra = { os: 'linux', size: [1920, 1080], touch: false, more: null }
      return JSON.stringify({ ...Object.fromEntries(members.slice(0, 6)), device: extra })
    },
  },
  {
    name: 'with space after colons and commas',
    write: members => `{${members.map(([k, v]) => `"${k}": ${JSON.stringify(v)}`).join(', ')}}`,
  },
]

function membersOf(row: number, random: Prng): Members {
  const user = `user-${random.below(USERS).toString().padStart(5, '0')}`
  return [
    ['user', user],
    ['ts', FIRST_MS + row],
    ['page', `/products/${random.below(PAGES)}/details`],
    ['status', random.below(10) === 0 ? 500 : 200],
    ['ms', random.below(100_000) / 100],
    ['country', random.pick(COUNTRIES)],
    ['referrer', 'https://www.example.org/search?q=weir'],
    ['session', random.uint32().toString(16).padStart(8, '0')],
  ]
}

/** A batch as a fetch from Kafka has it: all values in one piece of memory. */
export function batchOf(variation: Variation, size: number, seed: number): RawRecords {
  const random = new Prng(seed)
  const pieces = Array.from({ length: size }, (_, row) =>
    Buffer.from(variation.write(membersOf(row, random), row, random)),
  )
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  let at = 0
  pieces.forEach(({ length }, row) => {
    starts[row] = at
    at += length
    ends[row] = at
  })
  return { bytes: Buffer.concat(pieces), size, starts, ends }
}
