/**
 * Expressions that would take all memory or all time, over records as large as they may be: each is
 * answered within bounds, or the record fails. What is searched is short enough that a search
 * without bounds ends too, and is seen by what it answers.
 */

import { Prng } from '../../../src/base/prng.ts'
import type { Compiler } from '../../../src/engine/columns/expression.ts'
import { TEXT } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'
import type { Failure } from '../check.ts'
import type { ProbeTable } from './table.ts'
import { computedByWeir } from './weir.ts'

const columns = [
  { name: 's', type: TEXT },
  { name: 't', type: TEXT },
]
const table: ProbeTable = { columns, rows: [['a'.repeat(1000), 'x'.repeat(900_000)]] }

const times = (part: string, count: number): string => new Array(count).fill(part).join(', ')

/** What would be longer than any text of JavaScript, and what takes many millions of steps. */
const HOSTILE: readonly ((prng: Prng) => string)[] = [
  prng => `concat(${times('t', prng.between(600, 700))})`,
  prng => `concat_ws(t, ${times('s', prng.between(600, 700))})`,
  prng => `json_text(json_array(${times('t', prng.between(600, 700))}))`,
  prng => `array_join(split(s, ''), left(t, ${prng.between(600_000, 900_000)}))`,
  prng => `replace(s, 'a', left(t, ${prng.between(600_000, 900_000)}))`,
  prng => `regexp_replace(t, 'x+', '${'\\0'.repeat(prng.between(600, 900))}')`,
  prng => `regexp_count(left(s, ${prng.between(100, 120)}), '(?:a?){900}b|')`,
  prng => `regexp_position(left(t, ${prng.between(2500, 3000)}), '(?:[a-z]?){900}[0-8]')`,
]

/** Undefined: no record had a value, and nothing was thrown. */
export function outlasted(seed: number, compiler: Compiler): Failure | undefined {
  const prng = new Prng(seed)
  const text = prng.pick(HOSTILE)(prng)
  const told = (what: string): Failure => ({
    checker: 'BOUNDS-1',
    detail: `${text.slice(0, 200)}: ${what}`,
  })
  try {
    const [value] = computedByWeir(compiler, text, table).values
    return value === null ? undefined : told(`has a value of ${sizeOf(value ?? null)}`)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return told(`${error.name}: ${error.message}`)
  }
}

const sizeOf = (value: Value): string =>
  typeof value === 'string' ? `${value.length} characters` : String(value)
