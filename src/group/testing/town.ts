/**
 * Test support: a whole job on three nodes in one process: three replicas of each group, streams
 * between the nodes, and one log for the input, the journals and the outputs. What Raft does is
 * played: an order of entries for each group, and whoever is told to lead.
 */

import { ByteReader, utf8Of } from '../../base/bytes.ts'
import { Prng } from '../../base/prng.ts'
import { RelayedLog } from '../../base/relayed-log.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  LogDone,
  LogErrorCode,
  Partition,
} from '../../base/stream-log.ts'
import { rowsOf } from '../../engine/columns/records.ts'
import { readRecords } from '../../engine/columns/records-codec.ts'
import type { Plan } from '../../engine/plan/plan.ts'
import { schemasOf } from '../../engine/plan/schemas.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS } from '../../engine/stage/dead-letters.ts'
import { testCompiler } from '../../engine/testing/compiler.ts'
import { defaultJournalBounds } from '../../journal/bounds.ts'
import { Budget } from '../../journal/budget.ts'
import { ModelLog } from '../../journal/testing/model-log.ts'
import type { Claim, Output, SinkRun } from '../../journal/types.ts'
import { Serving } from '../feed/serving.ts'
import { decoder } from '../feed/testing/job.ts'
import { BOUNDS, Time } from '../feed/testing/rig.ts'
import { Wires } from '../feed/testing/wires.ts'
import { type StageRef, type Wiring, wiringOf } from '../wiring.ts'
import { GroupWork } from '../work.ts'

const NODES = 3
const SOURCE = 'in'
const COMMIT_MS = 1

export interface TownOptions {
  readonly groups?: number
  readonly partitions?: number
}

/** The log, where a record's time is the number that it says; its readers can be refused. */
class Timed extends RelayedLog {
  refusal: LogErrorCode | undefined

  override fetch(
    from: Partition,
    offset: number,
    how: FetchOptions,
    done: LogDone<Fetched>,
  ): Asked {
    return super.fetch(from, offset, how, answer => {
      const code = this.refusal
      if (code !== undefined) return done({ error: { code, message: `the source says ${code}` } })
      if (answer.error !== undefined) return done(answer)
      const records = answer.value.records.map(one => {
        const time = Number(
          Buffer.from(one.value ?? [])
            .toString()
            .split(',')[1],
        )
        return { ...one, timestampMs: Number.isNaN(time) ? 0 : time }
      })
      done({ value: { ...answer.value, records } })
    })
  }
}

/** The replicas of a group, and the order of its entries. */
class Group {
  readonly ref: StageRef
  readonly works: readonly GroupWork[]
  leader: number
  term = 0
  readonly #town: Town
  #index = 0

  constructor(ref: StageRef, town: Town, leader: number) {
    this.ref = ref
    this.#town = town
    this.leader = leader
    this.works = Array.from({ length: NODES }, (_, node) => town.work(this, node))
  }

  get work(): GroupWork {
    return this.works[this.leader] as GroupWork
  }

  /** Whatever the one before has on its way is lost. */
  lead(node: number): void {
    this.leader = node
    this.term++
    this.#apply(new Uint8Array(0), 'term')
    for (const one of this.works) one.onChanged()
  }

  leads(node: number): number {
    return this.leader === node ? this.term : 0
  }

  propose(node: number, term: number, data: Uint8Array, done: () => void): boolean {
    const { clock } = this.#town.time
    if (this.leads(node) !== term || term === 0) {
      clock.after(0, done)
      return false
    }
    clock.after(COMMIT_MS, () => {
      if (this.term === term) this.#apply(data, 'data')
      done()
    })
    return true
  }

  #apply(data: Uint8Array, kind: 'data' | 'term'): void {
    const entry = { index: ++this.#index, term: this.term, kind, data }
    for (const { machine } of this.works) machine.apply([entry], () => undefined)
  }
}

export class Town {
  readonly time = new Time()
  readonly told: string[] = []
  readonly log = new ModelLog()
  readonly wiring: Wiring
  readonly groups: readonly Group[]
  readonly #plan: Plan
  readonly #source = new Timed(this.log)
  readonly #wires: Wires
  #claim: Claim = { generation: 1, owner: 'ann' }

  constructor(plan: Plan, { groups = 2, partitions = 2 }: TownOptions = {}) {
    this.#plan = plan
    this.wiring = wiringOf({
      plan,
      schemas: schemasOf(plan, testCompiler),
      groupsOf: () => groups,
      partitionsOf: () => Array.from({ length: partitions }, (_, at) => at),
    })
    this.#wires = new Wires(this.time, NODES)
    this.groups = this.wiring.groups.map((ref, at) => new Group(ref, this, at % NODES))
    for (let node = 0; node < NODES; node++) this.#serve(node)
    for (const group of this.groups) group.lead(group.leader)
  }

