/**
 * Jobs at work on a node: a body for each replica of a group, the streams that others open to them,
 * claims where `meta` is led, and what a submit asks of the logs. What a job means is read from its
 * text, once, by whoever needs it first.
 */

import { invariant, WeirError } from '../base/errors.ts'
import type { GroupId } from '../base/ids.ts'
import type { LogFacts } from '../base/log.ts'
import type { Opening } from '../engine/exchange/talk.ts'
import { type Look, Serving } from '../group/feed/serving.ts'
import type { ReplicaDoor } from '../group/job-group.ts'
import type { SourceDoor } from '../group/senders.ts'
import type { TakeoverTimes } from '../group/takeover-clock.ts'
import { Trunks } from '../group/trunks/trunks.ts'
import type { StageRef } from '../group/wiring.ts'
import { GroupWork } from '../group/work.ts'
import type { Environment } from '../job/document/variables.ts'
import { defaultJournalBounds } from '../journal/bounds.ts'
import type { LaneParts } from '../journal/driver.ts'
import type { Output, SinkRun } from '../journal/types.ts'
import type { MetaGroup, MetaJob, MetaState } from '../meta/state.ts'
import type { JobBodies, JobFile, JobWorld, Prepared, Trouble } from '../node/jobs/body.ts'
import { blueprintOf } from './blueprint.ts'
import { Body } from './body.ts'
import { Claims } from './claims.ts'
import { type Connection, connectionId } from './connection.ts'
import { seatOf, topicsWanted } from './lanes.ts'
import { type Layout, layoutOf } from './layout.ts'
import { type LogInUse, Logs, type OpenLogs } from './logs.ts'
import { groupName } from './names.ts'
import { prepare } from './prepare.ts'
import { Renderer } from './rendering.ts'
import { textIn } from './text.ts'

export interface WorksOptions {
  /** For `${NAME}` in job files that are submitted here. */
  readonly environment?: Environment
  readonly open: OpenLogs
}

export function makeWorks(world: JobWorld, options: WorksOptions): JobBodies {
  return new Works(world, options)
}

/** Until one is whole: nothing is begun by it. */
const NOBODYS = { generation: 0, owner: '' } as const

class Works implements JobBodies {
  readonly #world: JobWorld
  readonly #environment: Environment
  readonly #logs: Logs
  readonly #claims: Claims
  readonly #streams: Trunks
  readonly #serving: Serving
  readonly #bodies = new Set<Body>()
  /** By name; a job that was deleted and submitted anew is another. */
  readonly #layouts = new Map<string, { readonly text: string; readonly layout: Layout }>()
  #state: MetaState | undefined
  /** By group, as they were last told. */
  readonly #addresses = new Map<GroupId, string | undefined>()

