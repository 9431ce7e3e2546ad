/** Journal records in bytes: what comes back, what is refused, and what the refusal says. */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ByteWriter } from '../base/bytes.ts'
import { crc32c } from '../base/crc32c.ts'
import { NAME_CHARS_MAX, SEATS_MAX, SINKS_MAX } from './bounds.ts'
import { decodeRecord, encodeRecord, type JournalRecord, type PublishedRecord } from './record.ts'

const GROUP = 'job/stage/3'
const PLACE = { topic: 'weir.job', partition: 3, offset: 77 }
const SIGNED = { group: GROUP, generation: 2, owner: 'ann' }

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const number = fc.integer({ min: 1, max: 2 ** 40 })
const anyScheduled = fc.record({
  schedule: fc.uint8Array({ maxLength: 20 }),
  digest: fc.maxSafeNat(),
})
const anyPublished = fc
  .record({
    owner: name,
    generation: number,
    fromSeq: number,
    schedules: fc.array(anyScheduled, { maxLength: 5 }),
    sinks: fc.uniqueArray(name, { maxLength: 4 }),
    upTo: fc.nat(),
  })
  .map(({ owner, generation, fromSeq, schedules, sinks, upTo }): PublishedRecord => {
    const published = sinks.sort((a, b) => (a < b ? -1 : 1)).map(sink => ({ sink, upTo }))
    const toSeq = fromSeq + schedules.length - 1
    return {
      kind: 'published',
      group: GROUP,
      owner,
      generation,
      fromSeq,
      toSeq,
      schedules,
      published,
    }
  })
const anySigned: fc.Arbitrary<JournalRecord> = fc.oneof(
  anyPublished,
  fc.record({
    kind: fc.constant('generation' as const),
    group: fc.constant(GROUP),
    generation: number,
    owner: name,
    seats: fc.integer({ min: 1, max: SEATS_MAX }),
  }),
  fc.record({
    kind: fc.constant('deleted' as const),
    group: fc.constant(GROUP),
    generation: number,
    owner: name,
  }),
)
const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  anySigned,
  fc.tuple(anySigned, fc.integer({ min: 1, max: 9 })).map(([record, deleted]) => {
    return { ...record, generation: record.generation + 9, deleted }
  }),
)

const decode = (bytes: Uint8Array | null) => decodeRecord(bytes, GROUP, PLACE)
const PUBLISHED: PublishedRecord = {
  kind: 'published',
  ...SIGNED,
  fromSeq: 5,
  toSeq: 6,
  schedules: [
    { schedule: Uint8Array.of(1), digest: 0x01020304 },
    { schedule: Uint8Array.of(2, 3), digest: 0 },
  ],
  published: [
    { sink: 'a', upTo: 1 },
    { sink: 'b', upTo: 0 },
  ],
}

/** A body of our own under a true checksum. */
function sealed(write: (out: ByteWriter) => void, version = 5): Uint8Array {
  const out = new ByteWriter()
  for (const char of 'WeirJ') out.uint8(char.charCodeAt(0))
  out.uint8(version)
  write(out)
  return out.uint32(crc32c(out.view)).finish()
}

const signed = (out: ByteWriter, kind: number, deleted = 0) =>
  out.uint8(kind).text(GROUP).varint(2).text('ann').varint(deleted)

describe('a journal record', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyRecord, record => void expect(decode(encodeRecord(record))).toEqual(record)),
    )
  })

  it('has one encoding: a changed byte is refused, or another record in its own bytes', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, at, bits) => {
        const bytes = encodeRecord(record)
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ bits
        expect(() => decode(bytes)).toThrow(/journal-(damaged|foreign)/)
      }),
      { numRuns: 1000 },
    )
  })

  it('that was cut short is refused', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), (record, at) => {
        const bytes = encodeRecord(record)
        const cut = bytes.subarray(0, at % bytes.length)
        expect(() => decode(cut)).toThrow(/journal-(damaged|foreign)/)
      }),
    )
  })

  it('never changes: journals hold it', () => {
    const hex = (record: JournalRecord) =>
      [...encodeRecord(record)].map(byte => byte.toString(16).padStart(2, '0')).join('')
    expect(hex(PUBLISHED)).toBe(
      '576569724a05010b6a6f622f73746167652f330203616e6e000502010184' +
        '868808020203000201610101620051c43f37',
    )
    expect(hex({ kind: 'generation', ...SIGNED, seats: 4 })).toBe(
      '576569724a05020b6a6f622f73746167652f330203616e6e00044de31c15',
    )
    expect(hex({ kind: 'generation', ...SIGNED, seats: 4, deleted: 1 })).toBe(
      '576569724a05020b6a6f622f73746167652f330203616e6e01043a7bbe06',
    )
    expect(hex({ kind: 'deleted', ...SIGNED })).toBe(
      '576569724a05030b6a6f622f73746167652f330203616e6e0085daffbf',
    )
  })

  it('of nothing but outputs names no seq', () => {
    const record = { ...PUBLISHED, fromSeq: 7, toSeq: 6, schedules: [] }
    expect(decode(encodeRecord(record))).toEqual(record)
  })
})

