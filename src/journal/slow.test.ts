/** A log that takes so many bytes a second and no more: what waits gets out all the same. */

import { expect, test } from 'vitest'
import type { PartitionRecords, ProducerOptions } from '../base/stream-log.ts'
import type { ModelClock } from './testing/clock.ts'
import { ModelLog } from './testing/model-log.ts'
import { Rig } from './testing/rig.ts'

const BYTES_PER_MS = 100
const SECOND = 1000

function sizeOf(records: readonly PartitionRecords[]): number {
  const values = records.flatMap(one => one.records.map(({ value }) => value?.length ?? 0))
  return values.reduce((sum, bytes) => sum + bytes + 64, 0)
}

/** A transaction that is open for longer than it may be is aborted. */
class SlowLog extends ModelLog {
  clock: ModelClock | undefined

  override producer(options: ProducerOptions) {
    const producer = super.producer(options)
    const { clock } = this
    let openedMs: number | undefined
    return {
      init: producer.init.bind(producer),
      send: (...[records, done]: Parameters<typeof producer.send>) => {
        openedMs ??= clock?.monotonicMs() ?? 0
        const endMs = openedMs + options.timeoutMs
        clock?.after(sizeOf(records) / BYTES_PER_MS, () => {
          if (clock.monotonicMs() > endMs) this.expire()
          producer.send(records, done)
        })
      },
      end: (...[how, done]: Parameters<typeof producer.end>) => {
        openedMs = undefined
        producer.end(how, done)
      },
      close: producer.close.bind(producer),
    }
  }
}

test.each([0, 60])('after an outage of %d s all is out, at half of what it takes', awaySeconds => {
  const log = new SlowLog()
  const rig = new Rig({}, log)
  log.clock = rig.clock
  const feed = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      rig.commit({ home: 50 }, 1000)
      rig.settle(SECOND)
    }
  }
  rig.elect(0)
  feed(5)
  log.refusal = what => (/^(init|send)/.test(what) ? 'unavailable' : undefined)
  feed(awaySeconds)
  log.refusal = () => undefined
  feed(60)
  rig.settle(120 * SECOND)
  expect(rig.visible('home')).toEqual(rig.expected('home'))
})
