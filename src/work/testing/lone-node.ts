/**
 * Test support: a node that is a cluster by itself. Its log is a list in memory, where all that is
 * proposed is committed at once; `meta` is the real machine's state; logs and streams are real.
 */

import { invariant } from '../../base/errors.ts'
import { type GroupId, nodeId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import { realClock } from '../../io/clock.ts'
import { addressOf, mustOpen } from '../../io/grpc/testing/rig.ts'
import type { GrpcTransport } from '../../io/grpc/transport.ts'
import { SystemRandom } from '../../io/random.ts'
import { apply } from '../../meta/apply.ts'
import { type MetaCommand, metaRefusals } from '../../meta/command.ts'
import { emptyMeta, type JobWish, type MetaState } from '../../meta/state.ts'
import type { JobBodies, JobBody, MetaAnswer } from '../../node/jobs/body.ts'
import type { Entry } from '../../raft/types.ts'
import { makeWorks } from '../works.ts'
import type { MemoryLog } from './memory-log.ts'

const NODE = nodeId('n1')
const NOTHING = new Uint8Array(0)

/** The log of a group: it outlives whoever works by it. */
class GroupLog {
  readonly entries: Entry[] = []
  term = 0

  put(kind: Entry['kind'], data: Uint8Array): Entry {
    const entry = { index: this.entries.length + 1, term: this.term, kind, data }
    this.entries.push(entry)
    return entry
  }
}

export class LoneNode {
  readonly told: string[] = []
  readonly #memory: MemoryLog
  readonly #logs = new Map<GroupId, GroupLog>()
  readonly #bodies = new Map<GroupId, JobBody>()
  state: MetaState = emptyMeta
  #transport: GrpcTransport | undefined
  #works: JobBodies | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(memory: MemoryLog) {
    this.#memory = memory
  }

  get works(): JobBodies {
    invariant(this.#works !== undefined, 'the node runs')
    return this.#works
  }

  get bodies(): readonly JobBody[] {
    return [...this.#bodies.values()]
  }

  async start(): Promise<void> {
    const transport = await mustOpen()
    this.#transport = transport
    const logger: Logger = {
      log: (level, message, facts = {}) => {
        this.told.push(`${level} ${message} ${JSON.stringify(facts)}`)
      },
    }
    const own = { log: this.#memory.log, close: () => {} }
    this.#works = makeWorks(
      {
        ...{ clock: realClock, random: new SystemRandom(), logger, node: NODE, cluster: 'c' },
        exchange: transport.exchange,
        address: addressOf(transport),
        addressOf: () => addressOf(transport),
        propose: (command, done) => void setImmediate(() => done(this.say(command))),
      },
      { open: () => own },
    )
    this.#look()
  }

  /** Nothing is put away: as if it were killed. */
  kill(): void {
    clearTimeout(this.#timer)
    this.works.close()
    this.#bodies.clear()
    this.#transport?.destroy()
  }

  async submit(text: string): Promise<void> {
    const file = { name: 'job.yaml', bytes: new TextEncoder().encode(text) }
    const answer = await new Promise<Parameters<Parameters<JobBodies['prepare']>[2]>[0]>(resolve =>
      this.works.prepare(file, 1, resolve),
    )
    if ('refused' in answer) throw new Error(answer.refused.message)
    this.#mustSay({ kind: 'submit', job: answer.job })
  }

  wish(job: string, wish: JobWish): void {
    this.#mustSay({ kind: 'wish', job, wish })
  }

  say(command: MetaCommand): MetaAnswer {
    const { state, outcome } = apply(this.state, command)
    this.state = state
    if (outcome === 'done') return { done: true }
    return { refused: { code: outcome, message: metaRefusals[outcome] } }
  }

  #mustSay(command: MetaCommand): void {
    const answer = this.say(command)
    invariant('done' in answer, 'meta takes it', JSON.stringify(answer))
  }

  #look(): void {
    const { groups, jobs } = this.state
    for (const group of groups) {
      const job = jobs.find(({ name }) => name === group.job)
      if (job === undefined || this.#bodies.has(group.id)) continue
      const body = this.works.make({ job, group })
      this.#bodies.set(group.id, body)
      this.#lead(group.id, body)
    }
    const known = new Set(groups.map(({ id }) => id))
    for (const [id, body] of this.#bodies) {
      if (known.has(id)) continue
      body.close()
      this.#bodies.delete(id)
    }
    this.works.onMeta(this.state, true)
    this.#timer = setTimeout(() => this.#look(), 20)
  }

  /** All that was ever committed is applied, and a term opened. */
  #lead(id: GroupId, body: JobBody): void {
    const log = this.#logs.get(id) ?? new GroupLog()
    this.#logs.set(id, log)
    log.term++
    log.put('term', NOTHING)
    const isAlive = () => this.#bodies.get(id) === body
    body.machine.apply(log.entries, () => {})
    body.take({
      leads: () => (isAlive() ? log.term : 0),
      propose: (term, data, done) => {
        const isTaken = isAlive() && term === log.term
        setImmediate(() => {
          if (!isAlive()) return
          if (isTaken) body.machine.apply([log.put('data', data)], () => {})
          done()
        })
        return isTaken
      },
      read: done => void setImmediate(() => done(isAlive())),
    })
  }
}
