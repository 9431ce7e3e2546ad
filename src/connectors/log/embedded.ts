/**
 * An embedded log that runs: calls that come while a turn is being written wait for the next, which
 * takes all of them, writes what they change in one frame and syncs it once. So nobody is told of
 * anything, be it as a writer or as a reader, that is not durable. Only a send into a transaction
 * promises nothing before that is decided: it is held back, answered, and written with whatever is
 * written next, its marker at the latest.
 */

import type { Clock, DiskErrorCode, Timer } from '../../base/env.ts'
import type { Asked, LogAnswer, LogDone } from '../../base/stream-log.ts'
import { Cache } from './cache.ts'
import type { AskedBy, CallName, ToldBy } from './calls.ts'
import { type Fetch, Fetches, type FetchSource, type Room } from './fetches.ts'
import type { LogLimits } from './limits.ts'
import type { Line } from './line.ts'
import { Judge, noTopic, refused } from './state/judge.ts'
import type { Effect, Ledger } from './state/ledger.ts'
import type { Op } from './state/ops.ts'
import type { FilesStats, LogFiles } from './store/files.ts'
import type { Placed } from './store/live.ts'

type CallOf<Name extends CallName> = {
  readonly name: Name
  readonly asked: AskedBy<Name>
  readonly done: LogDone<ToldBy<Name>>
  readonly isCancelled: () => boolean
  readonly room?: Room | undefined
}
type Call = { [Name in CallName]: CallOf<Name> }[CallName]
type Read = 'cluster' | 'describe' | 'start' | 'end' | 'fetch'
type Write = Extract<Call, { readonly name: Exclude<CallName, Read> }>

export interface EmbeddedParts {
  readonly files: LogFiles
  readonly clock: Clock
  readonly limits: LogLimits
  /** The disk failed: nothing is served any more. */
  readonly onFailed: (code: DiskErrorCode) => void
}

/** Told of when what it waits for is durable, or will never be. */
type Answer = (trouble: { readonly error: LogError } | undefined) => void
type LogError = Extract<LogAnswer<never>, { error: object }>['error']

/** Calls that wait for the next turn; more are refused. */
const QUEUE_MAX = 100_000

export class EmbeddedLog implements Line {
  readonly isOneProcess = true
  readonly #files: LogFiles
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #limits: LogLimits
  readonly #judge: Judge
  readonly #fetches: Fetches
  readonly #cache: Cache
  readonly #timers = new Set<Timer>()
  #queue: Call[] = []
  /** What the log does of itself, when it is due. */
  #own: (() => readonly Op[])[] = []
  /** Sends that were answered and are not written. */
  #held: Op[] = []
  #heldBytes = 0
  #moving: Placed[] = []
  #answers: Answer[] = []
  #isBusy = false
  #isDue = false
  #hasFailed = false
  /** Why nothing is served any more. */
  #over: string | undefined
  #onClosed: (() => void) | undefined

  constructor({ files, clock, limits, onFailed }: EmbeddedParts) {
    this.#files = files
    this.#ledger = files.ledger
    this.#clock = clock
    this.#limits = limits
    this.#judge = new Judge(files.ledger, limits)
    const source: FetchSource = {
      isSettled: () => !this.#isBusy,
      find: at => this.#judge.find(at),
      read: (blocks, done) => files.read(blocks, done),
    }
    this.#fetches = new Fetches(source, clock, limits)
    this.#cache = new Cache(limits.cacheBytes)
    files.onFailed(code => {
      this.#end(`the disk of the log failed (${code}); free space or check it, then start it again`)
      this.#hasFailed = true
      onFailed(code)
      this.#onClosed?.()
    })
    this.#every(limits.expiryMs, () => this.#judge.expired(clock.monotonicMs()))
    this.#every(limits.retentionMs, () => this.#judge.retained(clock.wallMs()))
    this.#every(limits.retentionMs, () => this.#judge.unused(clock.wallMs(), limits.idsMs))
  }

  /** Its own name for itself. */
  get name(): string {
    return this.#files.name
  }

  stats(): FilesStats {
    return this.#files.stats()
  }

  /** What is being read for answers to fetches. */
  get loadingBytes(): number {
    return this.#fetches.loadingBytes
  }

