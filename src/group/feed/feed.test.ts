/** What a leader has to do with other groups: begun with its term, and ended with it. */

import { describe, expect, test } from 'vitest'
import { Intake } from '../../engine/batch/taking.ts'
import { Book } from '../../engine/channels/book.ts'
import { Channels } from '../../engine/channels/channels.ts'
import type { Frame } from '../../engine/channels/frame.ts'
import type { Hello } from '../../engine/channels/reception.ts'
import { rowsOf } from '../../engine/columns/records.ts'
import { GroupFeed } from './feed.ts'
import { Serving } from './serving.ts'
import { SourceReader } from './source-reader.ts'
import { CHANNEL, LETTERS, shapingOf } from './testing/job.ts'
import { BOUNDS, HeldLog, PARTITION, Time } from './testing/rig.ts'
import { Wires } from './testing/wires.ts'

const SELF = { cluster: 'c', job: 'j', generation: 2, group: 0 }
const NONE = { rewinds: [], credits: [], wanted: undefined }

function leaderOf(term: number) {
  const channels = new Channels(new Book(), SELF.generation)
  channels.open(CHANNEL, 0)
  channels.open(LETTERS, 0)
  const intake = new Intake(channels, {
    rowsMax: 10,
    bytesMax: 1e6,
    lingerMs: 0,
    eagerRows: 0,
    eagerBytes: 0,
  })
  const opened = intake.take({ wallMs: 0, atMs: 0 })
  if (opened !== undefined) intake.onApplied(opened.seq)
  return { term, channels }
}

/** One group that reads a partition for itself, by way of the door. */
class Rig {
  readonly time = new Time()
  readonly wires = new Wires(this.time)
  readonly log = new HeldLog()
  readonly frames: Frame[] = []
  readonly terms: number[] = []
  leader: ReturnType<typeof leaderOf> | undefined
  readonly shaping = shapingOf()
  readonly feed: GroupFeed

  constructor() {
    const { clock, random } = this.time
    const transport = this.wires.door(1)
    const { branches } = this.shaping
    this.feed = new GroupFeed({
      ...{ clock, random, transport, self: SELF, bounds: BOUNDS },
      leader: () => this.leader,
      onFrame: (frame, bytes) => {
        this.frames.push(frame)
        return this.leader?.channels.onFrame(frame, bytes, clock.monotonicMs())
      },
      addressOf: () => 'n1',
      schemaOf: channel => branches.find(one => one.channel === channel)?.schema,
      onRefused: () => undefined,
      senders: term => {
        this.terms.push(term)
        const listener = {
          onBarrierAt: () => undefined,
          onTrouble: () => undefined,
          onTroubleOver: () => undefined,
          onStopped: () => undefined,
        }
        const reader = { generation: SELF.generation, term }
        const parts = { clock, random, log: this.log, partition: PARTITION, bounds: BOUNDS }
        const own = { reader, time: { lagMs: 0 }, shaping: this.shaping, listener }
        return [new SourceReader({ ...parts, ...own })]
      },
    })
    new Serving({
      ...{ clock, transport, bounds: BOUNDS },
      look: ({ channel, group }) => ({
        ...{ cluster: 'c', generation: 2, isSender: true, groups: 1 },
        place: this.feed.place(channel, group),
      }),
    })
  }

  lead(term: number): void {
    this.leader = leaderOf(term)
    const hellos: readonly Hello[] = this.leader.channels.hello()
    this.feed.onDuties({ ...NONE, hellos })
    this.time.pass(100)
  }
}

describe('a leader', () => {
  test('reads in its own term, and asks for its channels', () => {
    const rig = new Rig()
    rig.lead(3)
    expect([rig.terms, rig.log.asked]).toEqual([[3], [0]])
    rig.log.answer(['a,1', 'nonsense'])
    rig.time.pass(10)
    const taken = rig.frames.filter(({ records }) => records.size > 0)
    const byChannel = taken.map(({ channel, readerTerm }) => [channel, readerTerm])
    // Streams know nothing of each other's order.
    expect(byChannel.sort(([one = 0], [other = 0]) => one - other)).toEqual([
      [CHANNEL, 3],
      [LETTERS, 3],
    ])
    expect(taken.map(({ records }) => rowsOf(records).length)).toEqual([1, 1])
  })

  test('begins once in a term, whatever duties it has', () => {
    const rig = new Rig()
    rig.lead(3)
    for (let left = 3; left > 0; left--) rig.feed.onDuties({ ...NONE, hellos: [] })
    expect(rig.terms).toEqual([3])
  })

  test('begins anew in another term, though nobody said that the one before is over', () => {
    const rig = new Rig()
    rig.lead(3)
    rig.lead(4)
    rig.log.answer(['a,1'])
    rig.time.pass(10)
    expect(rig.terms).toEqual([3, 4])
    expect(rig.frames.at(-1)?.readerTerm).toBe(4)
  })

  test('that lost its lead reads, asks and sends nothing', () => {
    const rig = new Rig()
    rig.lead(3)
    rig.feed.onLost()
    rig.leader = undefined
    const before = rig.frames.length
    rig.feed.onDuties({ ...NONE, hellos: [] })
    rig.feed.onMoved(CHANNEL)
    rig.time.pass(10_000)
    expect([rig.log.fetches, rig.frames.length, rig.terms]).toEqual([[], before, [3]])
    expect(rig.feed.place(CHANNEL, 0)).toBe(undefined)
  })
})

test('who sends is found by channel and group', () => {
  const rig = new Rig()
  expect(rig.feed.place(CHANNEL, 0)).toBe(undefined)
  rig.lead(3)
  expect(rig.feed.place(CHANNEL, 0)?.branch).toBe(0)
  expect(rig.feed.place(LETTERS, 0)?.branch).toBe(1)
  expect([rig.feed.place(CHANNEL, 1), rig.feed.place(7, 0)]).toEqual([undefined, undefined])
})

test('epochs reach those who read', () => {
  const rig = new Rig()
  rig.lead(3)
  rig.feed.onEpochOpened(2)
  rig.feed.onEpochClosed(2)
  rig.log.answer(['a,1'])
  rig.time.pass(10)
  expect(rig.frames.some(({ barrier }) => barrier !== undefined)).toBe(false)
  expect(rig.frames.at(-1)?.to).toBe(1)
})
