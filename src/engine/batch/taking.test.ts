/** Taking: when a batch is due, how far it goes ahead, and how a schedule is taken again. */

import { describe, expect, test } from 'vitest'
import { Book } from '../channels/book.ts'
import { Channels } from '../channels/channels.ts'
import { offsetsOf } from '../channels/frame.ts'
import { PIPELINE_MAX } from '../state/overlay.ts'
import { bytesOf } from '../testing/readers.ts'
import { frameOf, recordsAt } from '../testing/traffic.ts'
import { Everything } from '../testing/world.ts'
import { batchOf } from './entry.ts'
import { type Schedule, scheduleOf } from './schedule.ts'
import { Intake, type Source, TAKING_BOUNDS, type Taken } from './taking.ts'

const { lingerMs } = TAKING_BOUNDS
/** Whoever is eager waits for no batch that is on its way. */
const EAGER = { ...TAKING_BOUNDS, eagerRows: 0, eagerBytes: 0 }
const NOTHING_MADE = { delta: new Uint8Array(0), outputs: [] }

const schedule = (taken: Taken): Schedule => scheduleOf(batchOf(taken, NOTHING_MADE))

const offsetsTaken = (taken: Taken) =>
  taken.inputs.flatMap(({ records }) => records.flatMap(piece => [...offsetsOf(piece)]))

/** One channel, opened at 0 by batch 1, whose stream began. */
function begun(bounds = EAGER): { channels: Channels; intake: Intake } {
  const channels = new Channels(new Book(), 1)
  channels.open(1, 0)
  const intake = new Intake(channels, bounds)
  expect(intake.take({ wallMs: 0, atMs: 0 })?.changes).toEqual([{ channel: 1, opened: 0 }])
  intake.onApplied(1)
  channels.hello()
  return { channels, intake }
}

function send(channels: Channels, from: number, to: number, atMs = 0): void {
  const offsets = Array.from({ length: to - from }, (_, at) => from + at)
  const frame = frameOf(1, [from, to], { offsets })
  expect(channels.onFrame(frame, bytesOf(frame), atMs)).toBe('all')
}