  constructor(world: JobWorld, { environment = {}, open }: WorksOptions) {
    const { clock, random, logger } = world
    this.#world = world
    this.#environment = environment
    this.#logs = new Logs(open)
    this.#claims = new Claims({
      ...{ clock, random, logger, logs: this.#logs },
      layoutOf: job => this.#layoutOf(job),
      propose: (command, done) => world.propose(command, done),
    })
    this.#streams = new Trunks({ clock, carrier: world.exchange, self: world.address })
    this.#serving = new Serving({
      ...{ clock, transport: this.#streams, look: opening => this.#look(opening) },
    })
  }

  make({ job, group }: { readonly job: MetaJob; readonly group: MetaGroup }): Body {
    const layout = this.#layoutOf(job)
    const place = { stage: group.stage, index: group.index }
    const used = new Map<string, LogInUse>()
    const giveBack = () => {
      for (const log of used.values()) log.giveBack()
    }
    const made = () => {
      return new Body({
        ...{ job, place, group: group.id },
        make: one => this.#work(one, { job, layout, used }),
        onClosed: one => {
          this.#bodies.delete(one)
          giveBack()
        },
      })
    }
    const body = wholeOr(giveBack, made)
    this.#bodies.add(body)
    return body
  }

  onMeta(state: MetaState, isLead: boolean): void {
    this.#state = state
    this.#claims.look(state, isLead)
    const jobs = new Map(state.jobs.map(job => [job.name, job]))
    const groups = new Set(state.groups.map(({ id }) => id))
    for (const body of this.#bodies) {
      const job = jobs.get(body.job.name)
      if (job !== undefined && groups.has(body.group)) body.onJob(job)
      else if (body.job.wish !== 'deleted') body.onGone()
    }
    for (const name of this.#layouts.keys()) if (!jobs.has(name)) this.#layouts.delete(name)
    this.#tellMoved(state)
  }

  onLeader(group: GroupId): void {
    const moved = this.#state?.groups.filter(({ id }) => id === group) ?? []
    for (const one of moved) this.#maybeTellMoved(one)
  }

  prepare(file: JobFile, nodes: number, done: (prepared: Prepared) => void): void {
    prepare(file, { logs: this.#logs, environment: this.#environment, nodes }, done)
  }

  troubleOf(job: string): Trouble | undefined {
    return this.#claims.troubleOf(job)
  }

  close(): void {
    this.#claims.close()
    this.#serving.close()
    for (const body of [...this.#bodies]) body.close()
    this.#streams.close()
  }

  #work(
    body: Body,
    { job, layout, used }: { job: MetaJob; layout: Layout; used: Map<string, LogInUse> },
  ): GroupWork {
    const { clock, random, cluster, logger } = this.#world
    const { wiring, blueprint } = layout
    const { place } = body
    const name = groupName(job.name, place)
    return new GroupWork({
      ...{ clock, random, transport: this.#streams, wiring, place, replica: replicaOf(body) },
      self: { cluster, job: job.name },
      claim: NOBODYS,
      compiler: blueprint.compiler,
      errors: blueprint.plan.errors,
      bounds: defaultJournalBounds,
      lanes: this.#lanes(layout, place, used),
      render: this.#renderOf(layout, place, used),
      source: source => this.#source(layout, source, used),
      addressOf: ref => this.#addressOf(job.name, ref),
      listener: {
        onTrouble: (code, why) => {
          logger.log('warn', 'a group has trouble', { group: name, code, why })
        },
        onTroubleOver: () => logger.log('info', 'a group goes on', { group: name }),
        onPublished: () => {},
        onTakenOver: times => {
          logger.log('info', 'a group was taken over', { group: name, ...rounded(times) })
        },
      },
    })
  }

  #lanes(layout: Layout, place: StageRef, used: Map<string, LogInUse>): readonly LaneParts[] {
    const { job } = layout.blueprint
    const at = layout.placeOf(place)
    const groups = layout.wiring.groups.length
    return layout.lanes.map(lane => {
      const { log, budget } = this.#log(lane.connection, used)
      const seat = seatOf(lane, { job, ref: place, at })
      return { log, budget, seat, topics: topicsWanted(lane, groups) }
    })
  }

  /** One log in use for a body, whatever it needs it for. */
  #log(connection: Connection, used: Map<string, LogInUse>): LogInUse {
    const id = connectionId(connection)
    const known = used.get(id) ?? this.#logs.use(connection)
    used.set(id, known)
    return known
  }

  #renderOf(
    layout: Layout,
    place: StageRef,
    used: Map<string, LogInUse>,
  ): (run: SinkRun) => readonly Output[] {
    const { sinks } = layout.blueprint
    const renderers = new Map([...sinks].map(([id, end]) => [id, new Renderer(end)]))
    const group = layout.placeOf(place)
    return run => {
      const [end, renderer] = [sinks.get(run.sink), renderers.get(run.sink)]
      invariant(end !== undefined && renderer !== undefined, 'WORK a sink is of its job', run.sink)
      // Publishers look at their topics before they write.
      const partitions = this.#log(end.connection, used).partitionsOf(end.topic)
      invariant(partitions !== undefined, 'WORK a topic is looked at before', end.topic)
      return renderer.render(run, { partitions, group })
    }
  }

  #source(layout: Layout, source: string, used: Map<string, LogInUse>): SourceDoor {
    const end = layout.blueprint.sources.get(source)
    invariant(end !== undefined, 'WORK a source is of its job', source)
    const { log } = this.#log(end.connection, used)
    const start = (partition: number) => layout.startOf(source, partition)
    return { log, topic: end.topic, decoder: end.decoding, start }
  }

  #layoutOf(job: MetaJob): Layout {
    const known = this.#layouts.get(job.name)
    if (known?.text === job.text) return known.layout
    const { file, as } = textIn(job.text)
    const { blueprint, findings } = blueprintOf(file, as)
    if (blueprint === undefined) {
      const why = findings.map(({ message }) => message).join('; ')
      const message = `job ${job.name} cannot be read by this version: ${why}`
      throw new WeirError('job-unreadable', message)
    }
    const layout = layoutOf(blueprint, job)
    this.#layouts.set(job.name, { text: job.text, layout })
    return layout
  }

  #look(opening: Opening): Look {
    const { cluster } = this.#world
    const own = [...this.#bodies].filter(({ job }) => {
      return job.name === opening.job && job.wish !== 'deleted'
    })
    const [first] = own
    if (first === undefined) {
      return {
        ...{ cluster, generation: undefined, isSender: false },
        ...{ groups: undefined, place: undefined },
      }
    }
    const looks = own.map(({ work }) => work.look(opening))
    return looks.find(({ isSender }) => isSender) ?? first.work.look(opening)
  }

  #addressOf(job: string, ref: StageRef): string | undefined {
    const group = this.#state?.groups.find(one => {
      return one.job === job && one.stage === ref.stage && one.index === ref.index
    })
    return group && this.#world.addressOf(group.id)
  }

  /** Who leads elsewhere from now on is asked there. */
  #tellMoved({ groups }: MetaState): void {
    for (const group of groups) this.#maybeTellMoved(group)
    const known = new Set(groups.map(({ id }) => id))
    for (const id of this.#addresses.keys()) if (!known.has(id)) this.#addresses.delete(id)
  }

  #maybeTellMoved({ id, job, stage, index }: MetaGroup): void {
    const address = this.#world.addressOf(id)
    if (this.#addresses.get(id) === address) return
    this.#addresses.set(id, address)
    for (const body of this.#bodies) {
      if (body.job.name === job) body.work.onMoved({ stage, index })
    }
  }
}

/** What was begun and failed is given back. */
function wholeOr<T>(giveBack: () => void, make: () => T): T {
  try {
    return make()
  } catch (error) {
    giveBack()
    throw error
  }
}

/** Leads while the body may. */
function replicaOf(body: Body): ReplicaDoor {
  return {
    leads: () => body.leads,
    propose: (term, data, done) => body.propose(term, data, done),
    read: done => body.read(done),
  }
}

/** To tenths of a millisecond. */
function rounded(times: TakeoverTimes): LogFacts {
  return Object.fromEntries(Object.entries(times).map(([k, ms]) => [k, Math.round(ms * 10) / 10]))
}
