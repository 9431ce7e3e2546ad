/** Test support: a reader of a partition with a log that answers when it is told to. */

import { decodeFrame, type Frame } from '../../../engine/channels/frame.ts'
import type { BarrierAt } from '../../../engine/exchange/mark.ts'
import type { Refusal } from '../../../engine/exchange/talk.ts'
import type { FeedBounds } from '../bounds.ts'
import type { Outlet } from '../serving.ts'
import { SourceReader } from '../source-reader.ts'
import { type JobOptions, shapingOf, shown } from './job.ts'
import { BOUNDS, HeldLog, PARTITION, Time } from './rig.ts'

export const READER = { generation: 2, term: 3 }
const TIME = { lagMs: 0, idleMs: 100 }
export const ALL = 1e6

interface Options extends JobOptions {
  readonly bounds?: Partial<FeedBounds>
  readonly barrier?: BarrierAt
}

/** Frames of one stream, and its end. */
export class Heard implements Outlet {
  readonly frames: Frame[] = []
  readonly ends: (Refusal | undefined)[] = []
  readonly #rig: Rig

  constructor(rig: Rig) {
    this.#rig = rig
  }

  send(bytes: Uint8Array): void {
    const { branches } = this.#rig.shaping
    const schemaOf = (channel: number) => branches.find(one => one.channel === channel)?.schema
    this.frames.push(decodeFrame(bytes, schemaOf))
  }

  end(refusal?: Refusal): void {
    this.ends.push(refusal)
  }

  /** What it was told: stretches, records, words. */
  get told(): readonly string[] {
    return this.frames.map(({ from, to, records, idle, barrier }) => {
      const words = [idle === true ? ' idle' : '', barrier ? ` barrier ${barrier}` : '']
      return `${from}-${to} ${shown(records).join(' ')}${words.join('')}`.trim()
    })
  }
}

export class Rig {
  readonly time = new Time()
  readonly log = new HeldLog()
  readonly told: string[] = []
  readonly places: { barrier: BarrierAt; done(committed: BarrierAt | undefined): void }[] = []
  readonly shaping
  readonly reader: SourceReader

  constructor({ bounds, barrier, ...job }: Options = {}) {
    const { clock, random } = this.time
    this.shaping = shapingOf(job)
    this.reader = new SourceReader({
      ...{ clock, random, log: this.log, partition: PARTITION, reader: READER, time: TIME },
      ...{ shaping: this.shaping, barrier, bounds: { ...BOUNDS, ...bounds } },
      listener: {
        onBarrierAt: (place, done) => void this.places.push({ barrier: place, done }),
        onTrouble: (code, message) => void this.told.push(`${code}: ${message}`),
        onTroubleOver: () => void this.told.push('over'),
        onStopped: (code, message) => void this.told.push(`stopped ${code}: ${message}`),
      },
    })
  }

  /** All branches say hello there. */
  begun(cursor = 0): Heard {
    const heard = this.shaping.branches.map((_, branch) => this.hello(branch, cursor))
    this.time.turn()
    return heard[0] as Heard
  }

  hello(branch: number, cursor: number, bytes = ALL): Heard {
    const heard = new Heard(this)
    this.reader.desk.attach(branch, { term: 1, cursor, bytes }, heard)
    return heard
  }

  answer(...texts: readonly string[]): void {
    this.log.answer(texts)
    this.time.turn()
  }

  /** Nothing comes for so long, as often as the log is asked. */
  silence(ms: number): void {
    const endMs = this.time.queue.nowMs + ms
    while (this.time.queue.nowMs < endMs) {
      if (this.log.open !== undefined) this.answer()
      this.time.pass(1)
    }
  }
}
