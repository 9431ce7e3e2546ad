/**
 * Whatever readers, wires and leaders do, each record is taken once and in order, and a replay of
 * the schedules takes the very same.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Book } from '../channels/book.ts'
import { Channels } from '../channels/channels.ts'
import { offsetsOf } from '../channels/frame.ts'
import { rowsOf } from '../columns/records.ts'
import { greet, offsetsWithin, TestReader, tell } from '../testing/readers.ts'
import { anySteps, CHANNELS, END, Everything, World } from '../testing/world.ts'
import { batchOf } from './entry.ts'
import { scheduleOf } from './schedule.ts'
import { Intake, type Source, type Taken } from './taking.ts'

const NOTHING_MADE = { delta: new Uint8Array(0), outputs: [] }

function replayed(log: readonly Taken[], source: (channels: Channels) => Source | undefined) {
  const channels = new Channels(new Book(), 1)
  const intake = new Intake(channels)
  const readers = CHANNELS.map(channel => new TestReader(channel))
  return log.map((taken, at) => {
    for (let round = 0; round < 50; round++) {
      const answer = intake.replay(scheduleOf(batchOf(taken, NOTHING_MADE)), source(channels))
      if (answer.verdict === 'taken') {
        intake.onApplied(taken.seq)
        if (at === 0) greet(channels, readers)
        return answer.taken
      }
      expect(answer.verdict).toBe('waiting')
      for (const reader of readers) {
        const size = Math.min(4, END - reader.position)
        reader.send(size, { watermark: 3 * reader.position, idle: size === 0 })
        reader.deliver(channels, 0)
      }
      tell(channels.duties(0), readers)
    }
    throw new Error(`batch ${taken.seq} was never replayed`)
  })
}

/** All that a batch is, in a form that is quick to compare. */
function textOf({ inputs, rows, ...rest }: Taken): string {
  const taken = inputs.map(({ channel, from, to, records }) => {
    const values = records.flatMap(piece =>
      rowsOf(piece).map(({ time, values: all }) => [time, all]),
    )
    const offsets = records.flatMap(piece => [...offsetsOf(piece)])
    return { channel, from, to, values, offsets }
  })
  const written = rows.map(({ key, value }) => [key.join(), value.join()])
  // JSON has no infinite numbers, and watermarks may be.
  return JSON.stringify({ ...rest, taken, written }, (_, value: unknown) => {
    return typeof value === 'number' ? String(value) : value
  })
}

/** Whatever can come of a frame from readers that keep to their credit, and of a barrier. */
const EVERY_HIT = [
  'all',
  'tail',
  'words',
  'nothing',
  'rewind',
  'awaiting-rewind',
  'older-reader',
  'barrier counts',
  'failed: past',
  'failed: silence',
]
/** What comes of a barrier only if this code contradicts itself. */
const NO_HIT = ['barrier past', 'barrier short', 'barrier other-channels', 'no-stream']

describe('whatever happens', () => {
  test('each record is taken once and in order, and a replay takes the very same', () => {
    fc.assert(
      fc.property(anySteps, steps => {
        const world = new World()
        for (const step of steps) {
          world.run(step)
        }
        world.heal()
        const { log } = world
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1))
        for (const channel of CHANNELS) {
          const inputs = log.flatMap(taken => taken.inputs.filter(one => one.channel === channel))
          const offsets = inputs.flatMap(({ records }) =>
            records.flatMap(one => [...offsetsOf(one)]),
          )
          expect(offsets).toEqual(offsetsWithin(channel, 0, END))
        }
        let [now, watermark] = [0, -Infinity]
        for (const taken of log) {
          expect(taken.now >= now && taken.watermark >= watermark).toBe(true)
          expect(taken.watermarkBefore).toBe(watermark)
          now = taken.now
          watermark = taken.watermark
        }
        const wanted = log.map(textOf)
        expect(replayed(log, () => new Everything()).map(textOf)).toEqual(wanted)
        expect(replayed(log, () => undefined).map(textOf)).toEqual(wanted)
      }),
      { numRuns: 60 },
    )
  })

  test('comes to everything that can be, and to nothing that cannot', () => {
    const hits = new Set<string>()
    for (const steps of fc.sample(anySteps, { seed: 1, numRuns: 100 })) {
      const world = new World()
      for (const step of steps) {
        world.run(step)
      }
      world.heal()
      for (const hit of world.hits) {
        hits.add(hit)
      }
    }
    expect(EVERY_HIT.filter(hit => !hits.has(hit))).toEqual([])
    expect(NO_HIT.filter(hit => hits.has(hit))).toEqual([])
  })
})
