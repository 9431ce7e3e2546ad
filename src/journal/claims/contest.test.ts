/** Claims at once, and what comes in between: one owner at a time, whatever answers are lost. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../../base/testing/runs.ts'
import { StaleLog } from '../testing/stale-log.ts'
import type { Claim } from '../types.ts'
import type { ClaimSeat } from './seat.ts'
import { SEATS, start, submit, World } from './testing/world.ts'

const RUNS = 200

describe('two claims at once', () => {
  const kinds = ['take', 'deliver', 'finish', 'lose', 'land', 'late', 'pass', 'replace'] as const
  type Kind = (typeof kinds)[number] | 'expire'
  const kind = fc.constantFrom<Kind[]>(...kinds, 'finish', 'expire')
  const step = fc.record({ kind, pick: fc.nat(8) })

  type Step = { readonly kind: Kind; readonly pick: number }

  function play(world: World, clients: readonly StaleLog[], steps: readonly Step[]): void {
    const { log, clock } = world
    for (const { kind, pick } of steps) {
      const one = log.pending[pick % Math.max(1, log.pending.length)]
      const old = log.late[pick % Math.max(1, log.late.length)]
      if (kind === 'land' || kind === 'expire') log[kind]()
      else if (kind === 'replace') {
        clients[pick % clients.length]?.replace((SEATS[pick % SEATS.length] as ClaimSeat).journal)
      } else if (kind === 'pass') clock.pass(pick * 5)
      else if (kind === 'late' && old !== undefined && !old.hasEffect) log.take(old)
      else if (kind !== 'late' && one !== undefined) log[kind](one)
    }
    world.settle()
  }

  const steps = fc.array(step, { minLength: 20, maxLength: 250 })

  it('never both hold: who is told so last stands in every partition', fuzzLimit(RUNS), () => {
    fc.assert(
      fc.property(steps, some => {
        const world = new World()
        const clients = [new StaleLog(world.log), new StaleLog(world.log)]
        const claims = ['ann', 'bob'].map((owner, at) => {
          return world.claim(start(owner), SEATS, { seed: at + 1, log: clients[at] as StaleLog })
        })
        play(world, clients, some)
        const done = claims.flatMap(({ outcome }) =>
          outcome?.kind === 'done' ? outcome.claim : [],
        )
        expect(done).toHaveLength(2)
        const [low, high] = done.sort((a, b) => a.generation - b.generation) as [Claim, Claim]
        expect(low.generation).toBeLessThan(high.generation)
        for (const seat of SEATS) {
          const records = world.records(seat)
          // Of each number in each partition one owner, and the later claim last.
          const numbers = new Map(records.map(record => [record.generation, record.owner]))
          expect(records.every(one => numbers.get(one.generation) === one.owner)).toBe(true)
          expect(records.at(-1)).toMatchObject(high)
        }
        expect(world.recorded).toEqual(expect.arrayContaining(done))
      }),
      { numRuns: fuzzRuns(RUNS) },
    )
  })

  it('of a new job: one holds, and the other is told so', fuzzLimit(RUNS), () => {
    fc.assert(
      fc.property(steps, some => {
        const world = new World()
        const clients = [new StaleLog(world.log), new StaleLog(world.log)]
        const claims = ['ann', 'bob'].map((owner, at) => {
          return world.claim(submit(owner), SEATS, { seed: at + 1, log: clients[at] as StaleLog })
        })
        play(world, clients, some)
        const kinds = claims.map(({ outcome }) => outcome?.kind)
        expect(kinds.sort()).toEqual(['done', 'refused'])
        const done = claims.find(({ outcome }) => outcome?.kind === 'done')?.outcome
        const claim = done?.kind === 'done' ? done.claim : undefined
        for (const seat of SEATS) expect(world.records(seat).at(-1)).toMatchObject(claim ?? {})
      }),
      { numRuns: fuzzRuns(RUNS) },
    )
  })

  it('of a job that lives: a submit writes nothing, whatever it is shown', fuzzLimit(RUNS), () => {
    fc.assert(
      fc.property(steps, some => {
        const world = new World()
        world.decided(submit('eve'))
        const client = new StaleLog(world.log)
        for (const { journal } of SEATS) client.replace(journal, 0)
        const told = world.claim(submit('ann'), SEATS, { log: client })
        play(world, [client], some)
        expect(told.outcome).toMatchObject({ trouble: { code: 'job-exists' } })
        expect(world.owners).toEqual(new Array(3).fill('generation 1 eve'))
      }),
      { numRuns: fuzzRuns(RUNS) },
    )
  })
})
