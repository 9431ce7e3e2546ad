/** Test support: a source of texts `user,n`, by the user, and what is made of it. */

import { vectorOf } from '../../../engine/columns/builder.ts'
import { type Records, rowsOf } from '../../../engine/columns/records.ts'
import type { ErrorPolicy, OperatorSpec, Plan } from '../../../engine/plan/plan.ts'
import { schemasOf } from '../../../engine/plan/schemas.ts'
import { sitesOf } from '../../../engine/plan/sites.ts'
import { counts, operator, planOf, sink, source } from '../../../engine/plan/testing/plans.ts'
import { BIGINT, TEXT } from '../../../engine/schema/type.ts'
import { testCompiler } from '../../../engine/testing/compiler.ts'
import { type Decoding, Shaping } from '../shaping.ts'

const utf8 = new TextDecoder()

export const CHANNEL = 1
export const LETTERS = 9

/** Reads `user,n`; a user may be missing, and a number have a sign. */
export const decoder: Decoding = {
  decode({ bytes, size, starts, ends }) {
    const texts = Array.from({ length: size }, (_, row) => {
      return starts[row] === -1 ? '' : utf8.decode(bytes.subarray(starts[row], ends[row]))
    })
    const read = texts.map(text => /^(\w*),(-?\d+)$/.exec(text))
    const failures = read.flatMap((found, row) => {
      return found === null ? [{ row, code: 'malformed', reason: `'${texts[row]}' is none` }] : []
    })
    const users = read.map(found => found?.[1] ?? null)
    const numbers = read.map(found => (found === null ? null : Number(found[2])))
    return { vectors: [vectorOf(TEXT, users), vectorOf(BIGINT, numbers)], failures }
  },
}

/** Of a source that two branches lead from, which meet again, and that a sink is told of. */
export function branchedShaping(): Shaping {
  const plan: Plan = planOf(
    [
      operator('large', 'in', { kind: 'filter', where: 'n >= 5' }),
      operator('both', 'large in', { kind: 'union' }),
      operator('sums', 'both', counts('user')),
    ],
    { sinks: [sink('out', 'sums'), sink('raw', 'large')] },
  )
  const schemas = schemasOf(plan, testCompiler)
  const site = sitesOf(plan).find(one => one.source === 'in')
  const [exchange] = site?.exchanges ?? []
  if (site === undefined || exchange === undefined) throw new Error('the plan has a reader')
  return new Shaping({
    ...{ site, source: source('in'), compiler: testCompiler, decoder, schemas },
    errors: 'dead-letter',
    targets: [{ exchange, channel: CHANNEL, groups: 1 }],
    sinks: [{ sink: 'raw', channel: 5, group: 0, schema: schemas.of({ from: 'large' }) }],
    letters: { channel: LETTERS, group: 0 },
  })
}

export interface JobOptions {
  readonly groups?: number
  readonly errors?: ErrorPolicy
  /** What the front does to a record. */
  readonly front?: OperatorSpec
  /** The stage's key. */
  readonly key?: string
}

export function shapingOf({ groups = 1, errors, front, key = 'user' }: JobOptions = {}): Shaping {
  const plan: Plan = planOf(
    front === undefined
      ? [operator('sums', 'in', counts(key))]
      : [operator('front', 'in', front), operator('sums', 'front', counts(key))],
  )
  const site = sitesOf(plan).find(one => one.source === 'in')
  const [exchange] = site?.exchanges ?? []
  if (site === undefined || exchange === undefined) throw new Error('the plan has a reader')
  return new Shaping({
    ...{ site, source: source('in'), compiler: testCompiler, decoder },
    schemas: schemasOf(plan, testCompiler),
    errors: errors ?? plan.errors,
    targets: [{ exchange, channel: CHANNEL, groups }],
    letters: { channel: LETTERS, group: 0 },
  })
}

/** `offset:values` of each. */
export function shown(records: Records | undefined): readonly string[] {
  if (records === undefined) return []
  return rowsOf(records).map(({ values }, row) => {
    return `${records.origin?.offsets[row]}:${values.slice(0, 3).join(',')}`
  })
}
