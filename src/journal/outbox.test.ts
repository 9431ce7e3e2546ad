/** What a group has to let out: what is held, what goes with a Progress, what an image carries. */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ByteWriter } from '../base/bytes.ts'
import { SINKS_MAX } from './bounds.ts'
import { Ledger } from './ledger.ts'
import { Outbox } from './outbox.ts'
import {
  decodeOutbox,
  decodeProgress,
  encodeOutbox,
  encodeProgress,
  outboxPieces,
} from './outbox-codec.ts'
import type { OutEntry, Progress } from './types.ts'

type Counts = Readonly<Record<string, number>>

/** Entries with so many outputs by sink, numbered. */
function entriesOf(counts: readonly Counts[]): readonly OutEntry[] {
  const numbers = new Map<string, number>()
  return counts.map((of, at) => {
    const runs = Object.entries(of).flatMap(([sink, count]) => {
      if (count === 0) return []
      const first = (numbers.get(sink) ?? 0) + 1
      numbers.set(sink, first + count - 1)
      return [{ sink, first, count, bytes: new Uint8Array(4 * count).fill(at) }]
    })
    return { seq: at + 1, generation: 1, schedule: Uint8Array.of(at, 7), digest: at, runs }
  })
}

function outboxOf(counts: readonly Counts[]): Outbox {
  const outbox = new Outbox()
  for (const entry of entriesOf(counts)) outbox.apply(entry)
  return outbox
}

const cursors = (of: Counts) =>
  Object.entries(of).map(([sink, upTo]) => ({ sink, upTo, offset: 0 }))
const progress = (journaled: number, of: Counts = {}, offset = 0): Progress => ({
  journaled,
  offset,
  published: cursors(of),
})

const anyCounts = fc.array(fc.record({ a: fc.nat(3), b: fc.nat(2) }), { maxLength: 12 })

