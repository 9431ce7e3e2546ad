/**
 * Who reads one partition of a source, as long as its group is led here: fetches where the sender
 * says, decodes, runs the front, and hands on what the sender has to say. All of it in slices,
 * between which others have their turn. It ends with the leadership: nothing of it is kept.
 */

import type { Clock, Random } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import type { LogError, LogErrorCode, Partition, StreamLog } from '../../base/stream-log.ts'
import type { Reader } from '../../engine/channels/state.ts'
import type { SenderBounds } from '../../engine/exchange/bounds.ts'
import { senderBounds } from '../../engine/exchange/bounds.ts'
import { HeadClock, watermarkOf } from '../../engine/exchange/clock.ts'
import type { BarrierAt } from '../../engine/exchange/mark.ts'
import { Sender } from '../../engine/exchange/sender.ts'
import type { SourceTime } from '../../engine/plan/plan.ts'
import { Newsroom } from '../../journal/news.ts'
import { Alarm } from './alarm.ts'
import { FEED_BOUNDS, type FeedBounds } from './bounds.ts'
import { Desk, type Sending } from './desk.ts'
import { Lane, type Piece } from './lane.ts'
import type { Destination, Shape, Shaping } from './shaping.ts'

export interface ReaderParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: StreamLog
  readonly partition: Partition
  /** The job's generation, and the term in which the group is led. */
  readonly reader: Reader
  readonly time: SourceTime
  readonly shaping: Shaping
  /** Of the open epoch, as the group's state has it. */
  readonly barrier?: BarrierAt | undefined
  readonly listener: ReaderListener
  readonly bounds?: FeedBounds
  readonly senderBounds?: SenderBounds
}

export interface ReaderListener {
  /**
   * To be proposed in the group. `done` says, later, which place of the epoch stands in its state;
   * undefined: none does, and this will not.
   */
  onBarrierAt(barrier: BarrierAt, done: (committed: BarrierAt | undefined) => void): void
  /** It waits and tries again; told once, and so is its end. */
  onTrouble(code: string, message: string): void
  onTroubleOver(): void
  /** It reads no more: nothing but people can help. */
  onStopped(code: string, message: string): void
}

/** What may pass by itself, or when somebody mends it. */
const passing: readonly LogErrorCode[] = ['unavailable', 'busy']
const mendable: readonly LogErrorCode[] = [...passing, 'not-authorized']

/** What the head found in a stretch, or between two of them. */
interface Heard extends Shape {
  readonly from: number
  readonly to: number
  /** Nothing stood behind it, as somebody says who knows. */
  readonly isEnd: boolean
}

const NOTHING: Shape = { parts: new Map(), times: new Float64Array(0) }

export class SourceReader implements Sending {
  readonly #parts: ReaderParts
  readonly #bounds: FeedBounds
  readonly branches: readonly Destination[]
  readonly desk: Desk
  readonly #sender: Sender
  /** Words of the sender's that wait. */
  readonly #words: Alarm
  readonly #head: Lane
  readonly #behind: Lane
  readonly #clock: HeadClock
  readonly #news: Newsroom
  /** How far the head has read, and when it last found something. */
  #at: number | undefined
  #movedMs: number | undefined
  #isIdle = false
  #isAskingEnd = false
  #isWoken = false
  #isGathering = false
  #isStopped = false
  #isClosed = false

  constructor(parts: ReaderParts) {
    const { reader, shaping, barrier, time, bounds = FEED_BOUNDS } = parts
    const { branches } = shaping
    this.#parts = parts
    this.#bounds = bounds
    this.#sender = new Sender({ reader, branches, barrier, bounds: this.#senderBounds })
    this.branches = branches
    this.desk = new Desk({
      ...{ clock: parts.clock, sender: this.#sender, branches: branches.length },
      onAsked: ask => {
        if (ask === 'hello') this.#gather()
        this.#wake()
      },
    })
    this.#words = new Alarm(parts.clock, () => this.#wake())
    this.#head = this.#lane()
    this.#behind = this.#lane()
    this.#clock = new HeadClock(time)
    this.#news = new Newsroom(bounds.silenceMs)
  }

  get #senderBounds(): SenderBounds {
    return this.#parts.senderBounds ?? senderBounds(this.#parts.shaping.branches.length)
  }

  onEpochOpened(epoch: number): void {
    this.#sender.onEpochOpened(epoch)
    this.#wake()
  }

  onEpochClosed(epoch: number): void {
    this.#sender.onEpochClosed(epoch)
    this.#wake()
  }

  /** Sources tell by themselves. */
  onAdvanced(): void {}

  /** For status and tests. */
  get kept(): { readonly bytes: number; readonly stretches: number } {
    return this.#sender.kept
  }

