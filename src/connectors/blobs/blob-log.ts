/**
 * A log on a blob store, for whoever has no other: what an embedded log answers, answered from
 * objects under a prefix. Each topic is a sequence of its own, so that nobody who uses another one
 * is in the way. `LogClient` makes it the StreamLog door.
 */

import { isBlobKey } from '../../base/blob-key.ts'
import type { BlobStore } from '../../base/blob-store.ts'
import type { Clock, Random } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { Asked, LogAnswer, LogDone } from '../../base/stream-log.ts'
import type { AskedBy, CallName, ToldBy } from '../log/calls.ts'
import type { Line } from '../log/line.ts'
import { Judge, noTopic, refused } from '../log/state/judge.ts'
import { Ledger } from '../log/state/ledger.ts'
import { type BlobLogLimits, defaultBlobLogLimits } from './limits.ts'
import { nameKey, type Places, placesOfTopic } from './names.ts'
import { decodeName, encodeName } from './objects.ts'
import { Owners } from './owners.ts'
import { inWords, PatientStore } from './store.ts'
import { Topic, type TopicParts } from './topic.ts'

export interface BlobLogParts {
  readonly store: BlobStore
  /** Of all keys: words as the store has them, without a `/` at the end. */
  readonly prefix: string
  readonly clock: Clock
  readonly random: Random
  readonly limits?: BlobLogLimits
}

type CallOf<Name extends CallName> = {
  readonly name: Name
  readonly asked: AskedBy<Name>
  readonly done: LogDone<ToldBy<Name>>
  readonly isCancelled: () => boolean
}
type Call = { [Name in CallName]: CallOf<Name> }[CallName]
type TopicCall = Exclude<
  Call,
  { readonly name: 'cluster' | 'append' | 'begin' | 'send' | 'finish' }
>

export class BlobLog implements Line {
  readonly isOneProcess = false
  readonly #parts: BlobLogParts & { readonly limits: BlobLogLimits }
  readonly #store: PatientStore
  readonly #topics = new Map<string, Topic>()
  #name: string | undefined
  #owners: Owners | undefined
  #waiting: LogDone<string>[] = []

  constructor(parts: BlobLogParts) {
    const { limits = defaultBlobLogLimits } = parts
    this.#parts = { ...parts, limits }
    this.#store = new PatientStore(this.#parts)
  }