describe('a batch is due', () => {
  test('when what waits has waited long enough', () => {
    const { channels, intake } = begun()
    expect(intake.dueAtMs).toBe(Infinity)
    send(channels, 0, 3, 100)
    send(channels, 3, 5, 102)
    expect(intake.dueAtMs).toBe(100 + lingerMs)
    expect(intake.take({ wallMs: 9, atMs: 100 + lingerMs - 1 })).toBeUndefined()
    const taken = intake.take({ wallMs: 9, atMs: 100 + lingerMs })
    expect(taken).toMatchObject({ seq: 2, now: 9, inputs: [{ channel: 1, from: 0, to: 5 }] })
    expect(intake.dueAtMs).toBe(Infinity)
  })

  test('at once when enough rows wait, or bytes', () => {
    const rows = begun({ ...EAGER, rowsMax: 3, bytesMax: 1e9 })
    send(rows.channels, 0, 2)
    expect(rows.intake.take({ wallMs: 0, atMs: 0 })).toBeUndefined()
    send(rows.channels, 2, 3)
    expect(rows.intake.take({ wallMs: 0, atMs: 0 })?.inputs).toHaveLength(1)
    const bytes = begun({ ...EAGER, rowsMax: 1e9, bytesMax: 500 })
    send(bytes.channels, 0, 1)
    expect(bytes.intake.dueAtMs).toBe(lingerMs)
    send(bytes.channels, 1, 2)
    expect(bytes.intake.dueAtMs).toBe(-Infinity)
  })

  test('while another is on its way, if there is enough: else when that one is applied', () => {
    const { channels, intake } = begun({ ...TAKING_BOUNDS, eagerRows: 3, eagerBytes: 500 })
    send(channels, 0, 1)
    expect(intake.take({ wallMs: 0, atMs: lingerMs })?.seq).toBe(2)
    send(channels, 1, 3)
    expect([intake.dueAtMs, intake.take({ wallMs: 0, atMs: 1e9 })]).toEqual([Infinity, undefined])
    send(channels, 3, 4)
    expect(intake.take({ wallMs: 0, atMs: lingerMs })?.inputs).toMatchObject([{ from: 1, to: 4 }])
    send(channels, 4, 5)
    intake.onApplied(2)
    expect(intake.dueAtMs).toBe(Infinity)
    intake.onApplied(3)
    expect(intake.dueAtMs).toBe(lingerMs)
  })

  test('while another is on its way, if it has enough bytes, a new channel, or its time', () => {
    const { channels, intake } = begun({ ...TAKING_BOUNDS, eagerRows: 1e9, eagerBytes: 500 })
    send(channels, 0, 1)
    intake.take({ wallMs: 0, atMs: lingerMs })
    send(channels, 1, 2)
    expect(intake.dueAtMs).toBe(Infinity)
    channels.open(2, 5)
    expect(intake.take({ wallMs: 0, atMs: 0 })?.changes).toHaveLength(1)
    send(channels, 2, 3)
    expect(intake.take({ wallMs: 7, atMs: 0 }, 7)?.inputs).toMatchObject([{ from: 2, to: 3 }])
    send(channels, 3, 4)
    expect(intake.dueAtMs).toBe(Infinity)
    send(channels, 4, 5)
    expect(intake.dueAtMs).toBeLessThan(Infinity)
  })

  test('when operators want to be called, with whatever waits, or nothing', () => {
    const { channels, intake } = begun()
    expect(intake.take({ wallMs: 999, atMs: 0 }, 1000)).toBeUndefined()
    const empty = intake.take({ wallMs: 1000, atMs: 0 }, 1000)
    expect(empty).toMatchObject({ seq: 2, now: 1000, inputs: [], changes: [] })
    send(channels, 0, 2)
    expect(intake.take({ wallMs: 1000, atMs: 0 }, -Infinity)?.inputs).toHaveLength(1)
  })

  test('without inputs when operators owe something, whatever waits', () => {
    const { channels, intake } = begun()
    channels.open(2, 5)
    send(channels, 0, 2)
    const owing = intake.settle({ wallMs: 70, atMs: 1e9 })
    expect(owing).toMatchObject({ seq: 2, now: 70, inputs: [], changes: [] })
    expect(channels.waiting.rows).toBe(2)
    const next = intake.take({ wallMs: 60, atMs: 1e9 })
    expect(next).toMatchObject({ seq: 3, now: 70, inputs: [{ from: 0, to: 2 }] })
    intake.settle({ wallMs: 0, atMs: 0 })
    intake.settle({ wallMs: 0, atMs: 0 })
    expect([intake.isFull, intake.settle({ wallMs: 0, atMs: 0 })]).toEqual([true, undefined])
  })

  test('for a new channel, at once', () => {
    const { channels, intake } = begun()
    channels.open(2, 5)
    expect(intake.dueAtMs).toBe(-Infinity)
    expect(intake.take({ wallMs: 0, atMs: 0 })?.changes).toEqual([{ channel: 2, opened: 5 }])
    expect(intake.dueAtMs).toBe(Infinity)
  })

  test('not for a barrier alone: it is taken, and its credit goes back', () => {
    const { channels, intake } = begun()
    channels.onFrame(frameOf(1, [0, 0], { barrier: 4 }), 40, 0)
    expect(channels.heldBytes).toBeGreaterThan(0)
    expect(intake.take({ wallMs: 0, atMs: lingerMs })).toBeUndefined()
    expect([channels.heldBytes, intake.depth, channels.ahead.seq]).toEqual([0, 0, 1])
    expect(channels.duties(0).barrier).toEqual({ epoch: 4, offsets: [{ channel: 1, offset: 0 }] })
  })
})

