/**
 * A topic with its records: one sequence, whose ledger has this topic or none. Whoever looks at it
 * also does what is due: ends transactions that took too long, forgets what is too old.
 */

import type { Fetched, LogAnswer, LogDone, TopicDescription } from '../../base/stream-log.ts'
import type { AskedBy } from '../log/calls.ts'
import { type Fetch, Fetches } from '../log/fetches.ts'
import { Judge, type Judgement, noTopic, outOfRange } from '../log/state/judge.ts'
import type { Effect } from '../log/state/ledger.ts'
import type { Op } from '../log/state/ops.ts'
import type { Block } from '../log/state/partition.ts'
import type { Life } from '../log/state/producers.ts'
import { readBlocks, type Span } from '../log/store/spans.ts'
import { numbered } from './names.ts'
import { Sequence, type SequenceParts } from './sequence.ts'

export type TopicParts = Omit<SequenceParts, 'onChanged'>

export class Topic {
  readonly name: string
  readonly #parts: TopicParts
  readonly #sequence: Sequence
  readonly #fetches: Fetches
  #isPolling = false
  /** When it is next seen what is too old. */
  #retentionMs: number

  constructor(name: string, parts: TopicParts) {
    this.name = name
    this.#parts = parts
    this.#retentionMs = parts.clock.monotonicMs() + parts.limits.retentionMs
    const onChanged = (all: readonly number[]): void => {
      this.#fetches.changed(all)
      this.#fetches.settled()
    }
    this.#sequence = new Sequence({ ...parts, onChanged })
    const source = {
      isSettled: () => this.#sequence.isCertain,
      find: (at: AskedBy<'start'>) => this.#judge.find(at),
      read: (blocks: readonly Block[], done: (sound: ReadonlyMap<Block, Uint8Array>) => void) =>
        readBlocks(blocks, (span, told) => this.#read(span, told), done),
    }
    this.#fetches = new Fetches(source, parts.clock, parts.limits)
  }

  get isIdle(): boolean {
    return this.#sequence.isIdle && this.#fetches.waiting === 0 && !this.#isPolling
  }

  get #judge(): Judge {
    return new Judge(this.#sequence.ledger, this.#parts.limits)
  }

  describe(done: LogDone<TopicDescription>): void {
    this.#look(done, () => {
      const topic = this.#sequence.ledger.topic(this.name)
      if (topic === undefined) return noTopic(this.name)
      const { partitions, settings } = topic
      return { value: { partitions: partitions.length, replication: 1, settings } }
    })
  }

  create(asked: AskedBy<'create'>, done: LogDone<undefined>): void {
    this.#write(() => this.#judge.create(asked), nothing(done))
  }

  drop(done: LogDone<undefined>): void {
    this.#write(() => this.#judge.drop({ topic: this.name }), nothing(done))
  }

  start(at: AskedBy<'start'>, done: LogDone<number>): void {
    this.#look(done, () => {
      const found = this.#judge.find(at)
      return found.error === undefined ? { value: found.value.start } : found
    })
  }

  end(at: AskedBy<'end'>, done: LogDone<number>): void {
    this.#look(done, () => {
      const found = this.#judge.find(at)
      return found.error === undefined ? { value: found.value.bound(at.isolation) } : found
    })
  }

  forget(asked: AskedBy<'forget'>, done: LogDone<undefined>): void {
    this.#write(() => this.#judge.forget(asked), nothing(done))
  }

  /** Refuses what is too large, or has no place; nothing is written. */
  check(asked: AskedBy<'append'>, done: LogDone<undefined>): void {
    this.#look(done, () => {
      const { error } = this.#judge.append(asked)
      return error === undefined ? { value: undefined } : { error }
    })
  }

  append(asked: AskedBy<'append'>, done: LogDone<readonly number[]>): void {
    this.#write(() => this.#judge.append(asked), offsets(done))
  }

  begin(asked: AskedBy<'begin'>, done: LogDone<Life>): void {
    this.#write(
      () => this.#judge.begin(asked),
      answer => {
        if (answer.error !== undefined) done(answer)
        else done({ value: answer.value.life as Life })
      },
    )
  }

  send(asked: AskedBy<'send'>, done: LogDone<readonly number[]>): void {
    const judge = () => this.#judge.send(asked)
    this.#sequence.write({ judge, done: offsets(done), isPromise: false })
  }

  finish(asked: AskedBy<'finish'>, done: LogDone<undefined>): void {
    this.#write(() => this.#judge.finish(asked), nothing(done))
  }

  fetch(call: Fetch): void {
    this.#sequence.look(answer => {
      if (call.isCancelled()) return
      if (answer.error !== undefined) call.done(answer)
      else {
        this.#fetches.take({ ...call, done: told => this.#fetched(call, told) })
        this.#poll()
      }
    })
  }

  forgetCancelled(): void {
    this.#fetches.forgetCancelled()
  }

  /** What cannot be read may have been deleted by others since we looked. */
  #fetched({ asked, done, isCancelled }: Fetch, told: LogAnswer<Fetched>): void {
    if (told.error?.code !== 'unavailable') {
      done(told)
      return
    }
    this.#sequence.look(() => {
      if (isCancelled()) return
      const found = this.#judge.find(asked)
      if (found.error !== undefined) done(found)
      else if (asked.offset >= found.value.start) done(told)
      else done(outOfRange(asked, asked.offset, found.value))
    })
  }

  /** While somebody waits for what others write. */
  #poll(): void {
    if (this.#isPolling || this.#fetches.waiting === 0) return
    this.#isPolling = true
    this.#parts.clock.after(this.#parts.limits.pollMs, () => {
      this.#look(
        answer => {
          if (answer.error !== undefined) this.#fetches.giveUp(answer)
          this.#isPolling = false
          this.#poll()
        },
        () => ({ value: undefined }),
      )
    })
  }

  #read({ segment, at, sizeBytes }: Span, done: (bytes: Uint8Array | undefined) => void): void {
    const { store, places } = this.#parts
    store.part(numbered(places.entries, segment), at, sizeBytes, answer => {
      done(answer.error === undefined ? answer.value : undefined)
    })
  }

  #write(judge: () => Judgement, done: LogDone<Effect>): void {
    this.#sequence.write({ judge, done, isPromise: true })
  }

  /** Of the state when all is done that is due. */
  #look<T>(done: LogDone<T>, value: () => LogAnswer<T>): void {
    this.#sequence.look(answer => {
      if (answer.error !== undefined) done(answer)
      else if (this.#due === undefined) done(value())
      else {
        const judge = (): Judgement =>
          this.#due === undefined ? { offsets: [] } : { op: this.#due }
        // Where it cannot be done now, the next one to look does it.
        this.#write(judge, ({ error }) => {
          if (error === undefined) this.#look(done, value)
          else done(value())
        })
      }
    })
  }

  get #due(): Op | undefined {
    const nowMs = this.#parts.clock.monotonicMs()
    const [expired] = this.#judge.expired(nowMs)
    if (expired !== undefined || nowMs < this.#retentionMs) return expired
    const [old] = this.#judge.retained(this.#parts.clock.wallMs())
    if (old === undefined) this.#retentionMs = nowMs + this.#parts.limits.retentionMs
    return old
  }
}

function nothing(done: LogDone<undefined>): LogDone<Effect> {
  return ({ error }) => done(error === undefined ? { value: undefined } : { error })
}

function offsets(done: LogDone<readonly number[]>): LogDone<Effect> {
  return answer => {
    done(answer.error === undefined ? { value: answer.value.offsets ?? [] } : answer)
  }
}
