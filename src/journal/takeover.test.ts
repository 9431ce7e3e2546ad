/** How an id is taken: what is asked in which order, for every answer that may come. */

import { describe, expect, it, test } from 'vitest'
import { Prng } from '../base/prng.ts'
import type { LogErrorCode } from '../base/stream-log.ts'
import { defaultJournalBounds } from './bounds.ts'
import type { Answer } from './calls.ts'
import { Reading } from './reading.ts'
import { Takeover } from './takeover.ts'
import { GROUP, JOURNAL } from './testing/rig.ts'

const LEADS: Answer = { kind: 'confirm', verdict: 'leads' }
const TAKEN: Answer = { kind: 'init', answer: { value: undefined } }
const end = (value: number): Answer => ({ kind: 'end', answer: { value } })
const start = (value: number): Answer => ({ kind: 'start', answer: { value } })
/** What no fetch may be believed about the end is said by each of them. */
const fetched = (position: number, seenEnd = position): Answer => ({
  kind: 'fetch',
  answer: { value: { records: [], position, seenEnd } },
})
const failed = (kind: 'init' | 'end' | 'start' | 'fetch', code: LogErrorCode): Answer =>
  ({ kind, answer: { error: { code, message: code } } }) as Answer

interface Told {
  readonly asked: readonly string[]
  readonly waits: readonly number[]
  readonly outcome: string | undefined
}

function play(answers: readonly Answer[], from = 0, isLed = true): Told {
  const reading = new Reading({ group: GROUP, journal: JOURNAL, from })
  const random = new Prng(1)
  const confirmTerm = isLed ? 7 : undefined
  const takeover = new Takeover({ reading, confirmTerm, bounds: defaultJournalBounds, random })
  const asked: string[] = []
  const waits: number[] = []
  const note = () => {
    const ask = takeover.ask()
    const more = ask.kind === 'fetch' ? ` ${ask.offset}` : ''
    asked.push(`${ask.kind}${ask.kind === 'confirm' ? ` ${ask.term}` : more}`)
  }
  for (const answer of answers) {
    note()
    takeover.onAnswer(answer)
    waits.push(takeover.takeWait())
  }
  const { outcome } = takeover
  if (outcome === undefined) note()
  return { asked, waits, outcome: outcome?.kind }
}

const asked = (answers: readonly Answer[], from = 0) => play(answers, from).asked

