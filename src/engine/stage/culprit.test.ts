/** A function that is not one of its record is found when its batch is replayed, and named. */

import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { digestOf } from '../batch/digest.ts'
import { vectorOf } from '../columns/builder.ts'
import type { Compiler } from '../columns/expression.ts'
import { writeRecords } from '../columns/records-codec.ts'
import type { OperatorPlan } from '../plan/plan.ts'
import { schemasOf } from '../plan/schemas.ts'
import { sitesOf } from '../plan/sites.ts'
import { counts, dedup, filter, operator, planOf, project, sink } from '../plan/testing/plans.ts'
import { BIGINT } from '../schema/type.ts'
import { MemoryStore } from '../store/store.ts'
import { testCompiler } from '../testing/compiler.ts'
import { recordsFrom } from '../windows/testing/events.ts'
import { culpritOf, REPLAY_DIFFERS, type Suspicion, tracesOf } from './culprit.ts'
import { StageGroup, type StageOptions } from './group.ts'

/** Knows one more expression, `impure`, and counts how often it is asked for. */
function compilerWith(impure: () => number, fails = false): Compiler {
  return {
    expression: (text, schema) => {
      if (text !== 'impure') return testCompiler.expression(text, schema)
      return {
        type: BIGINT,
        reads: [],
        evaluate: (records, _rows, failures) => {
          const values = Array.from({ length: records.size }, impure)
          if (fails) failures.add(0, 'odd', `it is ${values[0]}`)
          return vectorOf(BIGINT, values)
        },
      }
    },
  }
}

const records = recordsFrom([5, 6, 7, 6].map((n, time) => ({ user: n > 5 ? 'a' : 'b', time, n })))

const chance = (): number => Math.floor(Math.random() * 2 ** 40)

const entry = operator('first', 'in', dedup('n'))
const work = { now: 3, watermark: 2, inputs: [{ operator: 'first', input: 0, records }] }

/** Of a batch with the number 7, of a stage of these operators, the last of which a sink reads. */
function suspicion(operators: readonly OperatorPlan[], compiler: Compiler): Suspicion {
  const all = [entry, ...operators]
  const plan = planOf(all, { sinks: [sink('out', all.at(-1)?.id ?? '')] })
  const site = sitesOf(plan).find(({ id }) => id === 'stage:first')
  if (site === undefined) throw new Error('there is no such stage')
  const schemas = schemasOf(plan, compiler)
  const errors = 'dead-letter' as const
  const options: StageOptions = { site, schemas, compiler, errors, store: new MemoryStore() }
  return { seq: 7, options, work }
}

const chain = [
  operator('large', 'first', filter('n >= 6')),
  operator('odd', 'large', project('user', 'n=impure')),
  operator('names', 'odd', project('user', 'n')),
]

const blamed = ({ data: { seq, operator: who, part } }: WeirError) => [seq, who, part]

describe('what is not the same twice', () => {
  test('Math.random in a function', () => {
    const impure = compilerWith(chance)
    const error = culpritOf(suspicion(chain, impure))
    expect(error).toBeInstanceOf(WeirError)
    expect(error.code).toBe(REPLAY_DIFFERS)
    expect(blamed(error)).toEqual([7, 'odd', 'output'])
    expect(error.message).toContain('batch 7 came out otherwise when it was replayed')
    expect(error.message).toContain('because of odd')
  })

  test('Date.now in a function, though one run takes no millisecond', () => {
    const error = culpritOf(suspicion(chain, compilerWith(Date.now)))
    expect(blamed(error)).toEqual([7, 'odd', 'output'])
  })

  test('chance in what is kept and not said', () => {
    let calls = 0
    const impure = compilerWith(() => ++calls)
    const kept = [{ ...entry, spec: dedup('impure') }]
    const all = suspicion([], impure)
    const site = { ...all.options.site, operators: kept }
    expect(blamed(culpritOf({ ...all, options: { ...all.options, site } }))).toEqual([
      7,
      'first',
      'state',
    ])
  })

  test('chance in the reason of a dead letter', () => {
    let calls = 0
    const impure = compilerWith(() => ++calls, true)
    const odd = [operator('sorted', 'first', filter('impure >= 0'))]
    const failing: Compiler = {
      expression: (text, schema) =>
        text === 'impure >= 0'
          ? { ...testCompiler.expression('n >= 0', schema), ...evaluatedBy(impure, schema) }
          : impure.expression(text, schema),
    }
    expect(blamed(culpritOf(suspicion(odd, failing)))).toEqual([7, 'sorted', 'dead letters'])
  })

  test('has another digest when it is replayed: by that it is found', () => {
    const { options } = suspicion(chain, compilerWith(chance))
    const [made, again] = [1, 2].map(() => {
      const { delta, outputs } = new StageGroup(options).step(work)
      const written = outputs.map(({ to, first, records: all }) => {
        const out = new ByteWriter()
        writeRecords(out, all)
        return { sink: to, first, count: all.size, records: out.finish() }
      })
      return digestOf(delta, written)
    })
    expect(made).not.toBe(again)
  })
})

function evaluatedBy(compiler: Compiler, schema: Parameters<Compiler['expression']>[1]) {
  const impure = compiler.expression('impure', schema)
  const all = testCompiler.expression('n >= 0', schema)
  return {
    evaluate: (...args: Parameters<typeof all.evaluate>) => {
      impure.evaluate(...args)
      return all.evaluate(...args)
    },
  }
}

describe('what is the same each time', () => {
  test('is no operator, and the error says where else to look', () => {
    const error = culpritOf(
      suspicion(
        chain,
        compilerWith(() => 4),
      ),
    )
    expect(blamed(error)).toEqual([7, undefined, undefined])
    expect(error.message).toContain('each time the same')
  })

  test('and is not what was recorded: the first operator that differs from that', () => {
    const recorded = tracesOf(
      suspicion(
        chain,
        compilerWith(() => 4),
      ),
    )
    const again = suspicion(
      chain,
      compilerWith(() => 5),
    )
    expect(blamed(culpritOf({ ...again, recorded }))).toEqual([7, 'odd', 'output'])
  })

  test('and is what was recorded: none', () => {
    const recorded = tracesOf(
      suspicion(
        chain,
        compilerWith(() => 4),
      ),
    )
    const again = suspicion(
      chain,
      compilerWith(() => 4),
    )
    expect(blamed(culpritOf({ ...again, recorded }))).toEqual([7, undefined, undefined])
  })
})

describe('a tap', () => {
  test('changes nothing of what a stage does', () => {
    const windows = [operator('sums', 'first', counts('n'))]
    const { options } = suspicion(windows, testCompiler)
    const plain = new StageGroup(options).step(work)
    const tapped = new StageGroup({ ...options, tap: tracesOf({ options, work }) }).step(work)
    expect(tapped.delta).toEqual(plain.delta)
    expect(tapped.delta.length).toBeGreaterThan(0)
    expect(tapped.outputs).toEqual(plain.outputs)
  })

  test('sees output and state of each operator, and nothing of one that does nothing', () => {
    const idle = [operator('none', 'first', filter('n >= 100'))]
    const traces = tracesOf(suspicion(idle, testCompiler))
    expect(traces.of('first').output).not.toBe(0)
    expect(traces.of('first').state).not.toBe(0)
    expect(traces.of('none')).toEqual({ output: 0, state: 0, 'dead letters': 0 })
  })
})
