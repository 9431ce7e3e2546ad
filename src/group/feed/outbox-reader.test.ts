/** Outputs on their way to the next stage: what is released, once, with its words and barriers. */

import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { decodeFrame, type Frame } from '../../engine/channels/frame.ts'
import { writeRecords } from '../../engine/columns/records-codec.ts'
import { senderBounds } from '../../engine/exchange/bounds.ts'
import { keyBy } from '../../engine/plan/testing/plans.ts'
import { Slotting } from '../../engine/stage/slotting.ts'
import { testCompiler } from '../../engine/testing/compiler.ts'
import { input, recordsFrom } from '../../engine/windows/testing/events.ts'
import { Outbox } from '../../journal/outbox.ts'
import type { Said } from '../leader.ts'
import type { OutboxPlace } from '../places.ts'
import { OutboxReader } from './outbox-reader.ts'
import type { Outlet } from './serving.ts'
import { shown } from './testing/job.ts'
import { BOUNDS, Time } from './testing/rig.ts'

const NAME = '>sums<once'
const CHANNEL = 7
const ALL = 1e6

class Heard implements Outlet {
  readonly frames: Frame[] = []
  readonly ends: (string | undefined)[] = []

  send(bytes: Uint8Array): void {
    this.frames.push(decodeFrame(bytes, () => input))
  }

  end(refusal?: { readonly code: string }): void {
    this.ends.push(refusal?.code)
  }

  get told(): readonly string[] {
    return this.frames.map(({ from, to, records, watermark, idle, barrier }) => {
      const words = [
        watermark === undefined ? [] : [`at ${watermark}`],
        idle === true ? ['idle'] : [],
        barrier === undefined ? [] : [`barrier ${barrier}`],
      ]
      return [`${from}-${to}`, ...shown(records), ...words.flat()].join(' ')
    })
  }

  /** Numbers that came, in their order. */
  get numbers(): readonly string[] {
    return this.frames.flatMap(({ records }) => shown(records))
  }
}

class Rig {
  readonly time = new Time()
  readonly outbox = new Outbox()
  readonly taken: number[] = []
  readonly wanted: number[] = []
  released = 0
  said: Said | undefined
  place: OutboxPlace | undefined
  readonly reader: OutboxReader

  constructor(groups = 1, wordsMs = 0) {
    this.outbox.resume(2)
    this.reader = new OutboxReader({
      ...{ clock: this.time.clock, reader: { generation: 2, term: 3 }, name: NAME, groups },
      ...{ channel: CHANNEL, schema: input, outbox: this.outbox, bounds: BOUNDS },
      senderBounds: { ...senderBounds(groups), wordsMs },
      slotting: new Slotting(keyBy('n'), input, testCompiler),
      listener: {
        released: () => this.released,
        said: seq => (this.said !== undefined && this.said.seq <= seq ? this.said : undefined),
        place: () => this.place,
        onTaken: upTo => void this.taken.push(upTo),
        onWanted: epoch => void this.wanted.push(epoch),
      },
    })
  }

  /** A batch with these outputs; its number. */
  commit(...numbers: readonly number[]): number {
    const out = new ByteWriter()
    writeRecords(out, recordsFrom(numbers.map(n => ({ user: 'a', time: n, n }))))
    const seq = this.outbox.lastSeq + 1
    const first = this.outbox.lastOf(NAME) + 1
    const run = { sink: NAME, first, count: numbers.length, bytes: out.finish() }
    const schedule = new Uint8Array(0)
    const runs = numbers.length === 0 ? [] : [run]
    this.outbox.apply({ seq, generation: 2, schedule, digest: 0, runs })
    return seq
  }

  release(seq = this.outbox.lastSeq): void {
    this.released = seq
    this.reader.onAdvanced()
    this.time.turn()
  }

  hello(cursor = 0, { branch = 0, term = 1, bytes = ALL } = {}): Heard {
    const heard = new Heard()
    this.reader.desk.attach(branch, { term, cursor, bytes }, heard)
    this.time.turn()
    return heard
  }
}

describe('outputs', () => {
  test('are told when their batch is released, with their numbers less one', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.commit(5, 6)
    rig.commit(7)
    rig.release(1)
    expect(heard.told.at(-1)).toBe('0-2 0:a,5 1:a,6')
    rig.release(2)
    expect(heard.told.at(-1)).toBe('2-3 2:a,7')
  })

  test('go to the group that has their key, and each group hears of all numbers', () => {
    const rig = new Rig(2)
    const heard = [rig.hello(0, { branch: 0 }), rig.hello(0, { branch: 1 })]
    rig.commit(1, 2, 3, 4, 5, 6, 7, 8)
    rig.release()
    const all = heard.flatMap(({ numbers }) => numbers).sort()
    expect(all).toEqual(Array.from({ length: 8 }, (_, at) => `${at}:a,${at + 1}`))
    expect(heard.map(({ frames }) => frames.at(-1)?.to)).toEqual([8, 8])
    expect(heard.map(({ numbers }) => numbers.length > 0)).toEqual([true, true])
  })

  test('are told from the cursor on, in the midst of a batch, too', () => {
    const rig = new Rig()
    rig.commit(5, 6, 7)
    rig.release()
    expect(rig.hello(1).numbers).toEqual(['1:a,6', '2:a,7'])
  })

  test('wait for a predecessor to be known of as released', () => {
    const rig = new Rig()
    rig.commit(5, 6)
    const heard = rig.hello(2)
    rig.commit(7)
    rig.release()
    expect(heard.numbers).toEqual(['2:a,7'])
  })

  test('are read once more for a group that is behind what is in memory', () => {
    const rig = new Rig(2)
    for (let n = 0; n < 40; n++) rig.commit(n)
    rig.release()
    const ahead = [rig.hello(40, { branch: 0 })]
    const late = rig.hello(0, { branch: 1 })
    rig.time.pass(200)
    expect([...(ahead[0]?.numbers ?? [])]).toEqual([])
    expect(late.frames.at(-1)?.to).toBe(40)
    expect(late.numbers.length).toBeGreaterThan(5)
  })
})

