/** What a publisher does about what it finds in its journal. */

import { describe, expect, it, test } from 'vitest'
import { utf8Of } from '../base/bytes.ts'
import { encodeRecord } from './record.ts'
import { CLAIM, GROUP, HOME, JOURNAL, Rig, scheduled } from './testing/rig.ts'

const stagesOf = (rig: Rig) => rig.one.journal.stages

describe('a journal', () => {
  const signed = { group: GROUP, seats: 1 }
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    [
      'claimed by a later generation',
      encodeRecord({ kind: 'generation', ...signed, generation: 2, owner: 'bob' }),
      'halted generation-superseded',
    ],
    [
      'claimed by another owner',
      encodeRecord({ kind: 'generation', ...signed, generation: 1, owner: 'bob' }),
      'halted generation-contested',
    ],
    [
      'of a job that was deleted',
      encodeRecord({ kind: 'deleted', group: GROUP, ...CLAIM }),
      'halted job-deleted',
    ],
    [
      'ahead of the group',
      encodeRecord({
        kind: 'published',
        group: GROUP,
        ...CLAIM,
        fromSeq: 2,
        toSeq: 3,
        schedules: [scheduled(2), scheduled(3)],
        published: [],
      }),
      'halted journal-ahead',
    ],
    [
      'with more outputs than the group made',
      encodeRecord({
        kind: 'published',
        group: GROUP,
        ...CLAIM,
        fromSeq: 2,
        toSeq: 1,
        schedules: [],
        published: [{ sink: 'home', upTo: 50 }],
      }),
      'halted journal-ahead',
    ],
    ['with a foreign record', utf8Of('{"hello":1}'), 'stalled journal-foreign'],
  ]

  test.each(cases)('%s lets nothing more out', (_, value, told) => {
    const rig = Rig.leading()
    rig.commit({ home: 2 })
    rig.settle(20)
    rig.log.write(JOURNAL, [value])
    rig.elect(0)
    rig.settle()
    expect(rig.one.told.at(-1)).toBe(told)
    expect(rig.sentences.join()).toMatch(/; /)
    rig.commit({ home: 5 })
    rig.settle(20_000)
    expect(rig.visible('home').flat()).toHaveLength(2)
    const isForGood = told.startsWith('halted')
    expect(stagesOf(rig)).toEqual([isForGood ? 'halted' : 'resting'])
    rig.elect(0)
    rig.settle()
    expect(rig.one.told.filter(line => line === told)).toHaveLength(1)
  })

  it.each([
    ['schedule', { ...scheduled(1), schedule: utf8Of('schedule of another cluster') }],
    ['digest', { ...scheduled(1), digest: 7 }],
  ])('that holds a %s that the group never committed lets nothing more out', (_, other) => {
    const rig = new Rig()
    rig.commit()
    rig.log.write(JOURNAL, [
      encodeRecord({
        kind: 'published',
        group: GROUP,
        ...CLAIM,
        fromSeq: 1,
        toSeq: 1,
        schedules: [other],
        published: [],
      }),
    ])
    rig.elect(0)
    rig.settle()
    expect(rig.one.told).toEqual(['halted journal-differs'])
  })

  it('that another has trimmed behind what the group knows lets nothing more out', () => {
    const rig = Rig.leading()
    const written = (seq: number) =>
      encodeRecord({
        kind: 'published',
        group: GROUP,
        ...CLAIM,
        fromSeq: seq,
        toSeq: 2,
        schedules: seq > 2 ? [] : [{ ...scheduled(seq), schedule: utf8Of('of another cluster') }],
        published: [{ sink: 'home', upTo: 2 }],
      })
    rig.commit({ home: 1 })
    rig.settle(3000)
    rig.depose(0)
    rig.log.write(JOURNAL, [written(2), written(3)])
    rig.log.trim(JOURNAL, rig.log.decided(JOURNAL).at(-1)?.offset ?? 0)
    rig.commit({ home: 3 })
    rig.elect(0)
    rig.settle()
    expect(rig.one.told.at(-1)).toBe('halted journal-ahead')
    expect(rig.sentences.at(-1)).toContain('trimmed up to seq 2')
    expect(rig.visible('home').flat()).toHaveLength(1)
  })

  it('that was lost lets nothing more out', () => {
    const rig = Rig.leading()
    rig.log.write(JOURNAL, [encodeRecord({ kind: 'generation', ...signed, ...CLAIM })])
    rig.commit()
    rig.settle(3000)
    expect(rig.one.outbox.progress.offset).toBeGreaterThan(0)
    rig.log.trim(JOURNAL, rig.log.decided(JOURNAL).length + 10)
    rig.log.write(
      JOURNAL,
      new Array(20).fill(encodeRecord({ kind: 'generation', ...signed, ...CLAIM })),
    )
    rig.elect(0)
    rig.settle(2 * rig.bounds.silenceMs)
    expect(rig.one.told.at(-1)).toBe('stalled journal-behind')
  })

  it('that lost its newest records lets nothing more out under a leader that knew them', () => {
    const rig = new Rig({ bounds: { progressMs: 60_000 } })
    rig.elect(0)
    rig.commit()
    rig.settle(1000)
    const { length } = rig.log.decided(JOURNAL)
    expect([length, rig.one.outbox.progress.journaled]).toEqual([1, 1])
    const end = rig.log.ends.get('journal/0') ?? 0
    for (let turn = 0; turn < 3; turn++) {
      rig.commit()
      rig.settle(100)
    }
    expect([rig.journaled, rig.one.outbox.progress.journaled]).toEqual([4, 1])
    rig.log.truncate(JOURNAL, end)
    // The broker is there again, and whatever was open is lost.
    let isLost = true
    rig.log.refusal = what => {
      const isNow = isLost && what.startsWith('send')
      if (isNow) isLost = false
      return isNow ? 'unavailable' : undefined
    }
    rig.commit()
    rig.settle(2 * rig.bounds.silenceMs)
    expect(rig.one.told.at(-1)).toBe('stalled journal-behind')
    expect(rig.journaled).toBe(1)
  })

  it('is not measured by what was said after the reading began', () => {
    const rig = new Rig({ replicas: 2 })
    rig.log.write(JOURNAL, [encodeRecord({ kind: 'generation', ...signed, ...CLAIM })])
    rig.elect(0)
    const isFetching = () => rig.log.pending[0]?.what.startsWith('fetch')
    for (let turn = 0; turn < 20 && !isFetching(); turn++) {
      rig.clock.pass(1)
      for (const question of [...rig.questions]) rig.answerQuestion(question)
      if (!isFetching()) for (const one of [...rig.log.pending]) rig.log.finish(one)
    }
    const [fetch] = rig.log.pending.splice(0)
    fetch?.effect()
    // Another leads, publishes and says so; the first applies that, and has not heard the rest.
    rig.elect(1)
    rig.commit({ home: 2 })
    rig.settle(3000)
    expect(rig.one.outbox.progress.offset).toBeGreaterThan(0)
    fetch?.answer()
    rig.settle()
    expect(rig.one.told.filter(line => line.startsWith('stalled'))).toEqual([])
    expect(rig.visible('home')).toEqual(rig.expected('home'))
  })

  it('of lower generations is gone on from', () => {
    const rig = new Rig({ claim: { generation: 7, owner: 'ann' } })
    rig.log.write(JOURNAL, [
      encodeRecord({ kind: 'generation', ...signed, generation: 6, owner: 'bob' }),
      encodeRecord({ kind: 'generation', ...signed, generation: 7, owner: 'ann' }),
    ])
    rig.elect(0)
    rig.commit()
    rig.settle()
    expect(rig.visible('home').flat()).toEqual(['1'])
    expect(rig.records.at(-1)).toMatchObject({ generation: 7, owner: 'ann', group: HOME.group })
  })
})