  work(group: Group, node: number): GroupWork {
    const { clock } = this.time
    const { stage, index } = group.ref
    const name = `${stage}/${index}`
    return new GroupWork({
      clock,
      random: new Prng(100 * node + index),
      replica: {
        leads: () => group.leads(node),
        propose: (term, data, done) => group.propose(node, term, data, done),
        read: done => void clock.after(COMMIT_MS, () => done(group.leads(node) > 0)),
      },
      transport: this.#wires.door(node),
      ...{ wiring: this.wiring, place: group.ref, claim: this.#claim },
      self: { cluster: 'c', job: this.#plan.job },
      ...{ compiler: testCompiler, errors: this.#plan.errors },
      taking: { rowsMax: 7, bytesMax: 10_000, lingerMs: 2, eagerRows: 0, eagerBytes: 0 },
      bounds: { ...defaultJournalBounds, journalMs: 20, progressMs: 50 },
      feedBounds: BOUNDS,
      lanes: [
        {
          log: this.log,
          seat: {
            ...{ group: name, transactionalId: name, hasJournal: true },
            ...{
              sinks: this.wiring.stage(stage).sinks,
              journal: { topic: `journal ${name}`, partition: 0 },
            },
          },
          budget: new Budget(8),
        },
      ],
      render: run => this.#rendered(run),
      source: () => ({ log: this.#source, topic: SOURCE, decoder, start: () => 0 }),
      addressOf: ref => `n${this.group(ref).leader}`,
      listener: {
        onTrouble: code => void this.told.push(code),
        onTroubleOver: () => void this.told.push('over'),
        onPublished: () => undefined,
      },
    })
  }

  group({ stage, index }: StageRef): Group {
    const found = this.groups.find(({ ref }) => ref.stage === stage && ref.index === index)
    if (found === undefined) throw new Error(`no group ${stage}/${index}`)
    return found
  }

  /** Another node leads all groups, and everybody hears of it. */
  moveAll(by = 1): void {
    for (const group of this.groups) group.lead((group.leader + by) % NODES)
    for (const { ref } of this.groups) this.tellMoved(ref)
  }

  tellMoved(ref: StageRef): void {
    for (const { works } of this.groups) for (const work of works) work.onMoved(ref)
  }

  claim(claim: Claim): void {
    this.#claim = claim
    for (const { works } of this.groups) for (const work of works) work.onClaim(claim)
  }

  /** What readers of the source are told instead; undefined: what there is. */
  refuseReaders(code: LogErrorCode | undefined): void {
    this.#source.refusal = code
  }

  write(partition: number, texts: readonly string[]): void {
    this.log.write({ topic: SOURCE, partition }, texts.map(utf8Of))
  }

  pass(ms: number): void {
    for (let at = 0; at < ms; at++) {
      this.time.pass(1)
      this.log.settle()
    }
  }

  /** Until it is so. */
  until(isSo: () => boolean, msMax = 5000): boolean {
    for (let at = 0; at < msMax && !isSo(); at++) this.pass(1)
    return isSo()
  }

  /** As whoever reads what is committed sees it; rows of a sink, sorted. */
  out(sink: string): readonly string[] {
    return this.log
      .decided({ topic: sink, partition: 0 })
      .map(({ value }) => Buffer.from(value ?? []).toString())
      .sort()
  }

  #serve(node: number): void {
    const { clock } = this.time
    new Serving({
      ...{ clock, transport: this.#wires.door(node), bounds: BOUNDS },
      look: opening => {
        const way = this.wiring.way(opening.channel)
        const work = way && this.group(way.by).works[node]
        const nobody = { generation: 1, isSender: false, groups: undefined, place: undefined }
        return work === undefined ? { cluster: 'c', ...nobody } : work.look(opening)
      },
    })
  }

  #rendered({ sink, bytes }: SinkRun): readonly Output[] {
    const from = this.#plan.sinks.find(({ id }) => id === sink)?.from
    const schema = from === undefined ? DEAD_LETTER_SCHEMA : this.wiring.schemas.of(from)
    const records = readRecords(new ByteReader(bytes), schema)
    const shown = sink === DEAD_LETTERS ? 2 : schema.columns.length
    return rowsOf(records).map(({ time, values }) => {
      const value = utf8Of(`${time} ${values.slice(0, shown).join(',')}`)
      const record = { key: null, value, headers: [], timestampMs: 0 }
      return { topic: sink, partition: 0, record }
    })
  }
}
