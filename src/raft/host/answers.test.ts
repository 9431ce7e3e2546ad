/**
 * Calls by table: whatever may become of a call, by every way in which calls end; and against a
 * model that is too simple to be wrong.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { Entry, ReadId } from '../types.ts'
import { Calls } from './calls.ts'

const FATE_MS = 50

const entry = (index: number, term: number): Entry => {
  return { index, term, kind: 'data', data: new Uint8Array(0) }
}
const read = (serial: number): ReadId => ({ replica: replicaId(1), boot: 1, serial })

class Bench {
  readonly heard: string[] = []
  readonly calls: Calls
  #given: (() => void)[] = []

  constructor() {
    this.calls = new Calls(give => this.#given.push(give))
  }

  /** Writes down who was answered what. */
  hear(who: string): (outcome: { kind: string; code?: string }) => void {
    return outcome => this.heard.push(`${who} ${outcome.code ?? outcome.kind}`)
  }

  flush(): void {
    for (const give of this.#given.splice(0)) give()
  }
}

type Act = (bench: Bench) => void

const proposal: Act = bench => bench.calls.proposed(5, 2, bench.hear('p'))
const question: Act = bench => bench.calls.asked(read(7), bench.hear('r'))
const fingerprint: Act = bench => bench.calls.askedChain(5, bench.hear('c'))

const ends: Readonly<Record<string, Act>> = {
  'its entry applied': ({ calls }) => calls.applied([entry(5, 2)], ['r']),
  'another term applied there': ({ calls }) => calls.applied([entry(5, 3)], ['r']),
  'an older term applied there': ({ calls }) => calls.applied([entry(5, 1)], ['r']),
  'the entry before it applied': ({ calls }) => calls.applied([entry(4, 2)], ['r']),
  'an image before it': ({ calls }) => calls.skipped(4),
  'an image at it': ({ calls }) => calls.skipped(5),
  'an image behind it': ({ calls }) => calls.skipped(6),
  'deposed for a moment': ({ calls }) => {
    calls.onTime(100, false, FATE_MS)
    calls.onTime(149, false, FATE_MS)
  },
  'deposed for long': ({ calls }) => {
    calls.onTime(100, false, FATE_MS)
    calls.onTime(150, false, FATE_MS)
  },
  'leading for long': ({ calls }) => {
    calls.onTime(100, true, FATE_MS)
    calls.onTime(900, true, FATE_MS)
  },
  closed: ({ calls }) => calls.close(),
}

describe('what becomes of a call', () => {
  it.each([
    ['its entry applied', ['p applied']],
    ['another term applied there', ['p replaced']],
    ['an older term applied there', ['p replaced']],
    ['the entry before it applied', []],
    ['an image before it', []],
    ['an image at it', ['p unknown']],
    ['an image behind it', ['p unknown', 'c not-applied']],
    ['deposed for a moment', []],
    ['deposed for long', ['p unknown']],
    ['leading for long', []],
    ['closed', ['p unknown', 'r lost', 'c closed']],
  ])('%s: %j', (end, told) => {
    const bench = new Bench()
    for (const ask of [proposal, question, fingerprint]) ask(bench)
    ends[end]?.(bench)
    expect(bench.heard).toEqual([])
    bench.flush()
    expect(bench.heard).toEqual(told)
    // Whatever end comes second, nobody hears twice.
    bench.calls.close()
    bench.flush()
    expect(bench.heard).toHaveLength(3)
    expect(new Set(bench.heard.map(line => line[0])).size).toBe(3)
    expect([bench.calls.proposalsOpen, bench.calls.readsOpen]).toEqual([0, 0])
  })

  it.each(Object.keys(ends).flatMap(a => Object.keys(ends).map(b => [a, b] as const)))(
    'a proposal is answered once: %s, then %s',
    (first, second) => {
      const bench = new Bench()
      proposal(bench)
      ends[first]?.(bench)
      ends[second]?.(bench)
      bench.calls.close()
      bench.flush()
      expect(bench.heard).toHaveLength(1)
    },
  )
})

