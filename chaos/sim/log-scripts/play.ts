/**
 * Plays a script on a log, and notes what it answered beside what it owed. What a log does only in
 * a while, the landing of markers, is waited for by asking for the ends that it must lead to; so
 * all other answers are the same on every body.
 */

import { invariant } from '../../../src/base/errors.ts'
import type {
  Isolation,
  LogErrorCode,
  Partition,
  PartitionRecords,
  StreamLog,
  TransactionalProducer,
} from '../../../src/base/stream-log.ts'
import { Account } from './account.ts'
import { Asking, recordOf, type Stage } from './asking.ts'
import { type How, type Script, type Step, WHOLE } from './script.ts'

export interface Played {
  /** One line for each step, and some for what is there in the end. */
  readonly answers: readonly string[]
  /** Lines that are not what the log owed, with what it did owe. */
  readonly faults: readonly string[]
}

const TIMEOUT_MS = 600_000
const RECORD_BYTES_MAX = 20_000
const SETTINGS = { 'retention.ms': '-1', 'max.message.bytes': `${RECORD_BYTES_MAX}` }
const ISOLATIONS = ['committed', 'uncommitted'] as const

/** `answers` of other bodies that played the same script must be equal. */
export async function play(script: Script, stage: Stage): Promise<Played> {
  const player = new Player(script, stage)
  await player.open()
  for (const step of script.steps) {
    // What is behind a fault may follow from it.
    if (player.faults.length > 0) return player
    await player.step(step)
  }
  await player.close()
  return player
}

type OfKind<Kind extends Step['do']> = Extract<Step, { readonly do: Kind }>

/** What was done, what was said to it, and what was owed. */
type Line = readonly [string, string, string]

interface Zombie {
  readonly producer: TransactionalProducer
  /** It has something to end, as far as it knows. */
  readonly isOpen: boolean
}

class Player implements Played {
  readonly answers: string[] = []
  readonly faults: string[] = []
  readonly #stage: Stage
  readonly #asking: Asking
  readonly #account: Account
  readonly #topic: string
  readonly #nowhere: string
  readonly #ids: string[] = []
  readonly #live: (TransactionalProducer | undefined)[] = []
  readonly #zombies: (Zombie | undefined)[] = []
  #log: StreamLog
  #texts = 0
  /** Whose markers may not have landed yet. */
  #unsettled: number | undefined

  constructor(script: Script, stage: Stage) {
    this.#stage = stage
    this.#asking = new Asking(stage)
    this.#account = new Account(script.partitions)
    this.#topic = stage.name()
    this.#nowhere = stage.name()
    this.#log = stage.client()
  }

