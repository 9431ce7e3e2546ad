/** Reading a partition back: where it comes to, what it finds, and what it will not go on from. */

import { describe, expect, it, test } from 'vitest'
import { utf8Of } from '../base/bytes.ts'
import { WeirError } from '../base/errors.ts'
import type { StoredRecord } from '../base/stream-log.ts'
import { Reading } from './reading.ts'
import { encodeRecord, type GenerationRecord, type JournalRecord } from './record.ts'
import { GROUP, JOURNAL, scheduled } from './testing/rig.ts'
import type { SinkCursor } from './types.ts'

const claim = (generation: number, owner = 'ann'): GenerationRecord => ({
  kind: 'generation',
  group: GROUP,
  generation,
  owner,
  seats: 2,
})
const deleted = (generation: number): JournalRecord => ({
  kind: 'deleted',
  group: GROUP,
  generation,
  owner: 'ann',
})
const published = (
  fromSeq: number,
  toSeq: number,
  generation = 1,
  cursors: readonly SinkCursor[] = [],
): JournalRecord => ({
  kind: 'published',
  group: GROUP,
  generation,
  owner: 'ann',
  fromSeq,
  toSeq,
  schedules: Array.from({ length: toSeq - fromSeq + 1 }, (_, at) => scheduled(fromSeq + at)),
  published: cursors,
})

/** Every other offset, as where each transaction is followed by its marker. */
const stored = (records: readonly JournalRecord[]): readonly StoredRecord[] =>
  records.map((record, at) => ({
    key: null,
    value: encodeRecord(record),
    headers: [],
    timestampMs: 0,
    offset: 2 * at,
  }))

function read(records: readonly JournalRecord[], from = 0): Reading {
  const reading = new Reading({ group: GROUP, journal: JOURNAL, from })
  const end = 2 * records.length
  reading.take({ records: stored(records), position: end, seenEnd: end })
  return reading
}

