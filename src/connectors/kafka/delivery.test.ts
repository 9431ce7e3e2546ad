/**
 * Records on their way, by random parts and random refusals: each record arrives once, in the order
 * of its partition, under numbers without a gap; and each part is told where it begins.
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PartitionRecords } from '../../base/stream-log.ts'
import { encodedSizeMax } from './batch/records.ts'
import { record, text } from './testing/batches.ts'
import { answer, began, value } from './testing/caller.ts'
import { useScene } from './testing/scene.ts'
import { type Mood, TOPIC } from './testing/scripted.ts'

const scene = useScene()
const RUNS = 25

/** Values are numbered, so that none is like another. */
const parts = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 12 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map(shape => {
    let next = 0
    return shape.map(
      ([partition, count]): PartitionRecords => ({
        topic: TOPIC,
        partition,
        records: Array.from({ length: count }, () => record(`v${next++}`)),
      }),
    )
  })

/** What a leader refuses outright: nothing is done, and it may be sent again. */
const refusals = fc.array(fc.constantFrom<Mood>(6, 3, 19, 74), { maxLength: 6 })

const valuesOf = (all: readonly PartitionRecords[], partition: number) =>
  all
    .filter(part => part.partition === partition)
    .flatMap(part => part.records.map(one => text(one.value)))

test('outside of transactions', async () => {
  await fc.assert(
    fc.asyncProperty(parts, refusals, fc.integer({ min: 1, max: 400 }), async (...drawn) => {
      const [given, moods, batchBytesMax] = drawn
      scene.broker.forget()
      scene.broker.will('Produce', ...moods)
      const log = scene.open({ batchBytesMax })
      const told = await value<readonly number[]>(done => log.append(given, done))
      log.close()
      for (const partition of [0, 1]) {
        expect(scene.broker.kept(partition)).toEqual(valuesOf(given, partition))
      }
      expect(told).toHaveLength(given.length)
    }),
    { numRuns: RUNS },
  )
})

test('in transactions: the numbers of each partition have no gap', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(parts, { minLength: 1, maxLength: 3 }),
      refusals,
      async (...drawn) => {
        const [sends, moods] = drawn
        scene.broker.forget()
        const log = scene.open({ batchBytesMax: 150 })
        const life = await began(log, 'id')
        scene.broker.will('Produce', ...moods)
        scene.broker.will('AddPartitionsToTxn', ...moods.map(() => 51))
        for (const given of sends) expect(await life.send(...given)).toBe('ok')
        expect(await life.end('commit')).toBe('ok')
        log.close()
        for (const partition of [0, 1]) {
          expect(scene.broker.kept(partition)).toEqual(valuesOf(sends.flat(), partition))
          let next = 0
          for (const batch of scene.broker.batches) {
            if (batch.partition !== partition) continue
            expect(batch.sequence).toBe(next)
            next += batch.count
          }
        }
      },
    ),
    { numRuns: RUNS },
  )
})

test('no batch is larger than its bound, but for a record that is larger alone', async () => {
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 61, max: 300 }), async (given, batchBytesMax) => {
      scene.broker.forget()
      const log = scene.open({ batchBytesMax })
      await answer<readonly number[]>(done => log.append(given, done))
      log.close()
      const one = encodedSizeMax(record('v00')) + 61
      for (const { count, sizeBytes } of scene.broker.batches) {
        expect(count === 1 || sizeBytes <= Math.max(batchBytesMax, one)).toBe(true)
      }
    }),
    { numRuns: RUNS },
  )
})
