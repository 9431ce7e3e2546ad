/** Who reads a partition for a while: a sender, its clock, and what it has asked of the source. */

import type { Reader } from '../../src/engine/channels/state.ts'
import { HeadClock, watermarkOf } from '../../src/engine/exchange/clock.ts'
import type { BarrierAt } from '../../src/engine/exchange/mark.ts'
import { type Duties, Sender } from '../../src/engine/exchange/sender.ts'
import type { Stretch } from '../../src/engine/exchange/stretch.ts'
import { GENERATION } from './group.ts'
import { SCHEMA, type Source, TIME } from './source.ts'

/** Small, so that little input meets all of them. */
export const BOUNDS = {
  ...{ branchBytes: 400, stretchesMax: 12, frameBytes: 120 },
  ...{ turnBytes: 600, wordsMs: 4, gatherMs: 5, reachOffsets: 30 },
}

interface ReaderPlan {
  readonly groups: number
  readonly term: number
  readonly barrier: BarrierAt | undefined
  readonly generation?: number
}

export class PartitionReader {
  readonly sender: Sender
  readonly name: Reader
  readonly #source: Source
  readonly #groups: number
  /** Of another generation: what it makes of the source is something else. */
  readonly #isStray: boolean
  readonly #clock = new HeadClock(TIME)
  #head: number | undefined
  #behind: number | undefined

  constructor(source: Source, { groups, term, barrier, generation = GENERATION }: ReaderPlan) {
    const plan = { channel: source.channel, schema: SCHEMA }
    const branches = Array.from({ length: groups }, () => plan)
    this.name = { generation, term }
    this.#isStray = generation !== GENERATION
    this.#source = source
    this.#groups = groups
    this.sender = new Sender({ reader: this.name, branches, barrier, bounds: BOUNDS })
  }

  duties(atMs: number): Duties {
    const duties = this.sender.duties(atMs)
    this.#head = duties.head
    this.#behind = duties.behind
    return duties
  }

  #stretch(from: number, size: number): Omit<Stretch, 'watermark'> {
    const stretch = this.#source.stretch(from, size, this.#groups)
    return this.#isStray ? { ...stretch, parts: new Map() } : stretch
  }

  /** The source answers what was asked last. */
  onHead(size: number, atMs: number): void {
    const from = this.#head
    if (from === undefined) return
    this.#head = undefined
    const stretch = this.#stretch(from, size)
    const { to } = stretch
    const times = this.#source.times(from, to)
    const isEnd = to === this.#source.end
    const { watermark, idle } = this.#clock.onFetched({ from, to, times, isEnd, atMs })
    this.sender.onHead({ ...stretch, watermark }, idle)
  }

  onBehind(size: number): void {
    const from = this.#behind
    if (from === undefined) return
    this.#behind = undefined
    const stretch = this.#stretch(from, size)
    const watermark = watermarkOf(TIME, this.#source.times(from, stretch.to))
    this.sender.onBehind({ ...stretch, watermark })
  }
}
