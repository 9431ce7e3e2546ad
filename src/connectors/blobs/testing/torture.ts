/**
 * Several clients of one log over a store that loses calls and answers and carries some out late:
 * what they asked for, what they were told, and whether that is what everybody finds. Clients die,
 * others take their ids; images and removals come every few entries.
 */

import { utf8Of } from '../../../base/bytes.ts'
import { invariant } from '../../../base/errors.ts'
import { Prng } from '../../../base/prng.ts'
import type {
  Fetched,
  Isolation,
  LogAnswer,
  LogDone,
  Partition,
  StreamLog,
  TransactionalProducer,
} from '../../../base/stream-log.ts'
import { defaultBlobLogLimits } from '../limits.ts'
import { SimRig } from './sim-rig.ts'

const CLIENTS = 3
const IDS = 2
const RUN_MS = 60_000
/** Longer than a client that waits is without news. */
const WAIT_MS = 12_000
const HEAL_MS = 400_000
/** A transaction that is left open for longer is ended by whoever looks. */
const TIMEOUT_MS = 20_000
/** One topic has two partitions, the other has one. */
const PLACES: readonly Partition[] = [
  { topic: 't', partition: 0 },
  { topic: 't', partition: 1 },
  { topic: 'u', partition: 0 },
]
const limits = {
  ...defaultBlobLogLimits,
  imageEvery: 3,
  trustMs: Number.POSITIVE_INFINITY,
  listMax: 8,
  triesMax: 3,
  retryMs: 300,
  pollMs: 8000,
  cacheBytes: 100,
}

interface Text {
  readonly text: string
  readonly at: number
  /** As its writer was told. */
  offset: number | undefined
}

interface Group {
  readonly texts: readonly Text[]
  /** What its writer was told last of it, or asked for without an answer. */
  state: 'asked' | 'there' | 'absent' | 'open' | 'commit-asked' | 'committed' | 'aborted'
}

interface Session {
  readonly id: number
  readonly producer: TransactionalProducer
  readonly beganMs: number
  ownedMs: number
  group: Group | undefined
  isAsking: boolean
}

interface Client {
  log: StreamLog
  isDead: boolean
  readonly sessions: (Session | undefined)[]
}

const decoder = new TextDecoder()
const ALL = { maxBytes: 400, waitMs: 0 }

export class Torture {
  readonly rig: SimRig
  readonly #prng: Prng
  readonly #groups: Group[] = []
  readonly #sessions: Session[] = []
  readonly #clients: Client[] = []
  /** What anybody saw as decided, by place and offset. */
  readonly #seen = PLACES.map(() => new Map<number, string>())
  readonly #deleted = PLACES.map(() => 0)
  /** Behind what was acknowledged. */
  readonly #ends = PLACES.map(() => 0)
  #texts = 0

  constructor(seed: number) {
    this.#prng = new Prng(seed)
    this.rig = new SimRig(seed, limits)
    for (const [topic, partitions] of [
      ['t', 2],
      ['u', 1],
    ] as const) {
      const wanted = { topic, partitions, replication: 1, settings: { 'retention.ms': '-1' } }
      this.#value<void>(done => this.rig.client().create(wanted, done))
    }
    for (let i = 0; i < CLIENTS; i++) this.#clients.push(this.#newClient())
  }

  get promised(): number {
    return this.#groups.filter(({ state }) => state === 'there' || state === 'committed').length
  }