describe('what is none', () => {
  const text = (value: string) => new TextEncoder().encode(value)

  test.each<[string, Uint8Array | null, string]>([
    ['no value', null, 'journal-foreign'],
    ['no bytes', new Uint8Array(0), 'journal-foreign'],
    ['somebody’s JSON', text('{"a":1}'), 'journal-foreign'],
    ['our mark alone', text('WeirJ'), 'journal-damaged'],
    ['too little behind our mark', text('WeirJ1234'), 'journal-damaged'],
    ['a wrong checksum', text('WeirJ123456789'), 'journal-damaged'],
    ['a version of the future', sealed(out => signed(out, 1), 6), 'journal-version'],
    ['a version before', sealed(out => signed(out, 1), 4), 'journal-version'],
    ['an unknown kind', sealed(out => signed(out, 9)), 'journal-damaged'],
    ['a claim of no partition', sealed(out => signed(out, 2).varint(0)), 'journal-damaged'],
    ['of too many', sealed(out => signed(out, 2).varint(SEATS_MAX + 1)), 'journal-damaged'],
    [
      'a claim of what it says was deleted',
      sealed(out => signed(out, 2, 2).varint(1)),
      'journal-damaged',
    ],
    ['bytes left over', sealed(out => signed(out, 3).uint8(0)), 'journal-damaged'],
    [
      'no generation',
      sealed(out => out.uint8(3).text(GROUP).varint(0).text('a')),
      'journal-damaged',
    ],
    ['no owner', sealed(out => out.uint8(3).text(GROUP).varint(1).text('')), 'journal-damaged'],
    ['a seq of 0', sealed(out => signed(out, 1).varint(0).varint(0).varint(0)), 'journal-damaged'],
    [
      'more schedules than bytes',
      sealed(out => signed(out, 1).varint(1).varint(9)),
      'journal-damaged',
    ],
    [
      'too many sinks',
      sealed(out =>
        signed(out, 1)
          .varint(1)
          .varint(0)
          .varint(SINKS_MAX + 1),
      ),
      'journal-damaged',
    ],
    [
      'sinks in another order',
      sealed(out =>
        signed(out, 1).varint(1).varint(0).varint(2).text('b').varint(0).text('a').varint(0),
      ),
      'journal-damaged',
    ],
    [
      'an endless name',
      sealed(out =>
        out
          .uint8(3)
          .text('x'.repeat(NAME_CHARS_MAX + 1))
          .varint(1)
          .text('a'),
      ),
      'journal-damaged',
    ],
    [
      'of another group',
      encodeRecord({ kind: 'deleted', ...SIGNED, group: 'job/stage/4' }),
      'journal-foreign',
    ],
  ])('%s is refused with its place', (_, bytes, code) => {
    expect(() => decode(bytes)).toThrow(
      expect.objectContaining({ code, data: PLACE, message: expect.stringContaining('offset 77') }),
    )
  })

  test.each<[string, JournalRecord]>([
    ['schedules that are not those of its seqs', { ...PUBLISHED, toSeq: 9 }],
    ['sinks in another order', { ...PUBLISHED, published: [...PUBLISHED.published].reverse() }],
    [
      'a sink twice',
      {
        ...PUBLISHED,
        published: [
          { sink: 'a', upTo: 1 },
          { sink: 'a', upTo: 2 },
        ],
      },
    ],
    ['no name', { ...PUBLISHED, owner: '' }],
    ['an endless name', { ...PUBLISHED, owner: 'x'.repeat(NAME_CHARS_MAX + 1) }],
  ])('with %s is not written', (_, record) => {
    expect(() => encodeRecord(record)).toThrow('JOURNAL')
  })

  it.each([
    [null, 'take that writer away'],
    [text('WeirJ1'), 'else restore the job from a checkpoint'],
    [sealed(() => {}, 9), 'upgrade this node'],
    [sealed(() => {}, 1), 'an earlier Weir has run this job'],
  ])('says what to do: %#', (bytes, what) => {
    expect(() => decode(bytes)).toThrow(what)
  })
})