describe('what is said of time', () => {
  const said = (seq: number, watermark: number, idle = false): Said => ({ seq, watermark, idle })

  test('goes along with the last that is released', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.said = said(rig.commit(5), 50)
    rig.release()
    expect(heard.told.at(-1)).toBe('0-1 0:a,5 at 50')
    rig.said = said(rig.commit(), 60)
    rig.release()
    expect(heard.told.at(-1)).toBe('1-1 at 60')
  })

  test('is told a little later where nothing goes along with it', () => {
    const rig = new Rig(1, 20)
    const heard = rig.hello()
    rig.said = said(rig.commit(5), 50)
    rig.release()
    rig.said = said(rig.commit(), 60)
    rig.release()
    rig.time.pass(19)
    expect(heard.told.at(-1)).toBe('0-1 0:a,5 at 50')
    rig.time.pass(1)
    expect(heard.told.at(-1)).toBe('1-1 at 60')
  })

  test('is not told before all in front of it', () => {
    const rig = new Rig()
    const heard = rig.hello()
    for (let n = 0; n < 30; n += 3) rig.commit(n, n + 1, n + 2)
    rig.said = { seq: rig.commit(30), watermark: 50, idle: true }
    rig.release()
    const first = heard.frames.filter(({ watermark, idle }) => watermark === 50 || idle === true)
    expect(first.map(({ to }) => to)).toEqual([31])
    expect(heard.numbers.length).toBe(31)
  })

  test('tells of idleness again behind records', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.said = said(rig.commit(5), 50, true)
    rig.release()
    expect(heard.told.at(-1)).toBe('0-1 0:a,5 at 50 idle')
    rig.commit(6)
    rig.release()
    expect(heard.told.at(-1)).toBe('1-2 1:a,6 idle')
  })
})

describe('a barrier', () => {
  test('stands behind what was committed before it, and leaves when that may', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.place = { epoch: 4, seq: rig.commit(5, 6), offset: 2 }
    rig.commit(7)
    rig.release(0)
    expect(heard.told.some(one => one.includes('barrier'))).toBe(false)
    rig.release()
    expect(heard.told.slice(-2)).toEqual(['0-2 0:a,5 1:a,6 barrier 4', '2-3 2:a,7'])
  })

  test('waits for batches that have nothing for the next stage, too', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.place = { epoch: 4, seq: rig.commit(), offset: 0 }
    rig.release(0)
    expect(heard.told.some(one => one.includes('barrier'))).toBe(false)
    rig.release()
    expect(heard.told.at(-1)).toBe('0-0 barrier 4')
  })

  test('is wanted by whoever waits for it, and told no more when the epoch is over', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.reader.desk.onAsk(0, heard, { kind: 'wanted', epoch: 4 })
    expect(rig.wanted).toEqual([4])
    rig.place = { epoch: 4, seq: rig.commit(5), offset: 1 }
    rig.released = 1
    rig.reader.onAdvanced()
    rig.time.turn()
    rig.reader.onEpochClosed(4)
    expect(rig.hello(0, { term: 2 }).told.some(one => one.includes('barrier'))).toBe(false)
  })
})

describe('what is taken', () => {
  test('is let go of when all groups have committed it, and no further than it was sent', () => {
    const rig = new Rig(2)
    const heard = [rig.hello(0, { branch: 0 }), rig.hello(0, { branch: 1 })]
    rig.commit(1, 2, 3)
    rig.commit(4)
    rig.release(1)
    const take = (branch: number, cursor: number) => {
      rig.reader.desk.onAsk(branch, heard[branch] as Heard, { kind: 'taken', cursor })
    }
    take(0, 2)
    expect(rig.taken).toEqual([])
    take(1, 1)
    take(1, 99)
    take(0, 99)
    expect(rig.taken).toEqual([1, 2, 3])
  })

  test('is not told again: who asks for it is of old', () => {
    const rig = new Rig()
    rig.commit(1, 2, 3)
    rig.release()
    rig.outbox.advance({
      journaled: 1,
      offset: 0,
      published: [{ sink: NAME, upTo: 3, offset: 0 }],
    })
    expect(rig.hello(1).ends).toEqual(['not-held'])
    expect(rig.hello(3).ends).toEqual([])
  })
})

describe('a stream', () => {
  test('of a later leader is not taken by one that it has replaced', () => {
    const rig = new Rig()
    const later = rig.hello(0, { term: 5 })
    const former = rig.hello(0, { term: 4 })
    rig.commit(1)
    rig.release()
    expect([former.ends, later.ends]).toEqual([['leader-over'], []])
    expect([former.numbers, later.numbers]).toEqual([[], ['0:a,1']])
    expect(rig.hello(0, { term: 5 }).ends).toEqual([])
    expect(later.ends).toEqual([undefined])
  })

  test('ends with the lead', () => {
    const rig = new Rig()
    const heard = rig.hello()
    rig.reader.close()
    rig.commit(1)
    rig.release()
    expect([heard.ends, heard.numbers]).toEqual([['not-the-sender'], []])
  })
})
