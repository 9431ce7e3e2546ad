/** Random scripts of operations: the embedded log answers as the simulated one does. */

import { expect, test } from 'vitest'
import type { Stage } from '../../../chaos/sim/log-scripts/asking.ts'
import { firstDifference } from '../../../chaos/sim/log-scripts/difference.ts'
import { drawScript } from '../../../chaos/sim/log-scripts/draw.ts'
import { play } from '../../../chaos/sim/log-scripts/play.ts'
import { EventQueue } from '../../../chaos/sim/world/clock.ts'
import { calmLog, logFaultKinds } from '../../../chaos/sim/world/log/faults.ts'
import { SimLog } from '../../../chaos/sim/world/log/log.ts'
import { Tally } from '../../../chaos/sim/world/tally.ts'
import { Prng } from '../../base/prng.ts'
import { StillLog } from './testing/still-log.ts'

/** Whatever steps until it holds. */
function stageOf(client: Stage['client'], step: () => boolean): Stage {
  let names = 0
  const until = (holds: () => boolean): Promise<void> => {
    while (!holds()) if (!step()) throw new Error('it never comes true')
    return Promise.resolve()
  }
  return { client, name: () => `n${names++}`, until }
}

function simulated(seed: number): Stage {
  const queue = new EventQueue()
  const parts = { queue, tally: new Tally(logFaultKinds), prng: new Prng(seed), profile: calmLog }
  const log = new SimLog(parts)
  return stageOf(
    () => log.client(),
    () => queue.step(),
  )
}

function embedded(): Stage {
  const still = new StillLog()
  return stageOf(
    () => still.client,
    () => {
      if (!still.step()) still.clock.goOn(10)
      return true
    },
  )
}

test('it answers what it owes, as the simulated log does', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const script = drawScript(seed)
    const [ours, theirs] = [await play(script, embedded()), await play(script, simulated(seed))]
    expect(ours.faults).toEqual([])
    expect(firstDifference(ours.answers, theirs.answers)).toBeUndefined()
  }
})
