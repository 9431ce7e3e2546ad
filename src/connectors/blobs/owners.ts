/**
 * Who may publish under a transactional id. Each id has a sequence of its own, whose ledger says in
 * which life the id is, and, as topics, which topics it was ever used in: its homes. Whoever takes
 * the id begins a new life there, and then in all its homes, which aborts what is open. Whoever
 * uses it in another topic says so first where the lives are, so that the next one knows.
 *
 * A transaction has its records in one topic: two of them could not be decided at once.
 */

import type { LogDone } from '../../base/stream-log.ts'
import type { AskedBy } from '../log/calls.ts'
import { Judge, type Judgement, noTopic, refused } from '../log/state/judge.ts'
import type { Life } from '../log/state/producers.ts'
import { placesOfId } from './names.ts'
import { Sequence } from './sequence.ts'
import type { Topic, TopicParts } from './topic.ts'

/** A life of an id in a topic. */
interface Home {
  readonly life: Life
  sequence: number
}

interface Owner {
  readonly asked: AskedBy<'begin'>
  readonly ids: Sequence
  readonly epoch: number
  readonly homes: Map<string, Home>
  /** The topic that the open transaction is in. */
  open: string | undefined
}

export interface OwnersParts extends Omit<TopicParts, 'places'> {
  readonly prefix: string
  /** undefined: it can have no topic of this name. */
  readonly topic: (name: string) => Topic | undefined
}

export class Owners {
  readonly #parts: OwnersParts
  /** Of this client, by the number that it was told; of each id the newest only. */
  readonly #owners = new Map<number, Owner>()
  readonly #newest = new Map<string, number>()
  #numbers = 0

  constructor(parts: OwnersParts) {
    this.#parts = parts
  }

