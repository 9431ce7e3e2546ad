/**
 * Random scripts on three real brokers and on the simulated log: each answers what it owes, and
 * both answer the same. Drawn anew each time; `WEIR_SCRIPTS_SEED` draws them again.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stage } from '../../../chaos/sim/log-scripts/asking.ts'
import { firstDifference } from '../../../chaos/sim/log-scripts/difference.ts'
import { drawScript } from '../../../chaos/sim/log-scripts/draw.ts'
import { play } from '../../../chaos/sim/log-scripts/play.ts'
import type { Script } from '../../../chaos/sim/log-scripts/script.ts'
import { simulated } from '../../../chaos/sim/log-scripts/testing/simulated.ts'
import { kafka3 } from '../../../scripts/services/kafka/kafka.ts'
import { killOne, startOne, stopOne } from '../../../scripts/services/one.ts'
import { useBrokers } from './testing/brokers.ts'
import { began } from './testing/caller.ts'
import { Coordinators, coordinatorOf } from './testing/coordinators.ts'
import { Meeting } from './testing/meeting.ts'

const MINUTES = 60_000
const CALM = 160
const MOVED = 32
const BEREFT = 8
/** Played at the same time: brokers and we take turns in waiting. */
const CALM_LANES = 12
const POLL_MS = 50
const SEED = Number(process.env['WEIR_SCRIPTS_SEED'] ?? Math.floor(Math.random() * 1e9))

const brokers = useBrokers()
let coordinators: Coordinators
beforeAll(async () => {
  await began(brokers.open(), brokers.name())
  coordinators = await Coordinators.open(brokers.list)
})
afterAll(() => coordinators.close())

type Ways = Pick<Stage, 'name'> & Partial<Stage>

/** On the brokers, then on the simulated log; answers and faults are told with the seed. */
async function compare(script: Script, ways: Ways): Promise<void> {
  const logs: { close(): void }[] = []
  const client = () => {
    const log = brokers.open()
    logs.push(log)
    return log
  }
  const until: Stage['until'] = holds => brokers.until(holds)
  // A broker hands a creation on again where its controller did not answer: created-twice.
  const real = await play(script, { client, until, mayCreateTwice: true, ...ways })
  for (const log of logs) log.close()
  const sim = await play(script, simulated(script.seed).stage)
  const { seed } = script
  expect({ seed, faults: real.faults }).toEqual({ seed, faults: [] })
  expect({ seed, faults: sim.faults }).toEqual({ seed, faults: [] })
  const difference = firstDifference(sim.answers, real.answers)
  expect({ seed, difference }).toEqual({ seed, difference: undefined })
}

/** A name of which Kafka makes this partition, should it become a transactional id. */
function nameFor(partition: number): string {
  for (;;) {
    const name = brokers.name()
    if (coordinators.partitionOf(name) === partition) return name
  }
}

/** Several at a time, each lane one after the other. */
async function inLanes(
  lanes: number,
  seeds: readonly number[],
  work: (seed: number, lane: number) => Promise<void>,
): Promise<void> {
  const left = [...seeds]
  const failures: unknown[] = []
  const run = async (lane: number) => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      await work(seed, lane).catch(error => failures.push(error))
      // Nobody begins another: the tests behind this one have the brokers to themselves.
      if (failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)))
  if (failures.length > 0) throw failures[0]
}

const seedsFrom = (first: number, many: number) => Array.from({ length: many }, (_, i) => first + i)

test(
  `${CALM} scripts from seed ${SEED}`,
  () =>
    inLanes(CALM_LANES, seedsFrom(SEED, CALM), seed => {
      return compare(drawScript(seed), { name: () => brokers.name() })
    }),
  10 * MINUTES,
)

test(
  `${MOVED} scripts from seed ${SEED + CALM}, while coordinators move`,
  async () => {
    let moves = 0
    const moveCoordinator = async (id: string) => {
      await coordinators.move(id)
      moves++
    }
    // All ids of a lane have one coordinator, and nobody else's moves with it.
    await inLanes(coordinators.partitions, seedsFrom(SEED + CALM, MOVED), (seed, lane) => {
      const name = () => nameFor(lane)
      return compare(drawScript(seed, { moves: true }), { name, moveCoordinator })
    })
    expect(moves).toBeGreaterThanOrEqual(MOVED)
  },
  10 * MINUTES,
)

test(
  `${BEREFT} scripts from seed ${SEED + CALM + MOVED}, while the coordinator's broker goes`,
  async () => {
    const ends = [stopOne, killOne]
    let losses = 0
    const lose = async (id: string) => {
      await coordinators.allEnded(id)
      const number = await coordinatorOf(brokers.list, id)
      const end = ends[losses++ % ends.length] ?? killOne
      await end(kafka3, number)
      while ((await coordinatorOf(brokers.list, id)) === number) await sleep(POLL_MS)
      await startOne(kafka3, number)
    }
    // Everybody loses the broker, so nobody plays on meanwhile.
    const meeting = new Meeting<string>(BEREFT, lose)
    const seeds = seedsFrom(SEED + CALM + MOVED, BEREFT)
    await inLanes(BEREFT, seeds, async seed => {
      const moveCoordinator = (id: string) => meeting.come(id)
      const ways = { name: () => nameFor(0), moveCoordinator }
      await compare(drawScript(seed, { moves: true }), ways).finally(() => meeting.leave())
    })
    expect(losses).toBeGreaterThanOrEqual(1)
  },
  10 * MINUTES,
)
