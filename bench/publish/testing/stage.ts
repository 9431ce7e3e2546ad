/** Test support: a scene over the model log of the journal's own tests, and time by hand. */

import { Prng } from '../../../src/base/prng.ts'
import { ModelClock } from '../../../src/journal/testing/clock.ts'
import { ModelLog } from '../../../src/journal/testing/model-log.ts'
import { type Stamp, stampOf } from '../output.ts'
import type { Scene } from '../scene.ts'
import { Watch } from '../watch.ts'

export class Stage {
  readonly clock = new ModelClock()
  readonly random = new Prng(1)
  readonly log = new ModelLog()
  readonly nowMs = (): number => this.clock.monotonicMs()
  readonly scene: Scene

  constructor(partitions = 2) {
    this.scene = {
      target: { topic: 'out', partitions },
      seatOf: group => ({
        group: `g/${group}`,
        journal: { topic: 'journal', partition: group },
        transactionalId: `id-${group}`,
        sinks: ['home'],
        hasJournal: true,
      }),
      drop: () => Promise.resolve(),
    }
  }

  /** Time passes, and the log answers whatever it is asked. */
  pass(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.clock.pass(1)
      this.calm()
    }
  }

  calm(): void {
    for (let i = 0; i < 20; i++) {
      this.clock.pass(0)
      this.log.settle()
    }
  }

  /** What a reader sees, judged. */
  visible(): readonly Stamp[] {
    const { topic, partitions } = this.scene.target
    const watch = new Watch(this.scene.target)
    return Array.from({ length: partitions }, (_, partition) => {
      const records = this.log.visible({ topic, partition })
      return records.map(({ value }) => {
        const stamp = stampOf(value ?? new Uint8Array(0))
        watch.take(stamp, partition, this.nowMs())
        return stamp
      })
    }).flat()
  }
}

/** Answers come by promises, so that time passes between turns of the loop. */
export async function during<T>(stage: Stage, work: Promise<T>): Promise<T> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  work.then(over, over)
  while (!isOver) {
    stage.pass(1)
    await new Promise(resolve => setImmediate(resolve))
  }
  return work
}