  begin(asked: AskedBy<'begin'>, done: LogDone<Life>): void {
    const { prefix, clock, limits } = this.#parts
    const places = placesOfId(prefix, asked.transactionalId)
    if (places === undefined) {
      const message = 'a transactional id must be short enough for a key of the blob store'
      clock.after(0, () => done(refused('bad-settings', `${message}; take another one`)))
      return
    }
    const ids = new Sequence({ ...this.#parts, places, onChanged: () => {} })
    const judge = (): Judgement => new Judge(ids.ledger, limits).begin(asked)
    ids.write({
      judge,
      isPromise: true,
      done: answer => {
        if (answer.error !== undefined) done(answer)
        else {
          const { epoch } = answer.value.life as Life
          const owner: Owner = { asked, ids, epoch, homes: new Map(), open: undefined }
          const homes = Array.from(ids.ledger.topics(), ({ name }) => name)
          this.#enterAll(owner, homes, entered => {
            if (entered.error !== undefined) done(entered)
            else done({ value: this.#remember(owner) })
          })
        }
      },
    })
  }

  send(asked: AskedBy<'send'>, done: LogDone<readonly number[]>): void {
    const owner = this.#owners.get(asked.producer)
    if (owner === undefined) {
      this.#parts.clock.after(0, () => done(fenced(asked)))
      return
    }
    const names = [...new Set(asked.parts.map(({ topic }) => topic))]
    const all = new Set([...names, ...(owner.open === undefined ? [] : [owner.open])])
    const [name] = all
    this.#checkAll(owner, asked, names, checked => {
      if (checked.error !== undefined) done(checked)
      else if (name === undefined) done({ value: [] })
      else if (all.size > 1) done(spanning([...all]))
      else {
        this.#enter(owner, name, entered => {
          if (entered.error !== undefined) done(entered)
          else this.#send(owner, name, asked, done)
        })
      }
    })
  }

  finish(asked: AskedBy<'finish'>, done: LogDone<undefined>): void {
    const owner = this.#owners.get(asked.producer)
    const { open } = owner ?? {}
    const home = open === undefined ? undefined : owner?.homes.get(open)
    const topic = open === undefined ? undefined : this.#parts.topic(open)
    if (owner === undefined) this.#parts.clock.after(0, () => done(fenced(asked)))
    else if (home === undefined || topic === undefined) {
      this.#parts.clock.after(0, () => done({ value: undefined }))
    } else {
      owner.open = undefined
      topic.finish({ ...home.life, sequence: home.sequence, verdict: asked.verdict }, done)
    }
  }

  /** Topics that this owner has not been in, or that are too many, must be there. */
  #checkAll(
    owner: Owner,
    asked: AskedBy<'send'>,
    names: readonly string[],
    done: LogDone<undefined>,
  ): void {
    const [name, ...rest] = names
    if (name === undefined || (rest.length === 0 && owner.homes.has(name))) {
      this.#parts.clock.after(0, () => done({ value: undefined }))
      return
    }
    const topic = this.#parts.topic(name)
    if (topic === undefined) {
      this.#parts.clock.after(0, () => done(noTopic(name)))
      return
    }
    topic.check({ parts: asked.parts.filter(part => part.topic === name) }, answer => {
      if (answer.error !== undefined) done(answer)
      else this.#checkAll(owner, asked, rest, done)
    })
  }

  #send(owner: Owner, name: string, asked: AskedBy<'send'>, done: LogDone<readonly number[]>) {
    const home = owner.homes.get(name) as Home
    owner.open = name
    const sequence = ++home.sequence
    this.#parts.topic(name)?.send({ ...home.life, sequence, parts: asked.parts }, done)
  }

  /** A life in each of them; nobody took the id meanwhile. */
  #enterAll(owner: Owner, names: readonly string[], done: LogDone<undefined>): void {
    const [name, ...rest] = names
    if (name === undefined) {
      this.#stillOwns(owner, done)
      return
    }
    const topic = this.#parts.topic(name) as Topic
    topic.begin(owner.asked, answer => {
      if (answer.error !== undefined) done(answer)
      else {
        owner.homes.set(name, { life: answer.value, sequence: 0 })
        this.#enterAll(owner, rest, done)
      }
    })
  }

  #stillOwns({ ids, asked, epoch }: Owner, done: LogDone<undefined>): void {
    ids.look(answer => {
      const now = ids.ledger.producers.named(asked.transactionalId)?.epoch
      if (answer.error !== undefined) done(answer)
      else if (now === epoch) done({ value: undefined })
      else {
        const message = `another takes ${asked.transactionalId} at the same time; ask again soon`
        done(refused('busy', message))
      }
    })
  }

  /** A topic that it was not used in before becomes one of its homes first. */
  #enter(owner: Owner, name: string, done: LogDone<undefined>): void {
    if (owner.homes.has(name)) {
      done({ value: undefined })
      return
    }
    const { ids } = owner
    ids.write({
      judge: () => this.#judgeHome(owner, name),
      isPromise: true,
      done: answer => {
        if (answer.error !== undefined) done(answer)
        else {
          this.#enterAll(owner, [name], entered => {
            const isTaken = entered.error?.code === 'busy'
            done(isTaken ? fenced(owner) : entered)
          })
        }
      },
    })
  }

  #judgeHome({ ids, asked, epoch }: Owner, name: string): Judgement {
    const { ledger } = ids
    const life = ledger.producers.named(asked.transactionalId)
    if (life?.epoch !== epoch) return fenced({ epoch })
    if (ledger.topic(name) !== undefined) return { offsets: [] }
    if (ledger.partitions < this.#parts.limits.homesMax) {
      return { op: { kind: 'create', topic: name, partitions: 1, settings: {} } }
    }
    const message = `${asked.transactionalId} was used in ${ledger.partitions} topics already`
    return refused('unsupported', `${message}; take another transactional id`)
  }

  #remember(owner: Owner): Life {
    const { transactionalId } = owner.asked
    this.#owners.delete(this.#newest.get(transactionalId) ?? 0)
    const producer = ++this.#numbers
    this.#newest.set(transactionalId, producer)
    this.#owners.set(producer, owner)
    return { producer, epoch: owner.epoch }
  }
}

function fenced({ epoch }: Pick<Life, 'epoch'>): ReturnType<typeof refused> {
  return refused('fenced', `life ${epoch} of a transactional id is over; begin anew`)
}

function spanning(topics: readonly string[]): ReturnType<typeof refused> {
  const message = `a transaction of this log is in one topic, and not in ${topics.join(' and ')}`
  return refused('unsupported', `${message}; use one topic with several partitions`)
}