  async open(): Promise<void> {
    const partitions = this.#account.partitions
    const wanted = { topic: this.#topic, partitions, replication: 3, settings: SETTINGS }
    const code = await this.#asking.code<void>(done => this.#log.create(wanted, done))
    const isOwn = code === 'topic-exists' && this.#stage.mayCreateTwice === true
    this.#note('open', isOwn ? 'ok' : code, 'ok')
  }

  async step(step: Step): Promise<void> {
    const isOwn = 'who' in step && step.who === this.#unsettled
    // Under a move, above all: a marker that another sends again takes one more offset, or not.
    const mayOverlap = isOwn && !step.do.startsWith('zombie') && step.do !== 'move'
    if (!mayOverlap) await this.#settle()
    switch (step.do) {
      case 'append':
        return this.#append(step)
      case 'begin':
        return this.#begin(step.who)
      case 'send':
        return this.#send(step)
      case 'send-too-large':
      case 'send-nowhere':
        return this.#sendBadly(step)
      case 'end':
        return this.#end(step.who, step.how)
      case 'leave':
        return this.#leave(step.who)
      case 'zombie-send':
      case 'zombie-end':
        return this.#haunt(step)
      case 'read':
        return this.#read(step)
      case 'ends':
        return this.#ends('ends')
      case 'delete':
        return this.#delete(step)
      case 'beyond':
        return this.#beyond(step)
      case 'move':
        return this.#move(step.who)
    }
  }

  /** Everything that readers see in the end, of every partition. */
  async close(): Promise<void> {
    await this.#settle()
    await this.#ends('closing ends')
    const all = Array.from({ length: this.#account.partitions }, (_, from) => from)
    for (const isolation of ISOLATIONS) {
      const how = { share: 0, isolation, maxBytes: 1_000_000 }
      const lines = await Promise.all(all.map(from => this.#seen({ do: 'read', from, ...how })))
      for (const line of lines) this.#note(...line)
    }
  }

  #at(partition: number): Partition {
    return { topic: this.#topic, partition }
  }

  /** Records with texts that are never used again. */
  #parts(to: readonly number[], count: number): readonly PartitionRecords[] {
    return to.map(at => {
      const salts = Array.from({ length: count }, () => this.#texts++)
      return { ...this.#at(at), records: salts.map(salt => recordOf(`t${salt}`, salt)) }
    })
  }

  #note(what: string, said: string, owed: string): void {
    const line = `${what}: ${said}`
    this.answers.push(line)
    if (said !== owed) this.faults.push(`step ${this.answers.length - 1}, ${line}; owed: ${owed}`)
  }

  async #append({ to, count }: OfKind<'append'>): Promise<void> {
    const parts = this.#parts(to, count)
    const owed = parts.map(part => this.#account.append(part.partition, textsOf(part)))
    const told = await this.#asking.told<readonly number[]>(done => this.#log.append(parts, done))
    this.#note(`append to ${to}`, String(told), String(owed))
  }

  /** When it has begun, all is decided: nothing is waited for. */
  async #begin(who: number): Promise<void> {
    const producer = this.#log.producer({ transactionalId: this.#id(who), timeoutMs: TIMEOUT_MS })
    const code = await this.#begun(producer)
    const before = this.#live[who]
    this.#zombies[who] = before && { producer: before, isOpen: this.#account.isOpen(who) }
    this.#live[who] = producer
    this.#account.end(who, 'abort')
    this.#unsettled = undefined
    this.#note(`begin ${who}`, code, 'ok')
    await this.#ends(`ends after begin ${who}`)
  }

  async #begun(producer: TransactionalProducer): Promise<LogErrorCode | 'ok'> {
    let code: LogErrorCode | 'ok' = 'busy'
    await this.#asking.eventually(async () => {
      code = await this.#asking.code<void>(done => producer.init(done))
      return code !== 'busy' && code !== 'unavailable'
    })
    return code
  }

  async #send({ who, to, count }: OfKind<'send'>): Promise<void> {
    const producer = this.#live[who]
    if (producer === undefined) return this.#note(`send ${who}`, 'nobody', 'nobody')
    const parts = this.#parts(to, count)
    if (this.#unsettled === who) {
      // The markers of the transaction before have landed when this one is answered.
      this.#unsettled = undefined
    }
    const owed = parts.map(part => this.#account.send(who, part.partition, textsOf(part)))
    const told = await this.#asking.told<readonly number[]>(done => producer.send(parts, done))
    this.#note(`send ${who} to ${to}`, String(told), String(owed))
    if (typeof told === 'string') this.#live[who] = undefined
  }

  async #sendBadly(step: OfKind<'send-too-large' | 'send-nowhere'>): Promise<void> {
    const { who, to } = step
    const isLarge = step.do === 'send-too-large'
    const producer = this.#live[who]
    // A body may look at sizes before the log hears of the partition, or after.
    const isFit = !isLarge || this.#account.hasTouched(who, to)
    if (producer === undefined || !isFit) return this.#note(`${step.do} ${who}`, 'nobody', 'nobody')
    await this.#settle()
    const [good] = this.#parts([to], 1)
    invariant(good !== undefined, 'one-part-for-one-partition')
    const large = { ...recordOf('', 0), value: new Uint8Array(2 * RECORD_BYTES_MAX) }
    const bad = isLarge ? { ...good, records: [large] } : { ...good, topic: this.#nowhere }
    const parts = isLarge ? [bad] : [good, bad]
    const code = await this.#asking.code<unknown>(done => producer.send(parts, done))
    this.#note(`${step.do} ${who}`, code, isLarge ? 'record-too-large' : 'no-such-topic')
    this.#live[who] = undefined
  }

  async #end(who: number, how: How): Promise<void> {
    const producer = this.#live[who]
    if (producer === undefined) return this.#note(`${how} ${who}`, 'nobody', 'nobody')
    if (this.#account.isOpen(who)) this.#unsettled = who
    this.#account.end(who, how)
    const code = await this.#asking.code<void>(done => producer.end(how, done))
    this.#note(`${how} ${who}`, code, 'ok')
    if (code !== 'ok') this.#live[who] = undefined
  }

  #leave(who: number): void {
    this.#live[who]?.close()
    this.#live[who] = undefined
    this.#note(`leave ${who}`, 'ok', 'ok')
  }

