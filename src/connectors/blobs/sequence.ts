/**
 * A sequence of entries, numbered from 1, of which each is an object that exactly one writer made:
 * whoever wants to write reads up to the end, judges, and creates the next number. That an object
 * of some number was not there proves nothing by itself, for entries that an image stands for are
 * removed: a call that was long under way may create one of them again. Therefore
 *
 * - the newest entry is never removed, so that the last of those that are listed always counts;
 * - an entry counts when those behind it are linked to it, or nothing is behind it;
 * - nobody is told that something was written, or shown it, before it was seen that its entry
 *   counts.
 *
 * An attempt of which nobody said what became of it is made again as it was, until its number is
 * there: then it was that attempt, or it never will be.
 */

import type { BlobErrorCode } from '../../base/blob-store.ts'
import type { Clock, Random } from '../../base/env.ts'
import type { LogAnswer, LogDone } from '../../base/stream-log.ts'
import { Cache } from '../log/cache.ts'
import { type Judgement, refused } from '../log/state/judge.ts'
import type { Effect, Ledger } from '../log/state/ledger.ts'
import type { Op } from '../log/state/ops.ts'
import { liveBytes, oldestLive } from '../log/store/live.ts'
import type { BlobLogLimits } from './limits.ts'
import { numbered, type Places } from './names.ts'
import { type Entry, encodeEntry, encodeImage, type Place } from './objects.ts'
import { type Read, readImaged, readOn } from './reading.ts'
import { Replica } from './replica.ts'
import { inWords, type PatientStore } from './store.ts'

export interface SequenceParts {
  readonly store: PatientStore
  readonly clock: Clock
  readonly random: Random
  readonly limits: BlobLogLimits
  /** The name of the log. */
  readonly log: string
  readonly places: Places
  /** Partitions of which more is known now, by their numbers. */
  readonly onChanged: (partitions: readonly number[]) => void
}

export interface Write {
  /** By the ledger as it is then; asked again when another was faster. */
  readonly judge: () => Judgement
  readonly done: LogDone<Effect>
  /** Of what was not seen to count, nothing is promised: a send is, by its transaction's end. */
  readonly isPromise: boolean
}

interface Attempt {
  readonly entry: Entry
  readonly bytes: Uint8Array
  /** It may have been done, or may be yet. */
  isInDoubt: boolean
  fate: 'mine' | 'others' | 'unknown' | undefined
  effect: Effect
  tries: number
  readonly losses: number
}

interface Standing {
  readonly isFresh: boolean
  /** How often others were faster. */
  readonly losses: number
}

export class Sequence {
  readonly #parts: SequenceParts
  readonly #cache: Cache
  #replica = new Replica()
  #isLoaded = false
  #isBusy = false
  #isTidying = false
  /** Looks and writes take turns: who asks again at once holds up nobody. */
  #hasLooked = false
  #looks: LogDone<undefined>[] = []
  readonly #writes: Write[] = []
  #attempt: Attempt | undefined
  /** When it was last known where the end is. */
  #readMs = 0

  constructor(parts: SequenceParts) {
    this.#parts = parts
    this.#cache = new Cache(parts.limits.cacheBytes)
  }

  get ledger(): Ledger {
    return this.#replica.ledger
  }

  get isIdle(): boolean {
    return !(this.#isBusy || this.#isTidying)
  }

  /** Whether all that the ledger says is known to count. */
  get isCertain(): boolean {
    return this.#replica.certain === this.#replica.number
  }

  /** When it is answered, the ledger knows all that was acknowledged before this was called. */
  look(done: LogDone<undefined>): void {
    if (this.#looks.length >= this.#parts.limits.queueMax) this.#refuse(done)
    else this.#looks.push(done)
    this.#next()
  }

  write(write: Write): void {
    if (this.#writes.length >= this.#parts.limits.queueMax) this.#refuse(write.done)
    else this.#writes.push(write)
    this.#next()
  }

  #refuse<T>(done: LogDone<T>): void {
    const message = `too many calls wait for ${this.#parts.places.name}; ask later`
    this.#parts.clock.after(0, () => done(refused('unavailable', message)))
  }

  #next(): void {
    if (this.#isBusy) return
    const looks = this.#looks
    const write = looks.length === 0 || this.#hasLooked ? this.#writes.shift() : undefined
    if (looks.length === 0 && write === undefined) return
    this.#isBusy = true
    this.#hasLooked = write === undefined
    if (write !== undefined) {
      this.#judge(write, { isFresh: false, losses: 0 })
      return
    }
    this.#looks = []
    this.#refresh(answer => {
      for (const done of looks) done(answer)
      this.#release()
    })
  }

