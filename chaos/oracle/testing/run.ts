/** One operator over a few records of a key and a number, told as lines: for tests by hand. */

import { call, column, type Expr, literal } from '../expression.ts'
import type { Batch } from '../input.ts'
import { answered } from '../oracle.ts'
import type { AggregateSpec, Spec, WindowSpec } from '../plan.ts'
import type { Row } from '../table.ts'
import { BIGINT, TEXT } from '../type.ts'
import { textOf } from '../value.ts'

/** Time, key, number. */
export type Item = readonly [time: number, key: string | null, n: number | null]

export interface Step {
  readonly items?: readonly Item[]
  readonly watermark?: number
  readonly now?: number
  readonly ended?: boolean
}

export const K = column('k')
export const N = column('n')
export const byKey = [{ name: 'k', expression: K }]

export const columns = [
  { name: 'k', type: TEXT },
  { name: 'n', type: BIGINT },
]

export function whole(value: number): Expr {
  return literal(BIGINT, BigInt(value))
}

export const positive = call('gt', N, whole(0))

const SIGNS = { insert: '+', update: '~', delete: '-' } as const

export function told(rows: readonly Row[]): string[] {
  return rows.map(({ batch, time, kind, values }) => {
    return `${batch}${SIGNS[kind]} @${time} ${values.map(textOf).join(' ')}`
  })
}

function batchOf({ items = [], watermark, now = 0, ended = false }: Step): Batch {
  const arrivals = items.map(([time, key, n]) => ({
    ...{ channel: 0, time, values: [key, n === null ? null : BigInt(n)] },
  }))
  const marks = watermark === undefined ? [] : [{ channel: 0, watermark }]
  return { arrivals, marks, now, ended }
}

/** What comes out, batch by batch, at the main output and at a side. */
export function run(spec: Spec, steps: readonly Step[], side?: string) {
  const sides = side === undefined ? [] : [{ id: 'side', from: { from: 'o', side }, key: [] }]
  const plan = {
    sources: [{ id: 's', columns }],
    operators: [{ id: 'o', inputs: [{ from: 's' }], spec }],
    sinks: [{ id: 'main', from: { from: 'o' }, key: [] }, ...sides],
  }
  const input = { channels: [{ id: 0, source: 's' }], batches: steps.map(batchOf) }
  const { sinks, late, failed } = answered(plan, input)
  return {
    ...{ main: told(sinks['main']?.rows ?? []), side: told(sinks['side']?.rows ?? []) },
    ...{ late: late['o'], failed: failed['o'] },
  }
}

/** A sum and a count for each key. */
export function summing(window: WindowSpec, rest: Partial<AggregateSpec> = {}): AggregateSpec {
  const aggregates = [
    { name: 'sum', fn: 'sum', args: [N], distinct: false },
    { name: 'count', fn: 'count', args: [], distinct: false },
  ] as const
  const always = { kind: 'aggregate', key: byKey, latenessMs: 0, mode: 'final' } as const
  return { ...always, window, aggregates, ...rest }
}