  async #haunt(step: OfKind<'zombie-send' | 'zombie-end'>): Promise<void> {
    const zombie = this.#zombies[step.who]
    const what = `${step.do} ${step.who}`
    const isAble = step.do === 'zombie-send' || zombie?.isOpen === true
    if (zombie === undefined || !isAble) return this.#note(what, 'nobody', 'nobody')
    this.#zombies[step.who] = undefined
    const { producer } = zombie
    const code =
      step.do === 'zombie-end'
        ? await this.#asking.code<void>(done => producer.end(step.how, done))
        : await this.#asking.code<unknown>(done => producer.send(this.#parts(step.to, 1), done))
    this.#note(what, code, 'fenced')
  }

  async #read(step: OfKind<'read'>): Promise<void> {
    this.#note(...(await this.#seen(step)))
  }

  /** What was asked, said and owed. */
  async #seen({ from, share, isolation, maxBytes }: OfKind<'read'>): Promise<Line> {
    const start = this.#account.start(from)
    const end = this.#account.endOf(from, isolation)
    const offset = start + Math.floor(((Math.max(start, end) - start) * share) / WHOLE)
    const at = { ...this.#at(from), offset }
    const said = await this.#asking.read(this.#log, at, { isolation, maxBytes })
    const owed = this.#account.seen(from, isolation, offset)
    return [`read ${isolation} ${from} from ${offset}`, said, owed]
  }

  /** Asked for all at once, as all that changes nothing: on real brokers each takes its time. */
  async #ends(what: string): Promise<void> {
    const all = Array.from({ length: this.#account.partitions }, (_, at) => at)
    const said = await Promise.all(all.map(at => this.#endsOf(this.#at(at))))
    const owed = all.map(at => {
      const ends = ISOLATIONS.map(isolation => this.#account.endOf(at, isolation))
      return [this.#account.start(at), ...ends].join('-')
    })
    this.#note(what, said.join(' '), owed.join(' '))
  }

  async #endsOf(of: Partition): Promise<string> {
    const start = this.#asking.surely<number>(done => this.#log.start(of, done))
    const ends = ISOLATIONS.map(isolation => this.#asking.end(this.#log, of, isolation))
    return (await Promise.all([start, ...ends])).join('-')
  }

  /** What is not decided yet is left alone. */
  async #delete({ from, share }: OfKind<'delete'>): Promise<void> {
    const start = this.#account.start(from)
    const stable = Math.max(start, this.#account.endOf(from, 'committed'))
    const before = start + Math.floor(((stable - start) * share) / WHOLE)
    const of = this.#at(from)
    const code = await this.#asking.code<void>(done => this.#log.deleteRecords(of, before, done))
    this.#account.deleteBefore(from, before)
    this.#note(`delete ${from} before ${before}`, code, 'ok')
  }

  async #beyond({ from, by }: OfKind<'beyond'>): Promise<void> {
    const of = this.#at(from)
    const offset = this.#account.endOf(from, 'uncommitted') + by
    const how = { isolation: 'uncommitted', maxBytes: 100, waitMs: 0 } as const
    const codes = [
      await this.#asking.code<void>(done => this.#log.deleteRecords(of, offset, done)),
      await this.#asking.code(done => void this.#log.fetch(of, offset, how, done)),
    ]
    const owed = ['offset-out-of-range', 'offset-out-of-range']
    this.#note(`beyond ${from} at ${offset}`, String(codes), String(owed))
  }

  async #move(who: number): Promise<void> {
    const move = this.#stage.moveCoordinator
    invariant(move !== undefined, 'a-stage-that-can-move')
    const id = this.#id(who)
    await move.call(this.#stage, id)
    this.#log = this.#stage.client()
    this.#note(`move ${who}`, 'ok', 'ok')
    for (const one of this.#ids.keys()) {
      await this.#begin(one)
      await this.#outlive(one)
    }
  }

  /**
   * Whoever was there before the move goes on: whether it hears that it is fenced or that nobody
   * answers is chance, and that nothing comes of it is not.
   */
  async #outlive(who: number): Promise<void> {
    const zombie = this.#zombies[who]
    this.#zombies[who] = undefined
    if (zombie === undefined) return
    const { producer, isOpen } = zombie
    const code = isOpen
      ? await this.#asking.code<void>(done => producer.end('commit', done))
      : await this.#asking.code<unknown>(done => producer.send(this.#parts([0], 1), done))
    const isRefused = code === 'fenced' || code === 'unavailable'
    this.#note(`outlived ${who}`, isRefused ? 'refused' : code, 'refused')
  }

  /** Until all ends are where the markers of whoever ended last must have brought them. */
  async #settle(): Promise<void> {
    if (this.#unsettled === undefined) return
    this.#unsettled = undefined
    const all = Array.from({ length: this.#account.partitions }, (_, at) => at)
    await Promise.all(
      all.map(async at => {
        for (const isolation of ISOLATIONS) {
          const owed = this.#account.endOf(at, isolation)
          const end = await this.#reached(this.#at(at), isolation, owed)
          if (end !== owed) this.#note(`settle ${at} ${isolation}`, `${end}`, `${owed}`)
        }
      }),
    )
  }

  /** The end, once it is there or beyond, or when it will never be. */
  async #reached(
    of: Partition,
    isolation: Isolation,
    owed: number,
  ): Promise<number | LogErrorCode> {
    const ends: (number | LogErrorCode)[] = []
    await this.#asking.eventually(async () => {
      ends[0] = await this.#asking.end(this.#log, of, isolation)
      return typeof ends[0] === 'string' || ends[0] >= owed
    })
    return ends[0] ?? 'unavailable'
  }

  #id(who: number): string {
    while (this.#ids.length <= who) this.#ids.push(this.#stage.name())
    return this.#ids[who] as string
  }
}

const decoder = new TextDecoder()

function textsOf({ records }: PartitionRecords): readonly string[] {
  return records.map(({ value }) => decoder.decode(value ?? undefined))
}