describe('an answer', () => {
  it('may ask again, and the new call is another one', () => {
    const bench = new Bench()
    bench.calls.proposed(5, 2, () => bench.calls.proposed(5, 3, bench.hear('again')))
    bench.calls.applied([entry(5, 3)], ['r'])
    bench.flush()
    expect(bench.heard).toEqual([])
    bench.calls.applied([entry(5, 3)], ['r'])
    bench.flush()
    expect(bench.heard).toEqual(['again applied'])
  })

  it('has the result of its own entry, not of its neighbours', () => {
    const results: unknown[] = []
    const bench = new Bench()
    for (const index of [3, 5, 6]) {
      bench.calls.proposed(index, 1, outcome => results.push(outcome))
    }
    const batch = [2, 3, 4, 5].map(index => entry(index, 1))
    bench.calls.applied(batch, ['two', 'three', 'four', 'five'])
    bench.flush()
    expect(results).toEqual([
      { kind: 'applied', index: 3, result: 'three' },
      { kind: 'applied', index: 5, result: 'five' },
    ])
    expect(bench.calls.proposalsOpen).toBe(1)
  })
})

describe('patience', () => {
  it('begins with the loss of leadership, not with the proposal', () => {
    const bench = new Bench()
    proposal(bench)
    bench.calls.onTime(0, true, FATE_MS)
    bench.calls.onTime(10_000, false, FATE_MS)
    bench.flush()
    expect(bench.heard).toEqual([])
    bench.calls.onTime(10_050, false, FATE_MS)
    bench.flush()
    expect(bench.heard).toEqual(['p unknown'])
  })

  it('is whole again for proposals that come when those before have had their answer', () => {
    const bench = new Bench()
    proposal(bench)
    bench.calls.onTime(100, false, FATE_MS)
    bench.calls.applied([entry(5, 2)], ['r'])
    bench.calls.onTime(140, false, FATE_MS)
    bench.calls.proposed(9, 4, bench.hear('later'))
    bench.calls.onTime(160, false, FATE_MS)
    bench.calls.onTime(200, false, FATE_MS)
    bench.flush()
    expect(bench.heard).toEqual(['p applied'])
    bench.calls.onTime(210, false, FATE_MS)
    bench.flush()
    expect(bench.heard).toEqual(['p applied', 'later unknown'])
  })
})

type Step =
  | { readonly kind: 'propose' | 'apply'; readonly index: number; readonly term: number }
  | { readonly kind: 'skip'; readonly index: number }
  | { readonly kind: 'close' }

const indexes = fc.integer({ min: 1, max: 6 })
const terms = fc.integer({ min: 1, max: 3 })
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: kind('propose'), index: indexes, term: terms }) },
    { weight: 3, arbitrary: fc.record({ kind: kind('apply'), index: indexes, term: terms }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('skip'), index: indexes }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('close') }) },
  ),
  { maxLength: 40 },
)

function kind<K extends Step['kind']>(name: K): fc.Arbitrary<K> {
  return fc.constant(name)
}

/** A list of who waits; every answer is worked out by looking through all of it. */
class Model {
  waiting: { readonly who: string; readonly index: number; readonly term: number }[] = []
  readonly heard: string[] = []

  do(step: Step, who: string): void {
    if (step.kind === 'propose') {
      this.#end(one => (one.index === step.index ? 'unknown' : undefined))
      this.waiting.push({ who, index: step.index, term: step.term })
    } else if (step.kind === 'apply') {
      const fate = (term: number) => (term === step.term ? 'applied' : 'replaced')
      this.#end(({ index, term }) => (index === step.index ? fate(term) : undefined))
    } else if (step.kind === 'skip') {
      this.#end(({ index }) => (index <= step.index ? 'unknown' : undefined))
    } else {
      this.#end(() => 'unknown')
    }
  }

  #end(fate: (one: { index: number; term: number }) => string | undefined): void {
    this.waiting = this.waiting.filter(one => {
      const told = fate(one)
      if (told !== undefined) this.heard.push(`${one.who} ${told}`)
      return told === undefined
    })
  }
}

describe('calls and a list of who waits', () => {
  it('say the same to the same at the same moment', () => {
    fc.assert(
      fc.property(steps, all => {
        const bench = new Bench()
        const model = new Model()
        for (const [i, step] of all.entries()) {
          const who = `#${i}`
          if (step.kind === 'propose') bench.calls.proposed(step.index, step.term, bench.hear(who))
          if (step.kind === 'apply') bench.calls.applied([entry(step.index, step.term)], [0])
          if (step.kind === 'skip') bench.calls.skipped(step.index)
          if (step.kind === 'close') bench.calls.close()
          model.do(step, who)
          bench.flush()
          expect([...bench.heard].sort()).toEqual([...model.heard].sort())
          expect(bench.calls.proposalsOpen).toBe(model.waiting.length)
        }
      }),
      { numRuns: 300 },
    )
  })
})
