/**
 * All that an embedded log knows, but for the bytes of its records: topics, partitions, producers.
 * Changed by ops alone, so that whoever replays them knows the same. Pure: `judge.ts` says which
 * op answers a question, `../store` keeps the ops.
 */

import { invariant } from '../../../base/errors.ts'
import type { Op, Part } from './ops.ts'
import { Partition, type PartitionState, type Verdict } from './partition.ts'
import { type Life, type Producer, Producers } from './producers.ts'
import type { Settings } from './settings.ts'

export interface Topic {
  readonly name: string
  readonly settings: Settings
  readonly partitions: readonly Partition[]
}

/** As a segment's head says it. */
export interface TopicState {
  readonly name: string
  readonly settings: Settings
  readonly partitions: readonly PartitionState[]
}

/** Everything but the blocks. */
export interface LedgerState {
  /** Numbers of partitions that were given. */
  readonly numbers: number
  readonly topics: readonly TopicState[]
  /** Numbers of producers that were given. */
  readonly producerNumbers: number
  readonly producers: readonly Producer[]
}

/** What an op brought about, for whoever asked for it. */
export interface Effect {
  readonly offsets?: readonly number[]
  readonly life?: Life
}

const NOTHING: Effect = {}

export class Ledger {
  readonly producers = new Producers()
  /** Numbers of partitions that changed; for whoever looks, who then empties it. */
  readonly touched = new Set<number>()
  readonly #topics = new Map<string, Topic>()
  readonly #partitions = new Map<number, Partition>()
  #numbers = 0
  #blocks = 0

  /** How many there are. */
  get blocks(): number {
    return this.#blocks
  }

  get partitions(): number {
    return this.#partitions.size
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  topics(): Iterable<Topic> {
    return this.#topics.values()
  }

  /** undefined: its topic is gone. */
  partition(number: number): Partition | undefined {
    return this.#partitions.get(number)
  }

  get state(): LedgerState {
    const topics = [...this.#topics.values()].map(({ name, settings, partitions }) => {
      return { name, settings, partitions: partitions.map(one => one.state) }
    })
    const { numbers: producerNumbers } = this.producers
    return { numbers: this.#numbers, topics, producerNumbers, producers: [...this.producers.all()] }
  }

  begin(state: LedgerState, nowMs: number): void {
    const { numbers, topics, producerNumbers, producers } = state
    this.#numbers = numbers
    for (const { name, settings, partitions } of topics) {
      this.#add(name, settings, partitions)
    }
    const opened = producers.map(producer => ({ ...producer, openedMs: nowMs }))
    this.producers.restore(producerNumbers, opened)
    for (const partition of this.#partitions.values()) {
      for (const producer of partition.state.open.keys()) {
        this.producers.numbered(producer).open.add(partition.number)
      }
    }
  }

  /** Whether it can be applied: what comes from a disk need not be ours. */
  knows(op: Op): boolean {
    const isHere = (number: number) => this.#partitions.has(number)
    switch (op.kind) {
      case 'create':
        return !this.#topics.has(op.topic)
      case 'drop':
        return this.#topics.has(op.topic)
      case 'begin':
      case 'time':
        return true
      case 'append':
        return op.parts.every(({ partition }) => isHere(partition))
      case 'send':
        return this.producers.has(op.producer) && op.parts.every(one => isHere(one.partition))
      case 'end':
      case 'expire':
        return this.producers.has(op.producer)
      case 'dismiss':
        return (
          this.producers.has(op.producer) && this.producers.numbered(op.producer).open.size === 0
        )
      case 'forget':
      case 'move':
        return isHere(op.partition)
    }
  }

  /** `nowMs` is of a clock that never goes back. */
  apply(op: Op, nowMs: number): Effect {
    switch (op.kind) {
      case 'create':
        this.#create(op)
        return NOTHING
      case 'drop':
        this.#drop(op.topic)
        return NOTHING
      case 'append':
        return { offsets: this.#append(op.parts, 0) }
      case 'begin': {
        const known = this.producers.named(op.id)
        if (known !== undefined) this.#end(known, 'abort')
        return { life: this.producers.begin(op.id, op.timeoutMs) }
      }
      case 'send':
        return { offsets: this.#send(this.producers.numbered(op.producer), op.parts, nowMs) }
      case 'end':
        this.#end(this.producers.numbered(op.producer), op.verdict)
        return NOTHING
      case 'expire': {
        const producer = this.producers.numbered(op.producer)
        this.#end(producer, 'abort')
        producer.epoch++
        return NOTHING
      }
      case 'time':
        this.producers.tell(op.wallMs)
        return NOTHING
      case 'dismiss':
        this.producers.dismiss(op.producer)
        return NOTHING
      case 'forget':
        this.#change(op.partition, one => one.forget(op.before))
        return NOTHING
      case 'move':
        this.#change(op.partition, one => one.place(op.block))
        return NOTHING
    }
  }

  #create({ topic, partitions, settings }: Op & { kind: 'create' }): void {
    const nothing = { start: 0, end: 0, open: new Map<number, number>() }
    const states = Array.from({ length: partitions }, () => {
      return { number: ++this.#numbers, ...nothing }
    })
    this.#add(topic, settings, states)
  }

  #add(name: string, settings: Settings, states: readonly PartitionState[]): void {
    const partitions = states.map(state => {
      const partition = new Partition(state.number)
      partition.begin(state)
      this.#partitions.set(state.number, partition)
      return partition
    })
    this.#topics.set(name, { name, settings, partitions })
  }

  #drop(name: string): void {
    for (const { number, blocks } of this.#topics.get(name)?.partitions ?? []) {
      this.#blocks -= blocks.length
      this.#partitions.delete(number)
      this.touched.add(number)
      this.producers.forget(number)
    }
    this.#topics.delete(name)
  }

  #append(parts: readonly Part[], producer: number): readonly number[] {
    return parts.map(({ partition, blocks }) => {
      return this.#change(partition, one => one.append(blocks, producer))
    })
  }

  #send(producer: Producer, parts: readonly Part[], nowMs: number): readonly number[] {
    if (producer.open.size === 0) producer.openedMs = nowMs
    for (const { partition } of parts) producer.open.add(partition)
    producer.sequence++
    producer.usedMs = 0
    producer.offsets = this.#append(parts, producer.number)
    return producer.offsets
  }

  /** All its markers land at once. */
  #end(producer: Producer, verdict: Verdict): void {
    for (const number of producer.open) {
      this.#change(number, one => one.mark(producer.number, verdict))
    }
    producer.open.clear()
    producer.usedMs = 0
  }

  #change<T>(number: number, change: (partition: Partition) => T): T {
    const partition = this.#must(number)
    this.touched.add(number)
    const before = partition.blocks.length
    const changed = change(partition)
    this.#blocks += partition.blocks.length - before
    return changed
  }

  #must(number: number): Partition {
    const partition = this.#partitions.get(number)
    invariant(partition !== undefined, 'LOG a partition has its number', number)
    return partition
  }
}
