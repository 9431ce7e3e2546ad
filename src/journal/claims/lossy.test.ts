/** Claims of many partitions over logs that lose calls and answers: they come to their end. */

import { describe, expect, it } from 'vitest'
import type { ClaimWish } from './claiming.ts'
import type { ClaimSeat } from './seat.ts'
import { start, submit, World } from './testing/world.ts'

const MANY = 200
/** Its id is taken, its end told, then the claim sent and committed: all of them are empty. */
const CALLS = 4 * MANY
const TURNS_MAX = 20_000

const seats: readonly ClaimSeat[] = Array.from({ length: MANY }, (_, partition) => ({
  group: `job/many/${partition}`,
  journal: { topic: 'journal', partition },
  transactionalId: `many-${partition}`,
}))

/** How often it asked; of so many calls one is lost, or its answer. */
function calls(world: World, wish: ClaimWish, every: number): number {
  const { log, clock } = world
  const told = world.claim(wish, seats)
  let asked = 0
  for (let turn = 0; turn < TURNS_MAX && told.outcome === undefined; turn++) {
    for (const one of [...log.pending]) {
      asked++
      if (asked % (2 * every) === 0) log.take(one)
      if (asked % every === 0) log.lose(one)
      else log.finish(one)
    }
    if (turn % 3 === 0) log.land()
    clock.pass(5)
  }
  expect(told.outcome).toMatchObject({ kind: 'done' })
  return asked
}

describe(`a claim of ${MANY} partitions`, () => {
  it.each([submit(), start()].flatMap(wish => [50, 10, 4].map(every => ({ ...wish, every }))))(
    'is decided once, and reads again what it lost: a $kind, one call of $every',
    ({ every, ...wish }) => {
      const world = new World()
      world.describe(MANY)
      const lost = 1 / every
      // Of four calls each must come through, and one that is lost takes all four again, at worst.
      expect(calls(world, wish, every)).toBeLessThan(CALLS / (1 - lost) ** 4)
      expect(world.recorded).toHaveLength(1)
    },
  )
})