describe('processing time', () => {
  test('never goes back, and is whole', () => {
    const { intake } = begun()
    const nows = [500.7, 300, 501, 0].map(wallMs => intake.take({ wallMs, atMs: 0 }, 0)?.now)
    expect(nows).toEqual([500, 500, 501, 501])
  })

  test('goes on from that of the leader before', () => {
    const { channels, intake } = begun()
    intake.take({ wallMs: 5000, atMs: 0 }, 0)
    intake.onApplied(2)
    const next = new Intake(new Channels(channels.applied, 1))
    expect(next.take({ wallMs: 10, atMs: 0 }, 0)).toMatchObject({ seq: 3, now: 5000 })
  })
})

describe('the pipeline', () => {
  test('is so long and no longer, and applied in order', () => {
    const { channels, intake } = begun()
    for (let depth = 1; depth <= PIPELINE_MAX; depth++) {
      expect(intake.isFull).toBe(false)
      expect(intake.take({ wallMs: 0, atMs: 0 }, 0)?.seq).toBe(depth + 1)
      expect(intake.depth).toBe(depth)
    }
    expect(intake.isFull).toBe(true)
    send(channels, 0, 1)
    expect(intake.take({ wallMs: 0, atMs: 1e9 }, 0)).toBeUndefined()
    expect(() => intake.onApplied(3)).toThrow('batches-are-applied-in-order')
  })

  test('frees a place, and credit, for each batch that is applied', () => {
    const { channels, intake } = begun()
    send(channels, 0, 5)
    intake.take({ wallMs: 0, atMs: lingerMs })
    for (let more = 1; more < PIPELINE_MAX; more++) {
      intake.take({ wallMs: 0, atMs: 0 }, 0)
    }
    const held = channels.heldBytes
    intake.onApplied(2)
    expect([held > 0, channels.heldBytes, intake.depth]).toEqual([true, 0, PIPELINE_MAX - 1])
    expect(channels.applied.channels.get(1)?.cursor).toBe(5)
    expect(intake.take({ wallMs: 0, atMs: 0 }, 0)?.seq).toBe(6)
  })

  test('is gone with its intake, and the numbers are used again', () => {
    const { channels, intake } = begun()
    send(channels, 0, 5)
    const first = intake.take({ wallMs: 0, atMs: lingerMs })
    intake.take({ wallMs: 0, atMs: 0 }, 0)
    const anew = new Channels(channels.applied, 1)
    const next = new Intake(anew)
    expect([next.depth, anew.ahead.seq]).toEqual([0, 1])
    expect(() => next.onApplied(2)).toThrow('batches-are-applied-in-order')
    anew.hello()
    send(anew, 0, 5)
    const again = next.take({ wallMs: 0, atMs: lingerMs })
    expect(again).toEqual(first)
  })
})

