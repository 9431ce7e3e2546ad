/** Trimming: what goes, what stays, and that the newest marker and record always stay. */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { utf8Of } from '../base/bytes.ts'
import { defaultJournalBounds } from './bounds.ts'
import { decodeRecord, encodeRecord, type JournalRecord } from './record.ts'
import { ModelLog } from './testing/model-log.ts'
import { CLAIM, GROUP, JOURNAL, scheduled } from './testing/rig.ts'
import { trimJournal } from './trim-driver.ts'
import type { Claim } from './types.ts'

type Kind = 'g' | 'd' | 'next' | number

/** A number: schedules of so many entries. */
function logOf(kinds: readonly Kind[]): ModelLog {
  const log = new ModelLog()
  let seq = 0
  let claim: Claim = CLAIM
  const values = kinds.map(kind => {
    if (kind === 'next') {
      claim = { generation: 2, owner: 'bob', deleted: 1 }
      seq = 0
    }
    const signed = { group: GROUP, ...claim }
    if (kind === 'g' || kind === 'next')
      return encodeRecord({ kind: 'generation', ...signed, seats: 1 })
    if (kind === 'd') return encodeRecord({ kind: 'deleted', ...signed })
    const schedules = Array.from({ length: kind }, (_, at) => scheduled(seq + at + 1))
    const fromSeq = seq + 1
    seq += kind
    const record: JournalRecord = {
      kind: 'published',
      ...signed,
      fromSeq,
      toSeq: seq,
      schedules,
      published: [],
    }
    return encodeRecord(record)
  })
  log.write(JOURNAL, values)
  return log
}

type Answer = Parameters<Parameters<typeof trimJournal>[1]>[0]

function trim(log: ModelLog, seq: number): Answer | undefined {
  let told: Answer | undefined
  const subject = { group: GROUP, claim: CLAIM, journal: JOURNAL, seq }
  trimJournal({ log, subject, bounds: defaultJournalBounds }, answer => {
    told = answer
  })
  log.settle()
  return told
}

describe('trimming', () => {
  test.each<[string, readonly Kind[], number, number]>([
    ['nothing where all is wanted', ['g', 1, 1], 0, 1],
    ['what is covered', ['g', 1, 2, 2], 3, 3],
    ['no record that is covered in part', ['g', 1, 3, 2], 3, 2],
    ['never the newest marker', ['g', 1, 1, 1], 99, 3],
    ['nor what lies behind it', [1, 1, 'g', 'g'], 99, 1],
    ['nothing where there is no marker', ['g', 'g', 'd'], 99, 0],
    ['what a job left that was deleted', ['g', 1, 1, 'd'], 99, 2],
    ['nothing of nothing', [], 99, 0],
    ['no marker that has outputs only', [1, 1, 0], 2, 2],
  ])('takes %s', (_, kinds, seq, start) => {
    const log = logOf(kinds)
    expect(trim(log, seq)).toEqual({ value: start })
    expect(log.startOf(JOURNAL)).toBe(start)
  })

  it('a second time takes nothing', () => {
    const log = logOf(['g', 1, 1, 1])
    trim(log, 2)
    const before = log.calls.length
    expect(trim(log, 2)).toEqual({ value: 3 })
    expect(log.calls.slice(before).some(call => call.startsWith('delete'))).toBe(false)
  })

  it('leaves all that is wanted, and a marker', () => {
    const kind = fc.oneof(fc.constant('g' as const), fc.nat(3))
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 15 }), fc.nat(30), (kinds, seq) => {
        const log = logOf(kinds)
        const all = log.decided(JOURNAL)
        trim(log, seq)
        const start = log.startOf(JOURNAL)
        const [gone, left] = [false, true].map(isLeft =>
          all
            .filter(({ offset }) => offset >= start === isLeft)
            .map(({ value, offset }) => decodeRecord(value, GROUP, { ...JOURNAL, offset })),
        ) as [JournalRecord[], JournalRecord[]]
        const isWanted = (one: JournalRecord) => one.kind === 'published' && one.toSeq > seq
        expect(gone.some(isWanted)).toBe(false)
        expect(left.length > 0 || all.length === 0).toBe(true)
        const markers = (records: JournalRecord[]) => records.some(one => one.kind === 'published')
        expect(markers(left)).toBe(markers([...gone, ...left]))
      }),
    )
  })

  it.each(['start', 'end', 'fetch', 'delete'])('ends with the error of the log: %s', kind => {
    const log = logOf(['g', 1, 1])
    log.refusal = what => (what.startsWith(kind) ? 'unavailable' : undefined)
    expect(trim(log, 1)).toMatchObject({ error: { code: 'unavailable' } })
    expect(log.startOf(JOURNAL)).toBe(0)
  })

  it.each<[string, readonly Kind[], number]>([
    ['a job of the same name', ['g', 1, 1, 'd', 'next', 1, 1, 1], 99],
    ['one that has written nothing yet', ['g', 1, 1, 'next'], 99],
    ['one whose claim lies behind what is wanted', ['g', 1, 1, 1, 1, 1, 'next'], 2],
    ['one that wants what goes', ['g', 1, 1, 1, 'next', 1, 1], 1],
  ])('takes nothing of %s', (_, kinds, seq) => {
    const log = logOf(kinds)
    log.shows = 2
    expect(trim(log, seq)).toMatchObject({ error: { code: 'generation-superseded' } })
    expect(log.startOf(JOURNAL)).toBe(0)
  })

  it('deletes nothing of what it cannot read', () => {
    const log = logOf(['g', 1])
    log.write(JOURNAL, [utf8Of('{}')])
    expect(trim(log, 99)).toMatchObject({ error: { code: 'journal-foreign' } })
    expect(log.startOf(JOURNAL)).toBe(0)
  })
})
