/** A case as a file, for people and regression tests: JSON, and objects for what JSON lacks. */

import type { Case } from './generate/case.ts'

const WHOLE = '$whole'
const DOUBLE = '$double'

function packed(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [WHOLE]: String(value) }
  if (typeof value !== 'number') return value
  if (Object.is(value, -0)) return { [DOUBLE]: '-0' }
  return Number.isFinite(value) ? value : { [DOUBLE]: String(value) }
}

function unpacked(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (WHOLE in value) return BigInt(value[WHOLE] as string)
  return DOUBLE in value ? Number(value[DOUBLE]) : value
}

export function caseText(one: Case): string {
  return `${JSON.stringify(one, packed, 1)}\n`
}

export function readCase(text: string): Case {
  return JSON.parse(text, unpacked) as Case
}
