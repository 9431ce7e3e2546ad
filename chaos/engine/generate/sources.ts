/** Random sources: their columns, when their records were, and who says what time it is. */

import type { Prng } from '../../../src/base/prng.ts'
import type { Source } from '../../oracle/plan.ts'
import { BIGINT, INTEGER, INTERVAL, JSON_TYPE, TEXT, type Type } from '../../oracle/type.ts'
import type { AggregateLimits } from './aggregates.ts'
import { type DrawnColumn, isNumber } from './kinds.ts'

const COLUMNS_MAX = 6

const TYPES: readonly Type[] = [
  ...[{ kind: 'boolean' }, INTEGER, BIGINT, { kind: 'double' }, TEXT, TEXT, { kind: 'bytes' }],
  ...[{ kind: 'date' }, { kind: 'timestamp' }, { kind: 'timestamptz' }],
  ...[
    { kind: 'decimal', precision: 10, scale: 2 },
    { kind: 'decimal', precision: 18, scale: 0 },
  ],
  ...[
    { kind: 'array', of: INTEGER },
    { kind: 'array', of: TEXT },
  ],
] as readonly Type[]

/** Not those of DuckDB. */
const OWN_TYPES: readonly Type[] = [
  JSON_TYPE,
  JSON_TYPE,
  INTERVAL,
  { kind: 'months' },
  { kind: 'array', of: JSON_TYPE },
]

/** How far back records may come, where the clocks of partitions say what time it is. */
const LAGS_MS = [0, 10, 300, 1000]

export interface SourceDraft {
  /** A name that nothing else has. */
  readonly fresh: (prefix: string) => string
  readonly limits: AggregateLimits
}

export interface DrawnSource extends Source {
  readonly columns: readonly DrawnColumn[]
}

export function drawSource(prng: Prng, id: string, { fresh, limits }: SourceDraft): DrawnSource {
  const all = limits.finite ? TYPES : [...TYPES, ...OWN_TYPES]
  const types = [TEXT, ...Array.from({ length: prng.below(COLUMNS_MAX) }, () => prng.pick(all))]
  const drawn = types.map((type): DrawnColumn => {
    const isWild = isNumber(type) && prng.chance(0.2)
    return { name: fresh('c'), type, temper: isWild ? 'wild' : 'calm' }
  })
  const time = !limits.finite && prng.chance(0.2) ? timeColumn(prng, fresh('t')) : undefined
  const lag = !limits.finite && prng.chance(0.3) ? { lagMs: prng.pick(LAGS_MS) } : {}
  const columns = time === undefined ? drawn : [...drawn, time]
  return { id, columns, ...(time && { time: time.name }), ...lag }
}

function timeColumn(prng: Prng, name: string): DrawnColumn {
  return { name, type: { kind: prng.pick(['timestamp', 'timestamptz'] as const) }, temper: 'calm' }
}