  #release(): void {
    this.#isBusy = false
    this.#next()
  }

  #finish(write: Write, answer: LogAnswer<Effect>): void {
    this.#attempt = undefined
    write.done(answer)
    this.#release()
  }

  /** What is refused, or already so, is said of the state as it is now. */
  #judge(write: Write, so: Standing): void {
    const ageMs = this.#parts.clock.monotonicMs() - this.#readMs
    const isKnown = so.isFresh || (this.#isLoaded && ageMs < this.#parts.limits.trustMs)
    const judgement = isKnown ? write.judge() : undefined
    if (judgement?.op !== undefined) this.#write(write, judgement.op, so.losses)
    else if (so.isFresh && judgement !== undefined) {
      const isRefused = judgement.error !== undefined
      this.#finish(write, isRefused ? judgement : { value: { offsets: judgement.offsets } })
    } else {
      this.#refresh(answer => {
        if (answer.error !== undefined) this.#finish(write, answer)
        else this.#judge(write, { ...so, isFresh: true })
      })
    }
  }

  #write(write: Write, op: Op, losses: number): void {
    const [number, previous] = [this.#replica.number + 1, this.#replica.id]
    const entry: Entry = { number, id: this.#newId(), previous, op }
    const bytes = encodeEntry(this.#place(number), entry)
    const fate = undefined
    this.#attempt = { entry, bytes, isInDoubt: false, fate, effect: {}, tries: 0, losses }
    this.#create(write, this.#attempt)
  }

  #create(write: Write, attempt: Attempt): void {
    const { store, places } = this.#parts
    const key = numbered(places.entries, attempt.entry.number)
    store.create(key, attempt.bytes, ({ error }) => {
      const ways: BlobErrorCode[] = ['exists', 'unavailable']
      if (error === undefined) {
        attempt.isInDoubt = true
        this.#take(attempt.entry)
        if (write.isPromise) this.#settle(write, attempt)
        else this.#finish(write, { value: attempt.effect })
      } else if (ways.includes(error.code)) {
        if (error.code === 'unavailable') attempt.isInDoubt = true
        this.#settle(write, attempt)
      } else if (attempt.isInDoubt) this.#finish(write, this.#unknown(error.message))
      else this.#finish(write, inWords(error))
    })
  }

  /** What became of the attempt, as the entries say. */
  #settle(write: Write, attempt: Attempt): void {
    const { limits, clock } = this.#parts
    this.#refresh(answer => {
      const { fate, isInDoubt, effect } = attempt
      attempt.tries++
      const isLast = attempt.tries >= limits.triesMax
      if (answer.error !== undefined) {
        this.#finish(write, isInDoubt ? this.#unknown(answer.error.message) : answer)
      } else if (fate === 'mine') {
        this.#finish(write, { value: effect })
        this.#maybeTidy(attempt.entry.op)
      } else if (fate === 'others' || (fate === 'unknown' && !isInDoubt)) {
        this.#lose(write, attempt.losses + 1)
      } else if (fate === 'unknown' || isLast) {
        this.#finish(write, this.#unknown('nobody can tell any more'))
      } else clock.after(limits.retryMs, () => this.#create(write, attempt))
    })
  }

  #lose(write: Write, losses: number): void {
    if (losses < this.#parts.limits.lossesMax) this.#judge(write, { isFresh: true, losses })
    else {
      const message = `others were faster with ${this.#parts.places.name}, ${losses} times`
      this.#finish(write, refused('unavailable', `${message}; ask again later`))
    }
  }

  #unknown(why: string): LogAnswer<never> {
    const what = `whether ${this.#parts.places.name} was changed is not known: ${why}`
    return refused('unavailable', `${what}; read what is there`)
  }

  /** All entries that there are, or were when this began. */
  #refresh(done: LogDone<undefined>): void {
    if (!this.#isLoaded) {
      this.#load(done)
      return
    }
    const nowMs = this.#parts.clock.monotonicMs()
    readOn(this.#parts, this.#replica, answer => {
      if (answer.error !== undefined) done(answer)
      else if (answer.value === 'elsewhere') this.#load(done)
      else {
        this.#readMs = nowMs
        done(this.#takeAll(answer.value))
      }
    })
  }

  #takeAll(entries: readonly Entry[]): LogAnswer<undefined> {
    for (const entry of entries) {
      if (!this.#take(entry)) {
        this.#isLoaded = false
        return this.#senseless(entry)
      }
    }
    this.#replica.confirm()
    this.#tell(this.ledger.touched)
    return { value: undefined }
  }

  #tell(touched: Set<number>): void {
    const changed = [...touched]
    touched.clear()
    this.#parts.onChanged(changed)
  }

  #senseless({ number, op }: Entry): LogAnswer<never> {
    const key = numbered(this.#parts.places.entries, number)
    const message = `the object ${key} changes (${op.kind}) what there is not`
    return refused('unavailable', `${message}; restore the log from a copy`)
  }

  /** False where it makes no sense. */
  #take(entry: Entry): boolean {
    const effect = this.#replica.apply(entry, this.#parts.clock.monotonicMs())
    if (effect === undefined) return false
    const { op } = entry
    if (op.kind === 'append' || op.kind === 'send') {
      for (const { blocks } of op.parts) {
        for (const block of blocks) if (block.bytes !== undefined) this.#cache.add(block)
      }
    }
    const attempt = this.#attempt
    if (attempt?.entry.number === entry.number) {
      attempt.fate = attempt.entry.id === entry.id ? 'mine' : 'others'
      attempt.effect = effect
    }
    return true
  }

  /** From the newest image, as if nothing had been known. */
  #load(done: LogDone<undefined>): void {
    const attempt = this.#attempt
    const nowMs = this.#parts.clock.monotonicMs()
    readImaged(this.#parts, answer => {
      if (answer.error !== undefined) {
        done(answer)
        return
      }
      const { replica, entries }: Read = answer.value
      this.#replica = replica
      this.#isLoaded = true
      this.#readMs = nowMs
      if (attempt !== undefined) {
        attempt.fate = replica.number >= attempt.entry.number ? 'unknown' : undefined
      }
      const taken = this.#takeAll(entries)
      const all = [...this.ledger.topics()].flatMap(({ partitions }) => partitions)
      this.#parts.onChanged(all.map(({ number }) => number))
      done(taken)
    })
  }

  /** An image where there was none for long, or something goes; then what it stands for goes. */
  #maybeTidy({ kind }: Op): void {
    const { store, limits, places } = this.#parts
    const replica = this.#replica
    const { number } = replica
    const isDue = kind === 'forget' || kind === 'drop'
    const isLate = number - replica.imageAt >= limits.imageEvery
    if (this.#isTidying || !(isDue || isLate)) return
    this.#isTidying = true
    const below = Math.min(oldestLive(liveBytes(replica.ledger), number), number)
    const bytes = encodeImage(this.#place(number), replica.image)
    store.create(numbered(places.images, number), bytes, ({ error }) => {
      const isThere = error === undefined || error.code === 'exists'
      const finish = (): void => {
        this.#isTidying = false
      }
      // One that did not come to be is made by whoever writes next.
      if (!isThere) {
        finish()
        return
      }
      replica.imageAt = Math.max(replica.imageAt, number)
      store.removeBelow(places.entries, below, () => {
        store.removeBelow(places.images, number, finish)
      })
    })
  }

  #place(number: number): Place {
    return { log: this.#parts.log, sequence: this.#parts.places.name, number }
  }

  #newId(): string {
    const { random } = this.#parts
    return [random.uint32(), random.uint32()].map(one => one.toString(36)).join('-')
  }
}