  ask<Name extends CallName>(name: Name, asked: AskedBy<Name>, done: LogDone<ToldBy<Name>>): Asked {
    let isCancelled = false
    const tell: LogDone<ToldBy<Name>> = answer => {
      if (!isCancelled) done(answer)
    }
    const call = { name, asked, done: tell, isCancelled: () => isCancelled } as unknown as Call
    this.#named(answer => {
      if (answer.error !== undefined) tell(answer)
      else if (!isCancelled) this.#answer(call, answer.value)
    })
    const cancel = (): void => {
      isCancelled = true
      for (const topic of this.#topics.values()) topic.forgetCancelled()
    }
    return { cancel }
  }

  #answer(call: Call, name: string): void {
    switch (call.name) {
      case 'cluster':
        this.#later(() => call.done({ value: name }))
        return
      case 'append':
        this.#append(call.asked.parts, call.done)
        return
      case 'begin':
        this.#mustOwners().begin(call.asked, call.done)
        return
      case 'send':
        this.#mustOwners().send(call.asked, call.done)
        return
      case 'finish':
        this.#mustOwners().finish(call.asked, call.done)
        return
      default:
        this.#answerOfTopic(call)
    }
  }

  #answerOfTopic(call: TopicCall): void {
    const topic = this.#topic(call.asked.topic)
    if (topic === undefined) {
      this.#later(() => (call.done as LogDone<never>)(this.#noPlace(call)))
      return
    }
    switch (call.name) {
      case 'describe':
        topic.describe(call.done)
        return
      case 'create':
        topic.create(call.asked, call.done)
        return
      case 'drop':
        topic.drop(call.done)
        return
      case 'start':
        topic.start(call.asked, call.done)
        return
      case 'end':
        topic.end(call.asked, call.done)
        return
      case 'fetch':
        topic.fetch(call)
        return
      case 'forget':
        topic.forget(call.asked, call.done)
    }
  }

  /** Of a topic whose name makes no key. */
  #noPlace(call: TopicCall): LogAnswer<never> {
    if (call.name !== 'create') return noTopic(call.asked.topic)
    const { error } = new Judge(new Ledger(), this.#parts.limits).create(call.asked)
    const message = `the name ${call.asked.topic} is too long for a key of the blob store`
    return error === undefined ? refused('bad-settings', `${message}; take another`) : { error }
  }

  /** One partition after the other; of several, nothing is written before all of them can be. */
  #append(parts: AskedBy<'append'>['parts'], done: LogDone<readonly number[]>): void {
    if (parts.length < 2) {
      this.#appendAll(parts, [], done)
      return
    }
    const check = (at: number): void => {
      const part = parts[at]
      if (part === undefined) this.#appendAll(parts, [], done)
      else {
        const checked: LogDone<undefined> = answer => {
          if (answer.error !== undefined) done(answer)
          else check(at + 1)
        }
        const topic = this.#topic(part.topic)
        if (topic === undefined) this.#later(() => done(noTopic(part.topic)))
        else topic.check({ parts: [part] }, checked)
      }
    }
    check(0)
  }

  #appendAll(
    [part, ...rest]: AskedBy<'append'>['parts'],
    offsets: readonly number[],
    done: LogDone<readonly number[]>,
  ): void {
    const topic = part === undefined ? undefined : this.#topic(part.topic)
    if (part === undefined) this.#later(() => done({ value: offsets }))
    else if (topic === undefined) this.#later(() => done(noTopic(part.topic)))
    else {
      topic.append({ parts: [part] }, answer => {
        if (answer.error !== undefined) done(answer)
        else this.#appendAll(rest, [...offsets, ...answer.value], done)
      })
    }
  }

  /** undefined: it can have none of this name. */
  #topic(name: string): Topic | undefined {
    const known = this.#topics.get(name)
    const places = placesOfTopic(this.#parts.prefix, name)
    if (known === undefined && places === undefined) return undefined
    const topic = known ?? new Topic(name, { ...this.#mustBeNamed(), places: places as Places })
    // The newest is asked for last: those in front were not asked for the longest.
    this.#topics.delete(name)
    this.#topics.set(name, topic)
    if (this.#topics.size > this.#parts.limits.sequencesMax) this.#forgetOne()
    return topic
  }

  #forgetOne(): void {
    for (const [name, topic] of this.#topics) {
      if (!topic.isIdle) continue
      this.#topics.delete(name)
      return
    }
  }

  #mustOwners(): Owners {
    const { prefix } = this.#parts
    const topic = (name: string): Topic | undefined => this.#topic(name)
    this.#owners ??= new Owners({ ...this.#mustBeNamed(), prefix, topic })
    return this.#owners
  }

  #mustBeNamed(): Omit<TopicParts, 'places'> {
    const { clock, random, limits } = this.#parts
    invariant(this.#name !== undefined, 'a-blob-log-knows-its-name')
    return { store: this.#store, clock, random, limits, log: this.#name }
  }

  #later(happen: () => void): void {
    this.#parts.clock.after(0, happen)
  }

  /** Calls wait until it is known whose log this is; the first of all makes it. */
  #named(done: LogDone<string>): void {
    if (this.#name !== undefined) {
      done({ value: this.#name })
      return
    }
    this.#waiting.push(done)
    if (this.#waiting.length > 1) return
    const key = nameKey(this.#parts.prefix)
    if (isBlobKey(key)) this.#readName(key)
    else {
      const message = `no objects can have the prefix ${this.#parts.prefix}`
      const answer = refused('bad-settings', `${message}; take words of letters, joined by /`)
      this.#later(() => this.#tellName(answer))
    }
  }

  #readName(key: string): void {
    this.#store.get(key, answer => {
      if (answer.error !== undefined) this.#tellName(answer)
      else if (answer.value === undefined) this.#makeName(key)
      else this.#tellName(decodeName(key, answer.value))
    })
  }

  /** Whoever was first gave it its name. */
  #makeName(key: string): void {
    const { random } = this.#parts
    const name = Array.from({ length: 3 }, () => random.uint32().toString(36)).join('-')
    this.#store.create(key, encodeName(name), ({ error }) => {
      if (error === undefined || error.code === 'exists') this.#readName(key)
      else this.#tellName(inWords(error))
    })
  }

  #tellName(answer: LogAnswer<string>): void {
    if (answer.error === undefined) this.#name = answer.value
    for (const done of this.#waiting.splice(0)) done(answer)
  }
}