describe('an outbox', () => {
  it('holds schedules by seq and outputs by number', () => {
    const outbox = outboxOf([{ a: 2 }, { b: 1 }, { a: 1, b: 3 }])
    expect([outbox.lastSeq, outbox.lastOf('a'), outbox.lastOf('b'), outbox.lastOf('c')]).toEqual([
      3, 3, 4, 0,
    ])
    expect(outbox.sinks).toEqual(['a', 'b'])
    expect(outbox.runs('b')?.items.map(({ seq, first, count }) => [seq, first, count])).toEqual([
      [2, 1, 1],
      [3, 2, 3],
    ])
    expect(outbox.schedule(2)?.schedule).toEqual(Uint8Array.of(1, 7))
    expect(outbox.schedule(4)).toBeUndefined()
    expect([outbox.lastSeqBeside(['a']), outbox.lastSeqBeside(['b', 'c'])]).toEqual([3, 3])
    expect(outbox.lastSeqBeside(['a', 'b'])).toBe(0)
  })

  it('lets go of what is out, and of nothing else', () => {
    const outbox = outboxOf([{ a: 2 }, { b: 1 }, { a: 1, b: 3 }])
    const before = outbox.bytes
    outbox.advance(progress(2, { a: 1 }))
    expect(outbox.schedules.items.map(({ seq }) => seq)).toEqual([3])
    // An entry's outputs go when the last of them is out.
    expect(outbox.runs('a')?.items.map(({ first }) => first)).toEqual([1, 3])
    outbox.advance(progress(3, { a: 3, b: 4 }))
    expect([outbox.bytes, outbox.schedule(3)]).toEqual([0, undefined])
    expect(before).toBeGreaterThan(0)
  })

  it('hears of the past without going back', () => {
    const outbox = outboxOf([{ a: 2 }, { a: 1 }])
    outbox.advance({ ...progress(2, { a: 2 }, 40), published: [{ sink: 'a', upTo: 2, offset: 9 }] })
    outbox.advance({ ...progress(1, { a: 1 }, 30), published: [{ sink: 'a', upTo: 1, offset: 5 }] })
    expect(outbox.progress).toEqual({
      journaled: 2,
      offset: 40,
      published: [{ sink: 'a', upTo: 2, offset: 9 }],
    })
  })

  it('names in its progress every sink that was ever named', () => {
    const outbox = outboxOf([{ b: 1 }, { a: 1 }])
    outbox.advance(progress(1, { b: 1 }))
    outbox.advance(progress(2, { a: 1 }))
    expect(outbox.progress.published.map(({ sink, upTo }) => [sink, upTo])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
  })

  test.each<[string, (outbox: Outbox, entry: OutEntry) => void]>([
    ['a seq that is missing', (outbox, entry) => outbox.apply({ ...entry, seq: 5 })],
    ['a seq twice', (outbox, entry) => outbox.apply({ ...entry, seq: 1 })],
    [
      'an output that is missing',
      (outbox, entry) =>
        outbox.apply({ ...entry, runs: entry.runs.map(run => ({ ...run, first: 9 })) }),
    ],
    [
      'no output in a run',
      (outbox, entry) =>
        outbox.apply({ ...entry, runs: entry.runs.map(run => ({ ...run, count: 0 })) }),
    ],
    ['a journal ahead of the entries', outbox => outbox.advance(progress(2))],
    ['a sink ahead of the entries', outbox => outbox.advance(progress(1, { a: 2 }))],
    ['a beginning behind the first entry', outbox => outbox.begin(progress(1))],
  ])('stops at %s', (_, wrong) => {
    const [first, second] = entriesOf([{ a: 1 }, { a: 1 }])
    const outbox = new Outbox()
    outbox.apply(first as OutEntry)
    expect(() => wrong(outbox, second as OutEntry)).toThrow('JOURNAL')
  })

  it('has so many sinks and no more', () => {
    const outbox = new Outbox()
    const many = Object.fromEntries(Array.from({ length: SINKS_MAX + 1 }, (_, at) => [`s${at}`, 1]))
    expect(() => outbox.apply(entriesOf([many])[0] as OutEntry)).toThrow('sinks of a group')
  })

  it('takes nothing behind the end of a log, until the next generation begins', () => {
    const outbox = outboxOf([{ a: 1 }])
    const next = { seq: 2, generation: 1, schedule: new Uint8Array(1), digest: 0, runs: [] }
    outbox.end(1)
    expect([outbox.apply(next), outbox.lastSeq, outbox.ended]).toEqual([false, 1, 1])
    outbox.resume(2)
    expect([outbox.apply(next), outbox.lastSeq, outbox.ended]).toEqual([true, 2, 0])
  })

  it('stamps what is not journaled with the generation that begins, and nothing else', () => {
    const outbox = outboxOf([{ a: 1 }, { a: 1, b: 1 }, { a: 1 }])
    const stamps = () => ({
      schedules: outbox.schedules.items.map(({ generation }) => generation),
      a: outbox.runs('a')?.items.map(({ generation }) => generation),
      b: outbox.runs('b')?.items.map(({ generation }) => generation),
    })
    outbox.advance(progress(1, {}))
    outbox.resume(2)
    expect(stamps()).toEqual({ schedules: [2, 2], a: [1, 2, 2], b: [2] })
    outbox.advance(progress(2, { a: 1 }))
    const { bytes } = outbox
    outbox.resume(2)
    outbox.resume(4)
    outbox.resume(3)
    expect(stamps()).toEqual({ schedules: [4], a: [2, 4], b: [2] })
    expect(outbox.bytes).toBe(bytes)
  })

  it('is neither ended nor begun again by who says so late', () => {
    const outbox = outboxOf([{ a: 1 }])
    const state = () => [outbox.generation, outbox.ended]
    outbox.resume(1)
    outbox.end(1)
    outbox.resume(1)
    expect(state()).toEqual([1, 1])
    outbox.resume(2)
    outbox.end(1)
    expect(state()).toEqual([2, 0])
    outbox.end(2)
    outbox.resume(2)
    const copy = decodeOutbox(encodeOutbox(outbox))
    expect([state(), [copy.generation, copy.ended]]).toEqual([
      [2, 2],
      [2, 2],
    ])
  })

  it('keeps in its image which generation goes on', () => {
    const outbox = outboxOf([{ a: 1 }])
    outbox.resume(2)
    const copy = decodeOutbox(encodeOutbox(outbox))
    copy.end(1)
    expect([copy.generation, copy.ended]).toEqual([2, 0])
  })

  it('remembers the first entry that was taken again and did something else', () => {
    const outbox = new Outbox()
    const entries = entriesOf([{ a: 1 }, { a: 1 }, {}, {}])
    const place = (offset: number) => ({ topic: 'journal', partition: 2, offset })
    for (const [at, entry] of entries.slice(0, 3).entries()) {
      const digest = at === 0 ? entry.digest : entry.digest + 1
      outbox.apply(entry, { digest, place: place(at) })
      expect(outbox.difference).toEqual(at === 0 ? undefined : { seq: 2, place: place(1) })
    }
    const copy = decodeOutbox(encodeOutbox(outbox))
    expect(copy.difference).toEqual({ seq: 2, place: place(1) })
    copy.apply(entries[3] as OutEntry)
    expect(copy.difference?.seq).toBe(2)
  })

  it('may go on from the numbers of others', () => {
    const outbox = new Outbox()
    outbox.begin(progress(40, { a: 100 }))
    const run = { sink: 'a', first: 101, count: 2, bytes: new Uint8Array(2) }
    outbox.apply({ seq: 41, generation: 2, schedule: new Uint8Array(1), digest: 0, runs: [run] })
    expect([outbox.lastSeq, outbox.lastOf('a'), outbox.progress.journaled]).toEqual([41, 102, 40])
  })
})

describe('an image of an outbox', () => {
  it('gives an outbox that goes on in the same way', () => {
    fc.assert(
      fc.property(anyCounts, anyCounts, fc.nat(), fc.nat(), (before, after, journaled, out) => {
        const all = entriesOf([...before, ...after])
        const outbox = outboxOf(before)
        outbox.advance(
          progress(journaled % (before.length + 1), { a: out % (outbox.lastOf('a') + 1) }),
        )
        const copy = decodeOutbox(encodeOutbox(outbox))
        for (const entry of all.slice(before.length)) {
          outbox.apply(entry)
          copy.apply(entry)
        }
        expect(copy.cut()).toEqual(outbox.cut())
        expect(copy.bytes).toBe(outbox.bytes)
        expect(encodeOutbox(copy)).toEqual(encodeOutbox(outbox))
      }),
    )
  })

  it('of which a byte was changed is refused, or is what those bytes say', () => {
    fc.assert(
      fc.property(anyCounts, fc.nat(), fc.nat(255), (counts, at, byte) => {
        const outbox = outboxOf(counts)
        outbox.advance(progress(0, { a: outbox.lastOf('a') }))
        const bytes = encodeOutbox(outbox)
        bytes[at % bytes.length] = byte
        let back: Outbox
        try {
          back = decodeOutbox(bytes)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        expect(encodeOutbox(back)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it('that was cut short is refused', () => {
    const bytes = encodeOutbox(outboxOf([{ a: 2 }, { b: 1 }]))
    for (let size = 0; size < bytes.length; size++) {
      expect(() => decodeOutbox(bytes.subarray(0, size))).toThrow('malformed-bytes')
    }
  })

  it('is made in pieces of some size, of the moment in which it was asked for', () => {
    const outbox = outboxOf([{ a: 1 }, { a: 1 }])
    const [large, small] = [new Uint8Array(500_000).fill(7), new Uint8Array(10)]
    for (let seq = 3; seq < 900; seq++) {
      const bytes = seq % 300 === 0 ? large : small
      const run = { sink: 'a', first: seq, count: 1, bytes }
      outbox.apply({ seq, generation: 1, schedule: new Uint8Array(90), digest: seq, runs: [run] })
    }
    const whole = encodeOutbox(outbox)
    const pieces = outboxPieces(outbox)
    outbox.advance(progress(500, { a: 500 }))
    outbox.resume(2)
    const out = new ByteWriter()
    const sizes: number[] = []
    for (const piece of pieces) {
      out.raw(piece)
      sizes.push(piece.length)
    }
    expect(Buffer.compare(out.finish(), whole)).toBe(0)
    expect(Math.max(...sizes)).toBeLessThan(2 * 64 * 1024)
    expect(sizes.length).toBeGreaterThan(10)
    const held = decodeOutbox(whole).runs('a')?.at(299)?.bytes ?? small
    expect(Buffer.compare(held, large)).toBe(0)
  })

  it('keeps whether the log has ended', () => {
    const outbox = outboxOf([{ a: 1 }])
    outbox.end(3)
    expect(decodeOutbox(encodeOutbox(outbox)).ended).toBe(3)
  })

  it('says that there is more than there is, and is refused', () => {
    const out = new ByteWriter()
      .uint8(3)
      .varint(0)
      .varint(0)
      .varint(0)
      .varint(0)
      .varint(0)
      .varint(0)
      .varint(0)
      .varint(0)
    expect(() => decodeOutbox(out.varint(2 ** 40).finish())).toThrow('there is less than it says')
  })
})

describe('progress', () => {
  const anyProgress = fc
    .record({ journaled: fc.nat(), offset: fc.nat(), a: fc.nat(), at: fc.nat(), b: fc.nat() })
    .map(({ journaled, offset, a, at, b }) => ({
      journaled,
      offset,
      published: [
        { sink: 'a', upTo: a, offset: at },
        { sink: 'b', upTo: b, offset: 0 },
      ],
    }))

  it('comes back as it was', () => {
    fc.assert(
      fc.property(
        anyProgress,
        one => void expect(decodeProgress(encodeProgress(one))).toEqual(one),
      ),
    )
  })

  it('of another version, or with more behind it, is refused', () => {
    const bytes = encodeProgress(progress(3, { a: 1 }))
    expect(() => decodeProgress(Uint8Array.of(...bytes, 0))).toThrow('left over')
    expect(() => decodeProgress(Uint8Array.of(9, ...bytes.subarray(1)))).toThrow('version')
  })

  it('is what a ledger knows, which never goes back', () => {
    const ledger = new Ledger()
    ledger.learn(progress(7, { b: 3 }, 50))
    ledger.journal(5, 40)
    ledger.publish('b', 2)
    ledger.publish('a', 9, 12)
    expect(ledger.progress).toEqual({
      journaled: 7,
      offset: 50,
      published: [
        { sink: 'a', upTo: 9, offset: 12 },
        { sink: 'b', upTo: 3, offset: 0 },
      ],
    })
    expect([
      ledger.upTo('a'),
      ledger.upTo('c'),
      ledger.offsetOf('a'),
      ledger.offsetOf('c'),
    ]).toEqual([9, 0, 12, 0])
  })
})
