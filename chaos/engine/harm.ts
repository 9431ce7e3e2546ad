/**
 * The plan of a case, fed with records that mean harm: texts too long for a key, times of which no
 * calendar knows, lists that become records, in batches with little room. What comes of them is
 * nobody's answer; but the engine goes on, says no more than there is room for, and says the same
 * after a restart.
 */

import { Prng } from '../../src/base/prng.ts'
import { compilerOf } from '../../src/sql/compiler.ts'
import type { Arrival, Input } from '../oracle/input.ts'
import type { Plan } from '../oracle/plan.ts'
import type { Type } from '../oracle/type.ts'
import type { Value } from '../oracle/value.ts'
import { type Failure, failureOf, unrepeated } from './check.ts'
import type { Case } from './generate/case.ts'
import type { DrawnColumn } from './generate/kinds.ts'
import { drawValue } from './generate/values.ts'
import { type EngineAnswer, runEngine } from './run/engine.ts'

/** One case of so many is harmed: the others are what cases mostly are. */
const EVERY = 3
const HARM_CHANCE = 0.4
const FAR_CHANCE = 0.1

/** Less than what plans make of harmful records, more than what they make of most. */
const LIMITS = { rows: 40, bytes: 30_000, leavingBytes: 35_000, evaluationBytes: 100_000 }

const LENGTHS = [890, 899, 1000, 1023, 1100, 5000, 20_000]
const LETTERS = ['x', '\0', 'é', '😀']
const ELEMENTS = [0, 1, 30, 60, 300]
const FAR = [
  ...[8.64e15, -8.64e15, 9.1e15, -9.1e15, 253_402_300_800_000, -62_135_596_800_001],
  ...[Number.NaN, Infinity, -Infinity, 0.5],
]

/** Undefined: nothing is wrong, or nothing was tried. */
export function harmed(one: Case): Failure | undefined {
  if (one.seed % EVERY !== 0) return undefined
  const input = harmfulInput(new Prng(one.seed).fork('harm'), one)
  try {
    return unrepeated(one, ran(one, input, 'nothing'), ran(one, input, 'restart'))
  } catch (error) {
    return failureOf(error)
  }
}

function ran({ plan, setting }: Case, input: Input, between: 'nothing' | 'restart'): EngineAnswer {
  return runEngine(plan, input, {
    ...{ ...setting, between, compiler: compilerOf(), limits: LIMITS },
    // Whoever stops at the first says nothing of the others.
    errors: 'dead-letter',
  })
}

function harmfulInput(prng: Prng, { plan, input }: Case): Input {
  const sources = new Map(input.channels.map(({ id, source }) => [id, source]))
  const batches = input.batches.map(batch => ({
    ...batch,
    arrivals: batch.arrivals.map(arrival => {
      return prng.chance(HARM_CHANCE) ? harmful(prng, plan, arrival, sources) : arrival
    }),
  }))
  return { ...input, batches }
}

function harmful(
  prng: Prng,
  plan: Plan,
  { channel, time }: Arrival,
  sources: ReadonlyMap<number, string>,
): Arrival {
  const columns = plan.sources.find(({ id }) => id === sources.get(channel))?.columns ?? []
  const values = columns.map(column => harmfulValue(prng, column as DrawnColumn))
  return { channel, time: prng.chance(FAR_CHANCE) ? prng.pick(FAR) : time, values }
}

function harmfulValue(prng: Prng, column: Pick<DrawnColumn, 'type' | 'temper'>): Value {
  if (prng.chance(0.5)) return drawValue(prng, column)
  const { type, temper } = column
  const sizes: Partial<Record<Type['kind'], () => Value>> = {
    text: () => prng.pick(LETTERS).repeat(prng.pick(LENGTHS)),
    bytes: () => 'c3'.repeat(prng.pick(LENGTHS)),
    json: () => JSON.stringify({ a: prng.pick(LETTERS).repeat(prng.pick(LENGTHS)) }),
  }
  if (type.kind !== 'array')
    return sizes[type.kind]?.() ?? drawValue(prng, { type, temper: 'wild' })
  return Array.from({ length: prng.pick(ELEMENTS) }, () => {
    return prng.chance(0.02)
      ? harmfulValue(prng, { type: type.of, temper })
      : drawValue(prng, { type: type.of, temper })
  })
}