describe('a takeover', () => {
  it('asks who leads, takes the id, then asks for the end, then reads up to it', () => {
    expect(play([LEADS, TAKEN, end(5), fetched(3), fetched(5)])).toEqual({
      asked: ['confirm 7', 'init', 'end', 'fetch 0', 'fetch 3'],
      waits: [0, 0, 0, 0, 0],
      outcome: 'read',
    })
  })

  it('reads nothing where nothing is new', () => {
    expect(play([LEADS, TAKEN, end(5)], 5)).toMatchObject({ outcome: 'read' })
  })

  it('asks nobody whether it leads, where no group is', () => {
    const { asked: questions } = play([failed('init', 'busy'), TAKEN, end(0)], 0, false)
    expect(questions).toEqual(['init', 'init', 'end'])
  })

  it('waits where a fetch shows less than there is, whatever the fetch says of the end', () => {
    const {
      asked: questions,
      waits,
      outcome,
    } = play([LEADS, TAKEN, end(9), fetched(4, 4), fetched(4, 4)])
    expect(questions.slice(3)).toEqual(['fetch 0', 'fetch 4', 'fetch 4'])
    expect(waits.at(-1)).toBeGreaterThan(0)
    expect(outcome).toBeUndefined()
  })

  it('is done where it has read further than the end', () => {
    expect(play([LEADS, TAKEN, end(9), fetched(12)])).toMatchObject({ outcome: 'read' })
  })

  test.each<LogErrorCode>(['busy', 'unavailable'])(
    'asks again who leads before each init: %s',
    code => {
      const { asked: questions, waits } = play([LEADS, failed('init', code), LEADS, TAKEN, end(1)])
      expect(questions).toEqual(['confirm 7', 'init', 'confirm 7', 'init', 'end', 'fetch 0'])
      expect(waits[1]).toBeGreaterThan(0)
    },
  )

  test.each<['end' | 'start' | 'fetch', readonly Answer[], number]>([
    ['end', [LEADS, TAKEN], 0],
    ['fetch', [LEADS, TAKEN, end(4)], 0],
    ['start', [LEADS, TAKEN, end(4)], 6],
  ])('asks again where nobody answers: %s', (kind, before, from) => {
    const { asked: questions, waits } = play([...before, failed(kind, 'unavailable')], from)
    expect(questions.slice(-2).map(line => line.split(' ')[0])).toEqual([kind, kind])
    expect(waits.at(-1)).toBeGreaterThan(0)
  })

  it('waits longer each time, up to a bound, and never the same', () => {
    const tries = Array.from({ length: 12 }, () => [LEADS, failed('init', 'busy')]).flat()
    const { waits } = play(tries)
    const some = waits.filter(ms => ms > 0)
    expect(some[0]).toBeLessThanOrEqual(defaultJournalBounds.askMinMs)
    expect(some.at(-1)).toBeGreaterThanOrEqual(defaultJournalBounds.askMaxMs / 2)
    expect(Math.max(...some)).toBeLessThanOrEqual(defaultJournalBounds.askMaxMs)
    expect(new Set(some).size).toBe(some.length)
  })

  it('asks again who leads, where nobody knows', () => {
    expect(asked([{ kind: 'confirm', verdict: 'unknown' }])).toEqual(['confirm 7', 'confirm 7'])
  })

  it('ends where another leads', () => {
    const told = play([{ kind: 'confirm', verdict: 'deposed' }])
    expect([told.asked, told.outcome]).toEqual([['confirm 7'], 'deposed'])
  })

  test.each<['init' | 'end' | 'start' | 'fetch', LogErrorCode]>([
    ['init', 'not-authorized'],
    ['init', 'fenced'],
    ['end', 'no-such-topic'],
    ['fetch', 'other-cluster'],
    ['start', 'not-authorized'],
  ])('ends where %s is refused: %s', (kind, code) => {
    const steps: Record<typeof kind, readonly Answer[]> = {
      init: [LEADS],
      end: [LEADS, TAKEN],
      fetch: [LEADS, TAKEN, end(4)],
      start: [LEADS, TAKEN, end(4), failed('fetch', 'offset-out-of-range')],
    }
    expect(play([...steps[kind], failed(kind, code)])).toMatchObject({ outcome: 'refused' })
  })
})

describe('a journal that does not begin where it is to be read from', () => {
  const trimmed = [LEADS, TAKEN, end(9), failed('fetch', 'offset-out-of-range')]

  it('was trimmed: it is read from its start', () => {
    expect(asked([...trimmed, start(5), fetched(9)])).toEqual([
      'confirm 7',
      'init',
      'end',
      'fetch 0',
      'start',
      'fetch 5',
    ])
  })

  test.each([9, 12])('was trimmed up to the end that was asked for, or behind: %d', begins => {
    const told = play([...trimmed, start(begins), end(15), fetched(15)])
    expect(told.asked.slice(4)).toEqual(['start', 'end', `fetch ${begins}`])
    expect(told.outcome).toBe('read')
  })

  it('was emptied: there is nothing to read', () => {
    expect(play([...trimmed, start(9), end(9)])).toMatchObject({ outcome: 'read' })
  })

  it('ends before it: it was lost', () => {
    const told = play([LEADS, TAKEN, end(9), start(0)], 12)
    expect([told.asked, told.outcome]).toEqual([
      ['confirm 7', 'init', 'end', 'start'],
      'unreadable',
    ])
  })
})
