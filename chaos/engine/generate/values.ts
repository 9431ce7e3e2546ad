/** Random values: few different ones, so that they meet, and some that lie at the edges. */

import type { Prng } from '../../../src/base/prng.ts'
import type { Type } from '../../oracle/type.ts'
import type { Value } from '../../oracle/value.ts'
import type { DrawnColumn, Temper } from './kinds.ts'

const NULL_CHANCE = 0.12
const ELEMENTS_MAX = 4
const CALM_MAX = 1000
const FEW_MAX = 4
const DAY_MS = 86_400_000

const TEXTS = [
  ...['', 'a', 'b', 'ab', 'A', 'B', 'a b', ' ', "it's", '%', '_a', 'a%', '"q"', '0', '12', '-7'],
  ...['é', 'É', '名前', '😀', 'a😀b', '\ue000', 'null', '__proto__'],
]

/** Small enough that sums of sums of them have a place in their type. */
const UNITS_MS = [1, 1000, 60_000]

/** Objects with and without the names that are asked for, with one of them twice, or escaped. */
const JSONS = [
  ...['{}', '[]', '12', '"a"', 'true', '{"a":1}', '{"a":"b","b":[1,2]}', '{"a":null}'],
  ...['{ "b" : {"a":0.5} }', '{"a":"é","a":"😀"}', '[{"a":1}]', '{"\\u0061":"\\n"}'],
  ...['{"__proto__":1}', '{"b":false,"c":"null"}'],
]

const WILD: Readonly<Record<string, readonly Value[]>> = {
  integer: [2n ** 31n - 1n, -(2n ** 31n)],
  bigint: [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n],
  double: [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0,
    -0,
    1e300,
    -1e-300,
    0.1,
    Number.MAX_SAFE_INTEGER,
  ],
}

export function drawValue(prng: Prng, column: Pick<DrawnColumn, 'type' | 'temper'>): Value {
  return prng.chance(NULL_CHANCE) ? null : drawPresent(prng, column.type, column.temper)
}

export function drawPresent(prng: Prng, type: Type, temper: Temper): Value {
  switch (type.kind) {
    case 'boolean':
      return prng.chance(0.5)
    case 'integer':
    case 'bigint':
      return drawWhole(prng, type.kind, temper)
    case 'decimal':
      return BigInt(small(prng))
    case 'double':
      return drawDouble(prng, temper)
    case 'text':
      return prng.pick(TEXTS)
    case 'bytes':
      return prng.pick(['', '00', 'ff', '00ff', 'c3a9', '7f'])
    case 'date':
      return BigInt(prng.between(-400, 20_000))
    case 'timestamp':
    case 'timestamptz':
      return BigInt(prng.between(-5, 20_000)) * BigInt(DAY_MS) + BigInt(prng.below(DAY_MS))
    case 'interval':
      return BigInt(small(prng) * prng.pick(UNITS_MS))
    case 'months':
      return BigInt(small(prng))
    case 'json':
      return prng.pick(JSONS)
    case 'array':
      return Array.from({ length: prng.below(ELEMENTS_MAX + 1) }, () =>
        drawValue(prng, { type: type.of, temper }),
      )
  }
}

function small(prng: Prng): number {
  const most = prng.chance(0.6) ? FEW_MAX : CALM_MAX
  return prng.between(-most, most)
}

function drawWhole(prng: Prng, kind: 'integer' | 'bigint', temper: Temper): Value {
  if (temper === 'wild' && prng.chance(0.5)) return prng.pick(WILD[kind] as readonly Value[])
  return BigInt(small(prng))
}

/** Eighths, whose sums are exact. */
function drawDouble(prng: Prng, temper: Temper): Value {
  if (temper === 'wild' && prng.chance(0.5)) return prng.pick(WILD['double'] as readonly Value[])
  return small(prng) / 8
}
