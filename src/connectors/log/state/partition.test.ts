/** A partition beside the plainest one there is: a list with a line for each offset. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewBlock } from './block.ts'
import { Partition, type Verdict } from './partition.ts'

interface Line {
  readonly producer: number
  verdict: Verdict | undefined
  readonly isMarker: boolean
}

class Plain {
  readonly lines: Line[] = []
  start = 0

  append(count: number, producer: number): void {
    const verdict = producer === 0 ? 'commit' : undefined
    for (let i = 0; i < count; i++) this.lines.push({ producer, verdict, isMarker: false })
  }

  mark(producer: number, how: Verdict): void {
    for (const line of this.lines) {
      if (line.producer === producer && line.verdict === undefined) line.verdict = how
    }
    this.lines.push({ producer: 0, verdict: 'commit', isMarker: true })
  }

  get stable(): number {
    const open = this.lines.findIndex(({ verdict }) => verdict === undefined)
    return Math.max(this.start, open < 0 ? this.lines.length : open)
  }

  seen(from: number, isCommitted: boolean): readonly number[] {
    const end = isCommitted ? this.stable : this.lines.length
    return this.lines.flatMap(({ verdict, isMarker }, offset) => {
      const isOut = offset < from || offset < this.start || offset >= end
      return isOut || isMarker || (isCommitted && verdict === 'abort') ? [] : [offset]
    })
  }
}

const block = (count: number): NewBlock => {
  return { count, sizeBytes: count, crc: 0, newestMs: 0, bytes: undefined, segment: 1, at: 0 }
}

const producer = fc.integer({ min: 1, max: 3 })
const step = fc.oneof(
  fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    do: fc.constant('send' as const),
    producer,
    counts: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    do: fc.constant('mark' as const),
    producer,
    how: fc.constantFrom('commit' as const, 'abort' as const),
  }),
  fc.record({
    do: fc.constant('forget' as const),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
)

function expectSame(partition: Partition, plain: Plain, maxBytes: number): void {
  expect([partition.start, partition.end]).toEqual([plain.start, plain.lines.length])
  for (const isolation of ['committed', 'uncommitted'] as const) {
    const isCommitted = isolation === 'committed'
    expect(partition.bound(isolation)).toBe(isCommitted ? plain.stable : plain.lines.length)
    for (let from = plain.start; from <= plain.lines.length; from += 3) {
      const found: number[] = []
      for (let at = from; at < partition.bound(isolation); ) {
        const { blocks, position } = partition.find(at, isolation, maxBytes)
        expect(position).toBeGreaterThan(at)
        for (const { first, count } of blocks) {
          for (let offset = first; offset < first + count; offset++) found.push(offset)
        }
        at = position
      }
      const wanted = plain.seen(from, isCommitted)
      expect(found.filter(offset => offset >= from && offset >= plain.start)).toEqual(wanted)
    }
  }
}

test('it shows what a plain list shows, whatever was done to it', () => {
  const steps = fc.array(step, { maxLength: 25 })
  fc.assert(
    fc.property(steps, fc.constantFrom(1, 3, 100), (all, maxBytes) => {
      const [partition, plain] = [new Partition(1), new Plain()]
      for (const one of all) {
        if (one.do === 'append') {
          expect(partition.append([block(one.count)], 0)).toBe(plain.lines.length)
          plain.append(one.count, 0)
        } else if (one.do === 'send') {
          expect(partition.append(one.counts.map(block), one.producer)).toBe(plain.lines.length)
          for (const count of one.counts) plain.append(count, one.producer)
        } else if (one.do === 'mark') {
          partition.mark(one.producer, one.how)
          plain.mark(one.producer, one.how)
        } else {
          const before = Math.floor(one.share * plain.lines.length)
          partition.forget(before)
          plain.start = Math.max(plain.start, before)
        }
      }
      expectSame(partition, plain, maxBytes)
    }),
    { numRuns: 300 },
  )
})

/** As after an opening: the state of a head, and blocks that come in any order. */
test('blocks that were moved are put where they belong, open ones too', () => {
  const before = new Partition(1)
  for (const [count, who] of [
    [2, 0],
    [3, 7],
    [1, 0],
  ] as const) {
    before.append([block(count)], who)
  }
  const after = new Partition(1)
  after.begin(before.state)
  for (const one of [...before.blocks].reverse()) after.place({ ...one, segment: 5, at: 50 })
  expect(after.blocks.map(({ first, segment }) => [first, segment])).toEqual([
    [0, 5],
    [2, 5],
    [5, 5],
  ])
  expect(after.bound('committed')).toBe(2)
  after.mark(7, 'abort')
  expect(after.find(0, 'committed', 100).blocks.map(({ first }) => first)).toEqual([0, 5])
  const [first] = before.blocks
  if (first === undefined) throw new Error('there is a block')
  after.forget(2)
  after.place(first)
  expect(after.blockAt(0)).toBeUndefined()
  expect(after.blockAt(2)?.verdict).toBe('abort')
})

test('a block that is known takes its new place, and is counted once', () => {
  const partition = new Partition(1)
  partition.append([block(2), block(3)], 0)
  const [known] = partition.blocks
  if (known === undefined) throw new Error('there is a block')
  partition.place({ ...known, segment: 9, at: 90 })
  expect([known.segment, known.at, partition.blocks.length]).toEqual([9, 90, 2])
  expect(partition.retained(Number.NEGATIVE_INFINITY, 4)).toBe(2)
})