  /** What is fetched waits until there is `room` for it. */
  ask<Name extends CallName>(
    name: Name,
    asked: AskedBy<Name>,
    done: LogDone<ToldBy<Name>>,
    room?: Room,
  ): Asked {
    let isCancelled = false
    const call = { name, asked, done, isCancelled: () => isCancelled, room } as unknown as Call
    const over = this.#queue.length >= QUEUE_MAX ? 'too many calls wait; ask later' : this.#over
    if (over === undefined) {
      this.#queue.push(call)
      this.#schedule()
    } else this.#clock.after(0, () => done(refused('unavailable', over)))
    const cancel = (): void => {
      isCancelled = true
      if (name === 'fetch') this.#fetches.forgetCancelled()
    }
    return { cancel }
  }

  /** What was asked is not answered any more, what was written is durable. */
  close(done: () => void): void {
    this.#end('the log is being closed; ask again when it is there')
    if (this.#hasFailed) {
      this.#clock.after(0, done)
      return
    }
    this.#onClosed = done
    if (!this.#isBusy) this.#ready()
  }

  #end(why: string): void {
    this.#over ??= why
    for (const timer of this.#timers) timer.cancel()
    const trouble = refused('unavailable', this.#over)
    const waiting = this.#answers
    const queue = this.#queue
    this.#answers = []
    this.#queue = []
    for (const answer of waiting) answer(trouble)
    for (const { done } of queue) done(trouble)
    this.#fetches.fail(this.#over)
  }

  #every(ms: number, ops: () => readonly Op[]): void {
    const timer = this.#clock.after(ms, () => {
      this.#timers.delete(timer)
      if (ops().length > 0) {
        this.#own.push(ops)
        this.#schedule()
      }
      this.#every(ms, ops)
    })
    this.#timers.add(timer)
  }

  #schedule(): void {
    if (this.#isBusy || this.#isDue || this.#over !== undefined) return
    this.#isDue = true
    this.#clock.after(0, () => {
      this.#isDue = false
      if (!this.#isBusy && this.#over === undefined) this.#turn()
    })
  }

  #turn(): void {
    this.#isBusy = true
    const nowMs = this.#clock.monotonicMs()
    const reads: Call[] = []
    const ops: Op[] = []
    const apply = (op: Op): Effect => {
      ops.push(op)
      return this.#ledger.apply(op, nowMs)
    }
    for (const due of this.#own.splice(0)) for (const op of due()) apply(op)
    let bytes = this.#heldBytes
    let taken = 0
    for (const call of this.#queue) {
      if (bytes > this.#limits.frameBytesMax) break
      taken++
      if (isWrite(call)) bytes += this.#write(call, apply)
      else reads.push(call)
    }
    this.#queue.splice(0, taken)
    this.#loadMoves(moves => {
      const held = [...this.#held, ...ops]
      if (moves.length === 0 && bytes <= this.#limits.frameBytesMax && this.#mayHold(held, reads)) {
        this.#held = held
        this.#heldBytes = bytes
        this.#answer(reads)
        this.#ready()
      } else {
        this.#held = []
        this.#heldBytes = 0
        this.#commit([...moves, ...held], moves, reads)
      }
    })
  }

  /** Whether these can wait: nobody was promised them, and nobody looks at what is not decided. */
  #mayHold(ops: readonly Op[], reads: readonly Call[]): boolean {
    const isOpenSeen = this.#fetches.seesOpen || reads.some(seesOpen)
    return ops.length === 0 || (!isOpenSeen && ops.every(({ kind }) => kind === 'send'))
  }

  /** Judged, and done in memory; the bytes that it will take. */
  #write(call: Write, apply: (op: Op) => Effect): number {
    const judgement = judged(this.#judge, call)
    const { done } = call as CallOf<'append'>
    if (judgement.op === undefined) {
      const { error } = judgement
      const answer = error === undefined ? { value: judgement.offsets } : { error }
      this.#answers.push(trouble => done(trouble ?? answer))
      return 0
    }
    const { offsets, life } = apply(judgement.op)
    const value = (offsets ?? life) as readonly number[]
    this.#answers.push(trouble => done(trouble ?? { value }))
    return sizeOf(judgement.op)
  }

  #commit(ops: readonly Op[], moves: readonly Op[], reads: readonly Call[]): void {
    const finish = (): void => {
      if (this.#over === undefined) {
        this.#answer(reads)
        const touched = [...this.#ledger.touched]
        this.#ledger.touched.clear()
        this.#fetches.changed(touched)
      }
      if (this.#files.isFull) {
        this.#files.roll(moving => {
          this.#moving = [...moving]
          this.#ready()
        })
      } else this.#ready()
    }
    this.#files.write(ops, () => {
      const nowMs = this.#clock.monotonicMs()
      for (const op of moves) if (this.#ledger.knows(op)) this.#ledger.apply(op, nowMs)
      for (const op of ops) this.#keep(op)
      finish()
    })
  }

  #answer(reads: readonly Call[]): void {
    const answers = this.#answers
    this.#answers = []
    for (const answer of answers) answer(undefined)
    for (const call of reads) if (!call.isCancelled()) this.#read(call)
  }

  #ready(): void {
    this.#isBusy = false
    if (this.#over === undefined) this.#fetches.settled()
    const onClosed = this.#onClosed
    if (onClosed !== undefined) {
      this.#onClosed = undefined
      this.#files.close(onClosed)
    } else if (this.#queue.length + this.#own.length + this.#moving.length > 0) this.#schedule()
  }

  /** Bytes that are durable stay in memory for a while; moved ones need not. */
  #keep(op: Op): void {
    if (op.kind === 'move') op.block.bytes = undefined
    if (op.kind !== 'append' && op.kind !== 'send') return
    for (const { blocks } of op.parts) for (const block of blocks) this.#cache.add(block)
  }

  #read(call: Call): void {
    switch (call.name) {
      case 'cluster':
        call.done({ value: this.name })
        return
      case 'describe': {
        const topic = this.#ledger.topic(call.asked.topic)
        if (topic === undefined) call.done(noTopic(call.asked.topic))
        else {
          const { partitions, settings } = topic
          call.done({ value: { partitions: partitions.length, replication: 1, settings } })
        }
        return
      }
      case 'start':
      case 'end': {
        const found = this.#judge.find(call.asked)
        if (found.error !== undefined) call.done(found)
        else if (call.name === 'start') call.done({ value: found.value.start })
        else call.done({ value: found.value.bound(call.asked.isolation) })
        return
      }
      case 'fetch':
        this.#fetches.take(call satisfies Fetch)
        return
      default:
        return
    }
  }

  /** Some of the blocks that are to be moved, with their bytes; of those that are still there. */
  #loadMoves(done: (ops: readonly Op[]) => void): void {
    const some: Placed[] = []
    let bytes = 0
    while (this.#moving.length > 0 && bytes < this.#limits.frameBytesMax) {
      const next = this.#moving.shift() as Placed
      if (this.#ledger.partition(next.partition)?.blockAt(next.block.first) !== next.block) continue
      bytes += next.block.sizeBytes
      some.push(next)
    }
    const blocks = some.map(({ block }) => block)
    this.#files.read(blocks, sound => {
      // One that cannot be read stays where it is, and so does its segment, for people to mend.
      const ops = some.flatMap(({ partition, block }): readonly Op[] => {
        const bytes = sound.get(block)
        return bytes === undefined ? [] : [{ kind: 'move', partition, block: { ...block, bytes } }]
      })
      done(ops)
    })
  }
}

function isWrite(call: Call): call is Write {
  return !['cluster', 'describe', 'start', 'end', 'fetch'].includes(call.name)
}

function seesOpen({ name, asked }: Call): boolean {
  return (name === 'fetch' || name === 'end') && asked.isolation === 'uncommitted'
}

function judged(judge: Judge, call: Write) {
  switch (call.name) {
    case 'create':
      return judge.create(call.asked)
    case 'drop':
      return judge.drop(call.asked)
    case 'forget':
      return judge.forget(call.asked)
    case 'append':
      return judge.append(call.asked)
    case 'begin':
      return judge.begin(call.asked)
    case 'send':
      return judge.send(call.asked)
    case 'finish':
      return judge.finish(call.asked)
  }
}

/** What its blocks take in a frame. */
function sizeOf(op: Op): number {
  if (op.kind !== 'append' && op.kind !== 'send') return 0
  return op.parts.reduce(
    (sum, part) => part.blocks.reduce((all, one) => all + one.sizeBytes, sum),
    0,
  )
}
