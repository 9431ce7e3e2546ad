/** The job of this play: texts of a user and a number, by the number; some are none. */

import type { Prng } from '../../../src/base/prng.ts'
import { vectorOf } from '../../../src/engine/columns/builder.ts'
import type { Plan } from '../../../src/engine/plan/plan.ts'
import { schemasOf } from '../../../src/engine/plan/schemas.ts'
import { sitesOf } from '../../../src/engine/plan/sites.ts'
import { BIGINT, TEXT } from '../../../src/engine/schema/type.ts'
import { DEAD_LETTER_SCHEMA } from '../../../src/engine/stage/dead-letters.ts'
import { type Decoding, Shaping } from '../../../src/group/feed/shaping.ts'
import { compilerOf } from '../../../src/sql/compiler.ts'

export const TOPIC = 'in'
export const GENERATION = 1
export const TIME = { lagMs: 5, idleMs: 60 }
/** Numbers that it divides are filtered out by the front. */
const LEFT_OUT = 7
const PARTITIONS_MAX = 16

const plan: Plan = {
  semantics: 1,
  job: 'fed',
  sources: [
    {
      id: 'in',
      columns: [
        { name: 'user', type: 'TEXT' },
        { name: 'n', type: 'BIGINT' },
      ],
      time: TIME,
      options: {},
    },
  ],
  operators: [
    {
      id: 'some',
      inputs: [{ from: 'in' }],
      spec: { kind: 'filter', where: `n % ${LEFT_OUT} <> 0` },
    },
    {
      id: 'once',
      inputs: [{ from: 'some' }],
      spec: { kind: 'dedup', key: [{ name: 'n', expression: 'n' }] },
    },
  ],
  sinks: [{ id: 'out', from: { from: 'once' }, key: [], options: {} }],
  errors: 'dead-letter',
}

const utf8 = new TextDecoder()
export const textOf = (bytes: Uint8Array): string => utf8.decode(bytes)

const compiler = compilerOf()
const schemas = schemasOf(plan, compiler)
const [source] = plan.sources as [Plan['sources'][number]]
const site = sitesOf(plan).find(one => one.source === source.id)

/** Of the records of a partition, and of what could not be read of it. */
export const channelOf = (partition: number) => partition + 1
export const lettersOf = (partition: number) => PARTITIONS_MAX + partition + 1
export const partitionOf = (channel: number) => (channel - 1) % PARTITIONS_MAX
export const isLetters = (channel: number) => channel > PARTITIONS_MAX

/** The group that reads a partition, and takes what could not be read of it. */
export const readerOf = (partition: number, groups: number) => partition % groups

export const schemaOf = (channel: number) =>
  isLetters(channel) ? DEAD_LETTER_SCHEMA : schemas.of({ from: 'some' })

export function channelsOf(group: number, partitions: number, groups: number): readonly number[] {
  const all = Array.from({ length: partitions }, (_, at) => at)
  const letters = all.filter(at => readerOf(at, groups) === group)
  return [...all.map(channelOf), ...letters.map(lettersOf)]
}

const decoder: Decoding = {
  decode({ bytes, size, starts, ends }) {
    const texts = Array.from({ length: size }, (_, row) => {
      return starts[row] === -1 ? null : textOf(bytes.subarray(starts[row], ends[row]))
    })
    const read = texts.map(text => /^(\w*),(\d+)$/.exec(text ?? ''))
    const failures = read.flatMap((found, row) =>
      found === null ? [{ row, code: 'malformed', reason: 'it is no user and number' }] : [],
    )
    const users = read.map(found => found?.[1] ?? null)
    const numbers = read.map(found => (found === null ? null : Number(found[2])))
    return { vectors: [vectorOf(TEXT, users), vectorOf(BIGINT, numbers)], failures }
  },
}

export function shapingOf(partition: number, groups: number): Shaping {
  if (site === undefined) throw new Error('the plan has a reader')
  const [exchange] = site.exchanges
  if (exchange === undefined) throw new Error('its records leave')
  return new Shaping({
    ...{ site, source, schemas, compiler, decoder, errors: plan.errors },
    targets: [{ exchange, channel: channelOf(partition), groups }],
    letters: { channel: lettersOf(partition), group: readerOf(partition, groups) },
  })
}

/** What is to come of a text: a number, a letter or nothing. */
export function meaningOf(text: string): string | undefined {
  const number = /^\w*,(\d+)$/.exec(text)?.[1]
  if (number === undefined) return 'letter'
  return Number(number) % LEFT_OUT === 0 ? undefined : number
}

const POISON = 0.08

export function textFrom(prng: Prng, number: number): string {
  if (prng.chance(POISON)) return `bad ${number}`
  return `${'u'.repeat(prng.below(30))},${number}`
}