describe('a replay', () => {
  function recorded(): { schedules: readonly Schedule[]; takens: readonly Taken[] } {
    const { channels, intake } = begun()
    const takens: Taken[] = []
    for (let from = 0; from < 9; from += 3) {
      const offsets = [from, from + 1, from + 2]
      const words = { watermark: 10 * from, idle: from === 3 }
      const frame = frameOf(1, [from, from + 3], { offsets, ...words })
      channels.onFrame(frame, bytesOf(frame), 0)
      const taken = intake.take({ wallMs: 50 + from, atMs: lingerMs })
      if (taken !== undefined) takens.push(taken)
      intake.onApplied(channels.ahead.seq)
    }
    expect(takens).toHaveLength(3)
    return { schedules: takens.map(schedule), takens }
  }

  test('waits until all that a batch took is here', () => {
    const { schedules, takens } = recorded()
    const [first, second] = schedules as [Schedule, Schedule]
    const { channels, intake } = begun()
    const missing = [{ channel: 1, from: 0, to: 3 }]
    expect(intake.replay(first)).toEqual({ verdict: 'waiting', missing })
    send(channels, 0, 2)
    expect(intake.replay(first)).toEqual({ verdict: 'waiting', missing })
    expect(channels.ahead.seq).toBe(1)
    send(channels, 2, 6)
    const one = intake.replay(first)
    const other = intake.replay(second)
    expect([one, other].map(({ verdict }) => verdict)).toEqual(['taken', 'taken'])
    const got = [one, other].flatMap(replayed => ('taken' in replayed ? replayed.taken : []))
    expect(got.map(({ rows }) => rows)).toEqual(takens.slice(0, 2).map(({ rows }) => rows))
    expect(got.map(offsetsTaken)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(got.map(({ watermark }) => watermark)).toEqual([0, 30])
    expect(got.map(({ watermarkBefore }) => watermarkBefore)).toEqual([-Infinity, 0])
  })

  test('gives credit back as any batch does', () => {
    const [first] = recorded().schedules as [Schedule]
    const { channels, intake } = begun()
    send(channels, 0, 2)
    send(channels, 2, 4)
    const held = channels.heldBytes
    intake.replay(first)
    expect(channels.heldBytes).toBe(held)
    intake.onApplied(2)
    expect(channels.heldBytes).toBe(held / 2)
  })

  test('takes batches in their order only, each once, and so many ahead', () => {
    const { schedules } = recorded()
    const { channels, intake } = begun()
    send(channels, 0, 3)
    expect(intake.replay(schedules[1] as Schedule).verdict).toBe('gap')
    expect(intake.replay(schedules[0] as Schedule).verdict).toBe('taken')
    expect(intake.replay(schedules[0] as Schedule).verdict).toBe('again')
    for (let depth = 1; depth < PIPELINE_MAX; depth++) {
      intake.take({ wallMs: 0, atMs: 0 }, 0)
    }
    const next = { ...(schedules[1] as Schedule), seq: channels.ahead.seq + 1 }
    expect(intake.replay(next).verdict).toBe('full')
    expect(intake.replay({ ...next, now: 0 }).verdict).toBe('time-goes-back')
  })

  test('from elsewhere leaves behind what waited here, and streams go on from there', () => {
    const { schedules } = recorded()
    const { channels, intake } = begun()
    send(channels, 0, 2)
    expect(intake.replay(schedules[0] as Schedule, new Everything()).verdict).toBe('taken')
    expect([channels.waiting.rows, channels.heldBytes]).toEqual([0, 0])
    send(channels, 3, 5)
    expect(offsetsTaken(intake.take({ wallMs: 60, atMs: lingerMs }) as Taken)).toEqual([3, 4])
  })

  test('hears words again that differ from those of the schedule', () => {
    const { schedules } = recorded()
    const { channels, intake } = begun()
    send(channels, 0, 6)
    intake.replay(schedules[0] as Schedule)
    intake.replay(schedules[1] as Schedule)
    expect(channels.ahead.channels.get(1)?.idle).toBe(true)
    channels.onFrame(frameOf(1, [6, 6], { idle: false }), 40, 0)
    const taken = intake.take({ wallMs: 60, atMs: lingerMs })
    expect(taken?.changes).toEqual([{ channel: 1, idle: false }])
  })

  test.each([
    ['of another channel', [recordsAt(2, [0, 1, 2])]],
    ['before what was asked', [recordsAt(1, [-1, 0])]],
    ['behind what was asked', [recordsAt(1, [2, 3])]],
    ['of one offset in two pieces', [recordsAt(1, [0, 1]), recordsAt(1, [1, 2])]],
    ['out of order', [recordsAt(1, [2]), recordsAt(1, [0])]],
  ])('does not believe a source that reads records %s', (_, records) => {
    const { intake } = begun()
    const source: Source = { has: () => true, read: () => ({ records, cost: 0 }) }
    const [first] = recorded().schedules as [Schedule]
    expect(() => intake.replay(first, source)).toThrow('a-source-reads-what-was-asked')
  })
})
