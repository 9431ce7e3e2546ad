/**
 * What a reader of committed records sees: the cases in which clients for JavaScript were found to
 * show what was aborted, and those around them. The same cases stand against real brokers in
 * ../committed.live.test.ts.
 */

import { expect, test } from 'vitest'
import { at, mark, record, sealed, text, written } from '../testing/batches.ts'
import type { AbortedTransaction } from './aborted.ts'
import { fetchedOf } from './fetched.ts'
import { encodedBatch } from './records.ts'

const A = 7
const B = 9
const MANY = 1_000_000

function seen(
  batches: readonly Buffer[],
  aborted: readonly AbortedTransaction[],
  offset = 0,
  maxBytes = MANY,
) {
  const answer = { bytes: Buffer.concat(batches), aborted, seenEnd: 100 }
  const { records, position, seenEnd } = fetchedOf(answer, { offset, maxBytes })
  expect(seenEnd).toBe(100)
  return { values: records.map(({ value }) => text(value)), position }
}

test('committed transactions and records of nobody are seen, marks are not', () => {
  const log = [
    written(0, ['a', 'b']),
    written(2, ['c'], A),
    mark(3, A, 'commit'),
    written(4, ['d']),
  ]
  expect(seen(log, [])).toEqual({ values: ['a', 'b', 'c', 'd'], position: 5 })
})

test('an aborted transaction is hidden, whatever keys it has', () => {
  const zeros = { producerId: A, epoch: 0, firstSequence: 0 }
  const keyed = encodedBatch([record('x', Buffer.alloc(4)), record('y'), record('z')], zeros)
  const log = [at(0, keyed), mark(3, A, 'abort'), written(4, ['d'])]
  expect(seen(log, [{ producerId: A, firstOffset: 0 }])).toEqual({ values: ['d'], position: 5 })
})

test('A begins, B begins, B aborts, A aborts: the list may come in the order of the ends', () => {
  const log = [
    written(0, ['a1'], A),
    written(1, ['b1'], B),
    mark(2, B, 'abort'),
    written(3, ['a2'], A),
    mark(4, A, 'abort'),
    written(5, ['end']),
  ]
  const aborted = [
    { producerId: B, firstOffset: 1 },
    { producerId: A, firstOffset: 0 },
  ]
  expect(seen(log, aborted)).toEqual({ values: ['end'], position: 6 })
  expect(seen(log, aborted.toReversed())).toEqual({ values: ['end'], position: 6 })
})

test('reading begins inside of two transactions that are aborted later', () => {
  const log = [
    written(2, ['a2'], A),
    written(3, ['b2'], B),
    mark(4, A, 'abort'),
    mark(5, B, 'abort'),
    written(6, ['end'], A),
    mark(7, A, 'commit'),
  ]
  const aborted = [
    { producerId: A, firstOffset: 0 },
    { producerId: B, firstOffset: 1 },
  ]
  expect(seen(log, aborted, 2)).toEqual({ values: ['end'], position: 8 })
})

test('one producer aborts several transactions, and commits between them', () => {
  const log = [
    written(0, ['x'], A),
    mark(1, A, 'abort'),
    written(2, ['seen'], A),
    mark(3, A, 'commit'),
    written(4, ['y'], A),
    mark(5, A, 'abort'),
    written(6, ['z'], A),
    mark(7, A, 'abort'),
  ]
  const aborted = [0, 4, 6].map(firstOffset => ({ producerId: A, firstOffset }))
  expect(seen(log, aborted)).toEqual({ values: ['seen'], position: 8 })
})

test('an answer that ends before the mark of an aborted transaction hides it all the same', () => {
  const log = [written(0, ['x', 'y'], A), written(2, ['b'])]
  expect(seen(log, [{ producerId: A, firstOffset: 0 }])).toEqual({ values: ['b'], position: 3 })
})

test('records of nobody are seen though their producer id is in the list', () => {
  const log = [written(0, ['x'], A), written(1, ['plain'])]
  expect(seen(log, [{ producerId: -1, firstOffset: 0 }])).toEqual({
    values: ['x', 'plain'],
    position: 2,
  })
})

test('reading begins in the middle of a batch, and where nothing but marks is left', () => {
  const log = [written(0, ['a', 'b', 'c'])]
  expect(seen(log, [], 2)).toEqual({ values: ['c'], position: 3 })
  expect(seen([mark(3, A, 'commit')], [], 3)).toEqual({ values: [], position: 4 })
  expect(seen([], [], 4)).toEqual({ values: [], position: 4 })
})

test('offsets that compaction left out are passed', () => {
  const whole = written(0, ['a', 'b', 'c'])
  expect(seen([at(10, whole), at(40, written(0, ['z']))], [], 5)).toEqual({
    values: ['a', 'b', 'c', 'z'],
    position: 41,
  })
})

test('no more bytes come at once than were asked for, and a larger record comes alone', () => {
  const log = [written(0, ['aa', 'bb', 'cc']), written(3, ['dddddddd', 'e'])]
  expect(seen(log, [], 0, 4)).toEqual({ values: ['aa', 'bb'], position: 2 })
  expect(seen(log, [], 2, 4)).toEqual({ values: ['cc'], position: 3 })
  expect(seen(log, [], 3, 4)).toEqual({ values: ['dddddddd'], position: 4 })
  expect(seen(log, [], 4, 4)).toEqual({ values: ['e'], position: 5 })
})

test('a last batch that was cut off is left for the next fetch', () => {
  const cut = written(1, ['later']).subarray(0, 40)
  expect(seen([written(0, ['a']), cut], [])).toEqual({ values: ['a'], position: 1 })
})

test('an answer that would never let a reader move on is refused', () => {
  expect(() => seen([written(0, ['a'])], [], 1)).toThrow(/no record behind the offset/)
  expect(() => seen([written(0, ['a']).subarray(0, 40)], [])).toThrow(/no record behind/)
})

/** The last batch of a producer: when its record is gone, its head stays. */
function emptied(batch: Buffer): Buffer {
  const head = Buffer.from(batch.subarray(0, 61))
  head.writeInt32BE(61 - 12, 8)
  head.writeInt32BE(0, 57)
  return sealed(head)
}

test('batches that compaction emptied are passed, marks too', () => {
  const log = [emptied(written(0, ['x'], A)), emptied(mark(1, A, 'abort')), written(2, ['b'])]
  expect(seen(log, [])).toEqual({ values: ['b'], position: 3 })
  expect(seen([emptied(mark(7, A, 'commit'))], [], 5)).toEqual({ values: [], position: 8 })
})

test('a control batch without a type is refused', () => {
  const author = { producerId: A, epoch: 0, firstSequence: -1 }
  const broken = at(0, encodedBatch([record('mark', Buffer.alloc(2))], author))
  broken.writeInt16BE(broken.readInt16BE(21) | 0x20, 21)
  expect(() => seen([sealed(broken)], [])).toThrow(/no control record/)
})
