/**
 * Turns what the world shows after every input into facts: entries came, entries were cut off, the
 * role changed, more is committed. It stands first among the checkers and asks each core once per
 * input, so that the rules cost nothing when nothing happened. It keeps a copy of each log's terms
 * and finds what changed by walking back from the end.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { Image } from '../../../src/raft/types.ts'
import type { Checker, ReplicaView, StepInput } from './checker.ts'
import type { StatusView } from './core.ts'
import type { Ledger } from './ledger.ts'

/** One replica in one boot. */
export interface Sight {
  readonly view: ReplicaView
  readonly input: StepInput | 'start'
  readonly message: Message | undefined
  readonly status: StatusView
  /** Before the last input. */
  readonly before: StatusView
}

export interface OldLog {
  readonly lastIndex: number
  /** undefined: there was no such entry, or no longer. */
  readonly termAtImage: number | undefined
}

export interface FactListener {
  /**
   * Entries at and above `from` are gone from memory; the first of them was of `term`. Told before
   * `grew`.
   */
  cut?(sight: Sight, from: number, term: number): void
  /** Entries `from` to `to` are new in this memory. */
  grew?(sight: Sight, from: number, to: number): void
  /** A leader's image took the place of the log. */
  installed?(sight: Sight, image: Image, old: OldLog): void
  /** Role or term are others than before. */
  turned?(sight: Sight): void
  /** Entries above `from`, up to `to`, are newly known here to be committed. */
  committed?(sight: Sight, from: number, to: number): void
}

/** A sight and the copy of the log's terms; the first of them belongs to `firstIndex`. */
class Watch implements Sight {
  readonly view: ReplicaView
  input: StepInput | 'start' = 'start'
  message: Message | undefined
  status: StatusView
  before: StatusView
  firstIndex = 1
  terms: number[] = []
  imageIndex = 0

  constructor(view: ReplicaView) {
    this.view = view
    this.status = view.raft.status()
    this.before = this.status
  }

  get lastIndex(): number {
    return this.firstIndex + this.terms.length - 1
  }

  term(index: number): number {
    return this.terms[index - this.firstIndex] as number
  }
}

export class Witness implements Checker {
  readonly name = 'witness'
  checks = 0
  readonly #ledger: Ledger
  readonly #listeners: readonly FactListener[]
  readonly #watches = new Map<number, Watch>()

  constructor(ledger: Ledger, listeners: readonly FactListener[]) {
    this.#ledger = ledger
    this.#listeners = listeners
  }

  started(view: ReplicaView): void {
    const watch = new Watch(view)
    this.#watches.set(view.id, watch)
    this.#ledger.sights.set(view.id, watch)
    const { log } = view.raft
    this.#ledger.noteFirst(log.image)
    watch.firstIndex = log.firstIndex
    watch.imageIndex = log.image.index
    this.#grow(watch)
    if (log.commit > log.image.index) this.#commit(watch, log.image.index, log.commit)
  }

  stepped(view: ReplicaView, input: StepInput, message?: Message): void {
    const watch = this.#watches.get(view.id)
    invariant(watch?.view.boot === view.boot, 'WITNESS saw the replica start', view.id)
    watch.input = input
    watch.message = message
    const before = watch.status
    const status = view.raft.status()
    watch.before = before
    watch.status = status
    this.#observeLog(watch)
    if (status.role !== before.role || status.term !== before.term) this.#turn(watch)
    if (status.commit > before.commit) this.#commit(watch, before.commit, status.commit)
  }

  #observeLog(watch: Watch): void {
    const { log } = watch.view.raft
    if (log.image.index !== watch.imageIndex) this.#observeImage(watch)
    let common = Math.min(watch.lastIndex, log.lastIndex)
    while (common >= watch.firstIndex && log.term(common) !== watch.term(common)) common--
    // Terms of entries that are compacted away are no longer told: they stay as they were copied.
    common = Math.max(common, Math.min(log.firstIndex - 1, watch.lastIndex))
    if (common < watch.lastIndex) {
      const term = watch.term(common + 1)
      watch.terms.length = common + 1 - watch.firstIndex
      for (const listener of this.#listeners) listener.cut?.(watch, common + 1, term)
    }
    if (log.lastIndex > watch.lastIndex) this.#grow(watch)
  }

  #observeImage(watch: Watch): void {
    const { image } = watch.view.raft.log
    watch.imageIndex = image.index
    // What is committed is in the log already, and an image of it changes nothing but where the
    // log begins.
    if (image.index <= watch.before.commit) return
    const old = {
      lastIndex: watch.lastIndex,
      termAtImage: watch.terms[image.index - watch.firstIndex],
    }
    watch.firstIndex = image.index + 1
    watch.terms = []
    for (const listener of this.#listeners) listener.installed?.(watch, image, old)
  }

  #grow(watch: Watch): void {
    const { log } = watch.view.raft
    const from = watch.lastIndex + 1
    for (let index = from; index <= log.lastIndex; index++) {
      const entry = log.entry(index)
      invariant(entry !== undefined, 'WITNESS the log shows its entries', index)
      this.#ledger.note(entry, log.term(index - 1))
      watch.terms.push(entry.term)
    }
    if (from > log.lastIndex) return
    for (const listener of this.#listeners) listener.grew?.(watch, from, log.lastIndex)
  }

  #turn(watch: Watch): void {
    const { status, view } = watch
    if (status.role === 'leader' && !this.#ledger.leaders.has(status.term)) {
      const { log } = view.raft
      let lastIndex = log.lastIndex
      while (log.term(lastIndex) === status.term) lastIndex--
      const lastTerm = log.term(lastIndex) ?? 0
      const { id, boot } = view
      this.#ledger.leaders.set(status.term, { id, boot, term: status.term, lastIndex, lastTerm })
    }
    for (const listener of this.#listeners) listener.turned?.(watch)
  }

  #commit(watch: Watch, from: number, to: number): void {
    for (const listener of this.#listeners) listener.committed?.(watch, from, to)
  }
}