  /** Throws when anything is not as it was told. */
  run(): void {
    const { queue, blobs } = this.rig
    const chance = () => this.#prng.below(4) * 0.03
    const fates = { 'lost-call': chance(), 'lost-answer': chance(), 'late-call': chance() }
    // Late by about as long as one waits, or long after everybody has gone on.
    const late = this.#prng.pick([
      { answerMs: 60, lateMsMax: 300 },
      { answerMs: 1000, lateMsMax: 40_000 },
    ])
    blobs.profile = { ...blobs.profile, fates, ...late }
    const act = (): void => {
      if (queue.nowMs > RUN_MS) return
      this.#act()
      queue.after(1000 * this.#prng.between(1, 400), { fire: act })
    }
    act()
    queue.runUntil(1000 * (RUN_MS + HEAL_MS))
    const none = { 'lost-call': 0, 'lost-answer': 0, 'late-call': 0 }
    blobs.profile = { ...blobs.profile, fates: none }
    this.#judge()
  }

  #act(): void {
    const client = this.#prng.pick(this.#clients)
    const id = this.#prng.below(IDS)
    const session = client.sessions[id]
    const dice = this.#prng.below(100)
    if (dice < 2) this.#die(client)
    else if (dice < 20) this.#append(client)
    else if (dice < 26) this.#forget(client)
    else if (dice < 40) this.#look(client)
    else if (session === undefined || dice < 45) this.#begin(client, id)
    else if (session.isAsking) return
    else if (session.group === undefined || dice < 65) this.#send(client, session)
    else this.#end(client, session, session.group)
  }

  #die(client: Client): void {
    client.isDead = true
    this.#clients[this.#clients.indexOf(client)] = this.#newClient()
  }

  #newClient(): Client {
    const client: Client = { log: undefined as never, isDead: false, sessions: [] }
    client.log = this.rig.client(happen => {
      if (!client.isDead) happen()
    })
    return client
  }

  #append({ log }: Client): void {
    const group = this.#group([this.#prng.below(PLACES.length)], 'asked')
    log.append(partsOf(group), answer => {
      if (answer.error === undefined) {
        this.#place(group, answer.value)
        group.state = 'there'
        this.#acknowledge(group)
      } else if (answer.error.code !== 'unavailable') group.state = 'absent'
    })
  }

  /** Only what is decided. */
  #forget({ log }: Client): void {
    const at = this.#prng.below(PLACES.length)
    const of = PLACES[at] as Partition
    log.end(of, 'committed', answer => {
      if (answer.error !== undefined) return
      const before = Math.max(0, answer.value - this.#prng.below(8))
      this.#deleted[at] = Math.max(this.#deleted[at] ?? 0, before)
      log.deleteRecords(of, before, () => {})
    })
  }

  #look({ log }: Client): void {
    const at = this.#prng.below(PLACES.length)
    const of = PLACES[at] as Partition
    const least = this.#ends[at] ?? 0
    log.end(of, 'uncommitted', answer => {
      if (answer.error !== undefined) return
      this.#await(log, at, answer.value)
      invariant(answer.value >= least, 'the end is behind what was acknowledged')
    })
    log.start(of, answer => {
      if (answer.error !== undefined) return
      log.fetch(of, answer.value, { ...ALL, isolation: 'committed' }, fetched => {
        if (fetched.error === undefined) this.#note(at, fetched.value)
      })
    })
  }

  /** What comes next, whoever writes it. */
  #await(log: StreamLog, at: number, end: number): void {
    const how = { isolation: 'committed', maxBytes: 400, waitMs: WAIT_MS } as const
    log.fetch(PLACES[at] as Partition, end, how, fetched => {
      if (fetched.error === undefined) this.#note(at, fetched.value)
    })
  }

  #note(at: number, { records }: Fetched): void {
    for (const { offset, value } of records) {
      const text = decoder.decode(value ?? undefined)
      const known = this.#seen[at]?.get(offset) ?? text
      invariant(known === text, 'all see the same at an offset', `${known} and ${text}`)
      this.#seen[at]?.set(offset, text)
    }
  }

  #begin(client: Client, id: number): void {
    const { nowMs } = this.rig.queue
    const options = { transactionalId: `id ${id}`, timeoutMs: TIMEOUT_MS }
    const producer = client.log.producer(options)
    const session: Session = {
      id,
      producer,
      beganMs: nowMs,
      ownedMs: Number.POSITIVE_INFINITY,
      group: undefined,
      isAsking: true,
    }
    client.sessions[id]?.producer.close()
    client.sessions[id] = session
    producer.init(answer => {
      session.isAsking = false
      if (answer.error === undefined) {
        session.ownedMs = this.rig.queue.nowMs
        this.#sessions.push(session)
      } else client.sessions[id] = undefined
    })
  }

  #send(client: Client, session: Session): void {
    const isNew = session.group === undefined
    const inOneTopic = this.#prng.chance(0.5) ? [2] : this.#prng.pick([[0], [1], [0, 1]])
    const topic = (at: number) => PLACES[at]?.topic
    const [first] = session.group?.texts ?? []
    const isSame = first === undefined || topic(first.at) === topic(inOneTopic[0] ?? 0)
    const added = this.#textsAt(isSame ? inOneTopic : [first.at])
    const group: Group = isNew ? { texts: [], state: 'open' } : (session.group as Group)
    const whole = group.texts as Text[]
    whole.push(...added)
    if (isNew) this.#groups.push(group)
    session.group = group
    session.isAsking = true
    session.producer.send(partsOf({ texts: added, state: 'open' }), answer => {
      session.isAsking = false
      if (answer.error === undefined) this.#place({ texts: added, state: 'open' }, answer.value)
      else client.sessions[session.id] = undefined
    })
  }

  #end(client: Client, session: Session, group: Group): void {
    const how = this.#prng.chance(0.7) ? 'commit' : 'abort'
    const askedMs = this.rig.queue.nowMs
    group.state = how === 'commit' ? 'commit-asked' : 'aborted'
    session.group = undefined
    session.isAsking = true
    session.producer.end(how, answer => {
      session.isAsking = false
      if (answer.error === undefined) {
        this.#mustOwn(session, askedMs)
        if (how === 'commit') {
          group.state = 'committed'
          this.#acknowledge(group)
        }
      } else {
        if (answer.error.code === 'fenced') group.state = 'aborted'
        client.sessions[session.id] = undefined
      }
    })
  }

  /** Nobody who began later was told before this was asked that he has the id. */
  #mustOwn(session: Session, askedMs: number): void {
    const next = this.#sessions.find(other => {
      const isLater = other.id === session.id && other.beganMs > session.ownedMs
      return isLater && other.ownedMs < askedMs
    })
    invariant(next === undefined, 'a life that is over ends nothing')
  }

  #acknowledge({ texts }: Group): void {
    for (const { at, offset = 0 } of texts) {
      this.#ends[at] = Math.max(this.#ends[at] ?? 0, offset + 1)
    }
  }

  #judge(): void {
    const log = this.rig.client()
    for (let id = 0; id < IDS; id++) {
      const producer = log.producer({ transactionalId: `id ${id}`, timeoutMs: TIMEOUT_MS })
      this.#value<void>(done => producer.init(done))
    }
    const logs = [log, ...this.#clients.map(one => one.log)]
    for (const [at, of] of PLACES.entries()) {
      const [first, ...others] = logs.map(one => this.#read(one, of, 'committed'))
      for (const other of others) {
        invariant(String([...other]) === String([...(first ?? [])]), 'all clients see the same')
      }
      this.#judgePlace(at, first ?? new Map())
    }
  }

  #judgePlace(at: number, found: ReadonlyMap<number, string>): void {
    const deleted = this.#deleted[at] ?? 0
    const texts = [...found.values()]
    invariant(new Set(texts).size === texts.length, 'nothing is seen twice')
    for (const [offset, text] of this.#seen[at] ?? []) {
      const isThere = offset < deleted || found.get(offset) === text
      invariant(isThere, 'what was seen stays', text)
    }
    const known = new Set(this.#groups.flatMap(group => group.texts.map(({ text }) => text)))
    for (const text of texts) invariant(known.has(text), 'nobody sees what nobody sent', text)
    for (const group of this.#groups) this.#judgeGroup(group, at, found)
  }

  #judgeGroup({ texts, state }: Group, at: number, found: ReadonlyMap<number, string>): void {
    const all = new Set(found.values())
    const own = texts.filter(one => one.at === at)
    const seen = own.filter(({ text }) => all.has(text))
    const deleted = this.#deleted[at] ?? 0
    if (state === 'there' || state === 'committed') {
      for (const { text, offset = 0 } of own) {
        const isThere = found.get(offset) === text || offset < deleted
        invariant(isThere, 'what was acknowledged is there', `${text} at ${offset}`)
      }
    } else if (state === 'absent' || state === 'aborted' || state === 'open') {
      invariant(seen.length === 0, 'what was refused or aborted is not there', seen[0]?.text)
    } else if (deleted === 0) {
      invariant(seen.length === 0 || seen.length === own.length, 'it is there whole or not at all')
    }
  }

  #read(log: StreamLog, from: Partition, isolation: Isolation): Map<number, string> {
    const found = new Map<number, string>()
    const end = this.#value<number>(done => log.end(from, isolation, done))
    for (let at = this.#value<number>(done => log.start(from, done)); at < end; ) {
      const how = { ...ALL, isolation }
      const here = at
      const fetched = this.#value<Fetched>(done => void log.fetch(from, here, how, done))
      invariant(fetched.position > at, 'a reader goes on')
      for (const { offset, value } of fetched.records) {
        found.set(offset, decoder.decode(value ?? undefined))
      }
      at = fetched.position
    }
    return found
  }

  #value<T>(ask: (done: LogDone<T>) => void): T {
    let answer: LogAnswer<T> | undefined
    ask(told => {
      answer = told
    })
    this.rig.until(() => answer !== undefined)
    const told = answer as LogAnswer<T> | undefined
    if (told === undefined || told.error !== undefined) throw new Error(told?.error?.message)
    return told.value
  }

  #group(at: readonly number[], state: Group['state']): Group {
    const group: Group = { texts: this.#textsAt(at), state }
    this.#groups.push(group)
    return group
  }

  #textsAt(places: readonly number[]): readonly Text[] {
    return places.flatMap(at =>
      Array.from({ length: this.#prng.between(1, 3) }, () => {
        const text = `${this.#texts++}${'.'.repeat(this.#prng.below(60))}`
        return { text, at, offset: undefined }
      }),
    )
  }

  #place({ texts }: Group, offsets: readonly number[]): void {
    for (const [i, at] of [...new Set(texts.map(one => one.at))].entries()) {
      let offset = offsets[i] ?? 0
      for (const one of texts) if (one.at === at) one.offset = offset++
    }
  }
}

function partsOf({ texts }: Group) {
  return [...new Set(texts.map(({ at }) => at))].map(at => ({
    ...(PLACES[at] as Partition),
    records: texts
      .filter(one => one.at === at)
      .map(({ text }) => ({ key: null, value: utf8Of(text), headers: [], timestampMs: 1 })),
  }))
}