describe('a reading', () => {
  it('of nothing finds nothing', () => {
    const reading = read([])
    expect([reading.position, reading.marker, reading.found, reading.lastOffset]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('finds the newest marker, and where it lies', () => {
    const cursors = [{ sink: 'home', upTo: 9 }]
    const reading = read([claim(1), published(1, 3), published(4, 5, 1, cursors), claim(2)])
    expect(reading.marker).toEqual({ toSeq: 5, published: cursors, offset: 4 })
    expect([reading.position, reading.lastOffset]).toEqual([8, 6])
  })

  it('finds who claims, and all who did', () => {
    const reading = read([claim(1), published(1, 1), claim(3, 'bob')])
    expect(reading.found).toEqual({
      generation: 3,
      owners: ['bob'],
      seats: 2,
      hasPublished: false,
      isDeleted: false,
      deleted: 0,
    })
    expect(reading.claims.map(one => [one.generation, one.hasPublished])).toEqual([
      [1, true],
      [3, false],
    ])
    expect(read([claim(1), claim(1, 'bob')]).found?.owners).toEqual(['ann', 'bob'])
    expect(read([claim(1), deleted(1)]).found?.isDeleted).toBe(true)
  })

  it('forgets what a deleted job left, where the claim of a new one says so', () => {
    const anew = (of: number, upTo: number) => ({ ...claim(of, 'bob'), deleted: upTo }) as const
    const left = [claim(1), published(1, 50)]
    expect(read([...left, anew(2, 1), published(1, 1, 2)]).marker?.toSeq).toBe(1)
    // Somebody had begun to start it while it was deleted.
    expect(read([...left, claim(2), anew(3, 1), published(1, 1, 3)]).marker?.toSeq).toBe(1)
    const next = [published(1, 9, 2), anew(3, 1)]
    expect(read([...left, anew(2, 1), ...next]).marker?.toSeq).toBe(9)
  })

  it('keeps the first thing found wrong, but of a deleted job', () => {
    const all: readonly JournalRecord[] = [published(1, 2), published(3, 3, 2), published(4, 4, 2)]
    const wrong = (records: readonly JournalRecord[]) => {
      const onSchedule = (seq: number) => new WeirError('wrong', `${seq}`)
      const reading = new Reading({ group: GROUP, journal: JOURNAL, from: 0, onSchedule })
      const kept = stored(records)
      reading.take({ records: kept, position: 2 * records.length, seenEnd: 2 * records.length })
      return reading.difference?.message
    }
    expect(wrong(all)).toBe('wrong: 1')
    const [old, ...rest] = all as [JournalRecord, ...JournalRecord[]]
    expect(wrong([old, { ...claim(2, 'bob'), deleted: 1 }])).toBeUndefined()
    expect(wrong([old, deleted(1), claim(2, 'bob')])).toBeUndefined()
    expect(wrong([old, { ...claim(2, 'bob'), deleted: 1 }, ...rest])).toBe('wrong: 3')
  })

  it('goes on where it was, over parts that overlap', () => {
    const records = stored([claim(1), published(1, 2), published(3, 3)])
    const reading = new Reading({ group: GROUP, journal: JOURNAL, from: 0 })
    reading.take({ records: records.slice(0, 2), position: 3, seenEnd: 3 })
    reading.take({ records: records.slice(1), position: 6, seenEnd: 6 })
    expect([reading.marker?.toSeq, reading.position]).toEqual([3, 6])
    reading.take({ records: [], position: 4, seenEnd: 4 })
    expect(reading.position).toBe(6)
  })

  it('begins anywhere, and skips what was trimmed', () => {
    const reading = read([claim(1), published(1, 2), published(3, 3)], 3)
    expect(reading.marker?.toSeq).toBe(3)
    reading.skipTo(40)
    reading.skipTo(30)
    expect(reading.position).toBe(40)
  })

  it('goes on behind what was trimmed while it was read, but never back', () => {
    const records = stored([published(1, 2), published(3, 4), published(5, 6), published(8, 8)])
    const reading = new Reading({ group: GROUP, journal: JOURNAL, from: 0 })
    reading.take({ records: records.slice(0, 1), position: 2, seenEnd: 8 })
    reading.skipTo(4)
    reading.take({ records: records.slice(2, 3), position: 6, seenEnd: 8 })
    expect(reading.marker?.toSeq).toBe(6)
    reading.skipTo(5)
    const rest = { records: records.slice(3), position: 8, seenEnd: 8 }
    expect(() => reading.take(rest)).toThrow('journal-gap')
    reading.skipTo(7)
    const again = { ...records[0], offset: 7 } as StoredRecord
    expect(() => reading.take({ records: [again], position: 8, seenEnd: 8 })).toThrow('journal-gap')
  })

  it('shows each schedule with its seq', () => {
    const seen: string[] = []
    const reading = new Reading({
      group: GROUP,
      journal: JOURNAL,
      from: 0,
      onSchedule: (seq, { schedule, digest }, { offset }) => {
        seen.push(`${seq} ${new TextDecoder().decode(schedule)} ${digest} ${offset}`)
        return undefined
      },
    })
    const records = stored([published(1, 2), published(3, 2), published(3, 3)])
    reading.take({ records, position: 6, seenEnd: 6 })
    expect(seen).toEqual(['1 schedule 1 1 0', '2 schedule 2 2 0', '3 schedule 3 3 4'])
  })

  test.each<[string, readonly JournalRecord[], number]>([
    ['a generation begins further on', [published(1, 2), claim(2), published(7, 7, 2)], 7],
    [
      'another job has taken the name',
      [published(5, 9), deleted(1), claim(2), published(1, 1, 2)],
      1,
    ],
    ['outputs only', [published(1, 2), published(3, 2)], 2],
  ])('goes on where %s', (_, records, toSeq) => {
    expect(read(records).marker?.toSeq).toBe(toSeq)
  })

  test.each<[string, readonly JournalRecord[], string]>([
    ['a seq is missing', [published(1, 2), published(4, 4)], 'journal-gap'],
    ['a seq comes twice', [published(1, 2), published(2, 3)], 'journal-gap'],
    ['a generation begins again', [published(1, 2), claim(2), published(1, 1, 2)], 'journal-gap'],
    ['it jumps twice', [published(1, 2), published(7, 7, 2), published(9, 9, 2)], 'journal-gap'],
    ['an old generation writes', [claim(2), published(1, 1)], 'journal-disorder'],
    ['an old claim comes', [claim(2), claim(1)], 'journal-disorder'],
    [
      'a sink goes back',
      [published(1, 1, 1, [{ sink: 'a', upTo: 3 }]), published(2, 2, 1, [{ sink: 'a', upTo: 2 }])],
      'journal-disorder',
    ],
  ])('stops where %s', (_, records, code) => {
    const offset = 2 * records.length - 2
    expect(() => read(records)).toThrow(
      expect.objectContaining({ code, data: { ...JOURNAL, offset } }),
    )
  })

  it('stops at a record that is none', () => {
    const reading = new Reading({ group: GROUP, journal: JOURNAL, from: 0 })
    const [record] = stored([claim(1)]) as [StoredRecord]
    const foreign = { ...record, value: utf8Of('hello') }
    expect(() => reading.take({ records: [foreign], position: 1, seenEnd: 1 })).toThrow(
      'journal-foreign',
    )
    expect(reading.position).toBe(0)
  })
})