  /** The lead is lost: nothing is asked, read or said any more. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#words.set(Infinity)
    this.#head.close()
    this.#behind.close()
    this.desk.end()
  }

  #lane(): Lane {
    const { clock, random, log, partition } = this.#parts
    const listener = {
      onReady: () => this.#wake(),
      onAnswered: () => {
        this.#news.commit()
        this.#tell()
      },
      onFailed: (error: LogError) => this.#onFailed(error),
    }
    return new Lane({ clock, random, log, partition, bounds: this.#bounds, listener })
  }

  #onFailed({ code, message }: LogError): void {
    if (!mendable.includes(code)) {
      this.#stop(code, message)
      return
    }
    if (passing.includes(code)) {
      this.#news.pass({ code, message }, this.#parts.clock.monotonicMs(), false)
    } else this.#news.stall({ code, message }, false)
    this.#tell()
  }

  #stop(code: string, message: string): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#head.close()
    this.#behind.close()
    this.#parts.listener.onStopped(code, message)
  }

  #tell(): void {
    const { listener } = this.#parts
    for (const news of this.#news.take()) {
      if (news.kind === 'resumed') listener.onTroubleOver()
      else listener.onTrouble(news.code, news.message)
    }
  }

  /** The head begins without those who are silent for so long. */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.#parts.clock.after(this.#senderBounds.gatherMs, () => this.#wake())
  }

  #wake(): void {
    if (this.#isWoken || this.#isClosed) return
    this.#isWoken = true
    this.#parts.clock.after(0, () => {
      this.#isWoken = false
      if (!this.#isClosed) this.#slice()
    })
  }

  /** As much as there is time for, then it is the turn of others. */
  #slice(): void {
    const { clock } = this.#parts
    const endMs = clock.monotonicMs() + this.#bounds.sliceMs
    let isMore = this.#step()
    while (isMore && clock.monotonicMs() < endMs) isMore = this.#step()
    if (isMore) this.#wake()
  }

  /** Says what is to be said, and reads on by a piece; false: there is nothing to do. */
  #step(): boolean {
    const duties = this.#sender.duties(this.#parts.clock.monotonicMs())
    const { barrierAt, frames, isMore, dueAtMs, head, behind } = duties
    this.#words.set(dueAtMs)
    if (barrierAt !== undefined) this.#place(barrierAt)
    for (const { branch, bytes } of frames) this.desk.send(branch, bytes)
    if (this.#isStopped) return isMore
    this.#head.want(head)
    this.#behind.want(behind)
    const [ahead, again] = [this.#head.next(head), this.#behind.next(behind)]
    try {
      if (ahead !== undefined) this.#onHead(ahead)
      if (again !== undefined) this.#onBehind(again)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#stop(error.code, error.message)
    }
    return isMore || ahead !== undefined || again !== undefined
  }

  #place(barrier: BarrierAt): void {
    const { clock, listener } = this.#parts
    listener.onBarrierAt(barrier, committed => {
      if (committed === undefined) {
        clock.after(this.#bounds.refusedMs, () => {
          this.#sender.onBarrierRefused(barrier.epoch)
          this.#wake()
        })
        return
      }
      this.#sender.onBarrierCommitted(committed)
      this.#wake()
    })
  }

  #onHead(piece: Piece): void {
    const { from, to, records, isEnd } = piece
    const { parts, times } = this.#parts.shaping.shape(records)
    this.#heard({ from, to, parts, times, isEnd: this.#isIdle })
    if (isEnd && from === to) this.#maybeAskEnd()
  }

  #heard({ from, to, parts, times, isEnd }: Heard): void {
    const atMs = this.#parts.clock.monotonicMs()
    if (to > from) this.#movedMs = atMs
    this.#movedMs ??= atMs
    this.#at = to
    const { watermark, idle } = this.#clock.onFetched({ from, to, times, isEnd, atMs })
    this.#isIdle = idle
    this.#sender.onHead({ from, to, watermark, parts }, idle)
  }

  #onBehind({ from, to, records }: Piece): void {
    const { parts, times } = this.#parts.shaping.shape(records)
    const watermark = watermarkOf(this.#parts.time, times)
    this.#sender.onBehind({ from, to, watermark, parts })
  }

  /** An answer may not know the end, so nobody is idle by it alone: who knows it is asked. */
  #maybeAskEnd(): void {
    const { clock, time, log, partition } = this.#parts
    const quietMs = clock.monotonicMs() - (this.#movedMs ?? Infinity)
    const isDue = !this.#isIdle && quietMs >= (time.idleMs ?? Infinity)
    if (!isDue || this.#isAskingEnd) return
    this.#isAskingEnd = true
    // With what is not decided yet: of that too it is known that it may come.
    log.end(partition, 'uncommitted', answer => {
      this.#isAskingEnd = false
      if (answer.error === undefined) this.#onEnd(answer.value)
    })
  }

  #onEnd(end: number): void {
    if (this.#isClosed || this.#at !== end) return
    this.#heard({ from: end, to: end, ...NOTHING, isEnd: true })
    this.#wake()
  }
}
