/** Fifty million records through a window: the memory of the process has to stay where it was. */

import type { Trial } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { Clicks } from './clicks.ts'
import { Pipeline } from './pipeline.ts'

const RECORDS = 50_000_000
const BATCH_RECORDS = 5000
const LOOKS = 50
const MEGABYTE = 2 ** 20
/** Of the last fifth's mean to the first fifth's, which is after a tenth of warming up. */
const GROWTH_MAX = 1.1

const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

export const memory: Trial = {
  name: 'memory',
  run: ({ say }) => {
    const options = {
      users: 10_000,
      turns: 1,
      batchRecords: BATCH_RECORDS,
      recordsPerSecond: 10_000,
    }
    const clicks = new Clicks(options)
    const window = { kind: 'tumbling', sizeMs: 10_000, offsetMs: 0, time: 'event' } as const
    const pipeline = new Pipeline(window, true)
    const residentMb: number[] = []
    const batches = RECORDS / BATCH_RECORDS
    for (let batch = 1; batch <= batches; batch++) {
      pipeline.take(clicks.next())
      if (batch % (batches / LOOKS) !== 0) continue
      residentMb.push(process.memoryUsage.rss() / MEGABYTE)
      say(`${(batch * BATCH_RECORDS) / 1e6} million records, ${shown(residentMb.at(-1) ?? 0)} MB\n`)
    }
    const [first, last] = [residentMb.slice(5, 15), residentMb.slice(-10)].map(mean)
    const growth = first && last && last / first
    const target = {
      name: 'memory over 50 million records',
      wanted: `flat: at most ${GROWTH_MAX} x at the end`,
      unit: 'x',
      isMet: (value: number) => value <= GROWTH_MAX,
    }
    const worst = Math.max(...residentMb)
    const [begun, ended] = [first ?? 0, last ?? 0].map(shown)
    const line = `${begun} MB at first, ${ended} at last, at most ${shown(worst)}`
    const judgements = [judgedValue(target, growth)]
    return Promise.resolve({ trial: 'memory', lines: [line], details: residentMb, judgements })
  },
}
