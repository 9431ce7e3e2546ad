/**
 * Whoever runs the job: claims it, starts clusters on what the journals say, copies them, wakes old
 * ones, has it deleted. Knows no more of a job than its logs do.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { claimJob } from '../../../src/journal/claims/claim-driver.ts'
import type { ClaimOutcome, ClaimWish } from '../../../src/journal/claims/claiming.ts'
import type { Claim, Progress, SinkProgress } from '../../../src/journal/types.ts'
import { Violation } from '../checkers/checker.ts'
import type { FleetFault } from '../fleet/scenario.ts'
import { SimClock, US_PER_MS } from '../world/clock.ts'
import { Cluster, type ClusterParts, type World } from './cluster.ts'
import { type Onlooker, unwatched, WatchedLog } from './door.ts'
import type { Beginning, Replayed } from './entry.ts'
import { Feed, type Ids } from './feed.ts'
import { journalOf, seatOf } from './names.ts'
import { LOGS, SINKS } from './output.ts'
import { History } from './truth.ts'

type Held = Extract<ClaimOutcome, { kind: 'done' }>

interface Claiming {
  readonly onReading?: (() => void) | undefined
  readonly onClaimed?: (() => void) | undefined
  /** It is for a fickle cluster: told of it when it has begun. */
  readonly onFickle?: ((cluster: Cluster) => void) | undefined
}

type OnHeld = (held: Held) => void

const CLAIMED = 'PUBLISH-12 a claim holds, or says why not'
const RECORD_MS = 5
/** How often somebody looks whether a cluster has stopped. */
const LOOK_MS = 50
const AGAIN_MS = 500
const NOTHING: Progress = { journaled: 0, offset: 0, published: [] }

/** A cluster, and who puts inputs into it. */
export interface Site {
  readonly cluster: Cluster
  readonly feed: Feed
}

export class Operator {
  readonly sites: Site[] = []
  /** Claims that are not decided. */
  open = 0
  readonly #world: World
  readonly #prng: Prng
  readonly #ids: Ids = { next: 1 }
  readonly #faults: readonly FleetFault[]
  #clusters = 0
  #claims = 0

  constructor(world: World, prng: Prng, faults: readonly FleetFault[]) {
    this.#world = world
    this.#prng = prng
    this.#faults = faults
  }

  /** Inputs from now on have this one or a higher. */
  get nextId(): number {
    return this.#ids.next
  }

  /** A new job; what lies before its claim is another's. `onClaimed`: the name is its own. */
  submit(onClaimed?: () => void): void {
    const beginning = (_: GroupId, offset: number) => {
      return { before: NOTHING, replayed: [], known: { ...NOTHING, offset } }
    }
    this.#begin('submit', beginning, { onClaimed })
  }

  /** Begins where the journals end. `onReading`: whoever claims was told where one ends. */
  takeOver(how: Pick<Claiming, 'onReading' | 'onFickle'> = {}): void {
    this.#begin('start', (group, at) => this.#restored(group, at), how)
  }

  /** By another program than ran before; once that is found out, by the old one. */
  takeOverOtherwise(onFound: () => void): void {
    const look = (cluster: Cluster): void => {
      if (cluster.fleet.groups.some(group => isFoundOut(cluster, group))) {
        onFound()
        this.takeOver()
      } else this.#world.queue.after(LOOK_MS * US_PER_MS, { fire: () => look(cluster) })
    }
    this.takeOver({ onFickle: look })
  }

  /** Begins behind what was let out, and needs nothing of before. */
  goOn(behind: (group: GroupId) => Progress): void {
    this.#begin('start', group => {
      return { before: behind(group), replayed: [], known: behind(group) }
    })
  }

  /** The same groups go on with their logs, which have ended. */
  restart({ cluster }: Site, onRestarted: () => void): void {
    this.#claim('start', unwatched, ({ claim }) => {
      cluster.goOn(claim)
      onRestarted()
    })
  }

  /** Copies of all disks, as if the power had gone everywhere at once. */
  clone({ cluster }: Site): Cluster {
    const { judge } = this.#world
    const { claims, name } = cluster
    const { beginning, isFickle = false } = cluster.parts
    const disks = cluster.fleet.members.map(({ disk }) => disk.copy())
    const made = this.#add({ claims, beginning, disks, isFickle })
    judge.truth.copy(name, made.name)
    judge.twins.add(name).add(made.name)
    made.start()
    return made
  }

  /** A claim, or a deletion; the answer cuts it short, if it is not decided. */
  ask(wish: ClaimWish, onlooker: Onlooker, done: (outcome: ClaimOutcome) => void): () => boolean {
    const { logs, judge, scenario, queue, trace } = this.#world
    const clock = new SimClock(queue)
    let isOpen = true
    const end = (): boolean => {
      if (isOpen) this.open--
      const wasOpen = isOpen
      isOpen = false
      return wasOpen
    }
    this.open++
    const parts = {
      ...{ clock, wish, bounds: scenario.profile.bounds },
      random: this.#prng.fork(`claim ${wish.kind} ${queue.nowUs} ${this.open}`),
      lanes: LOGS.map(name => ({
        log: new WatchedLog(logs[name].client(), onlooker),
        seats: judge.truth.groups.map(group => seatOf(group, name)),
      })),
      record: (_: Claim, recorded: () => void) => void clock.after(RECORD_MS, recorded),
    }
    const cancel = claimJob(parts, outcome => {
      end()
      if (trace.isTold) trace.tell(`a claim: ${JSON.stringify(outcome)}`)
      done(outcome)
    })
    return () => {
      cancel()
      return end()
    }
  }

  /** A cluster for it. */
  #begin(
    kind: 'submit' | 'start',
    beginning: (group: GroupId, offset: number) => Beginning,
    { onReading = () => {}, onClaimed = () => {}, onFickle }: Claiming = {},
  ): void {
    this.#claim(kind, { ...unwatched, ended: onReading }, ({ claim, offsets }) => {
      const { groups } = this.#world.judge.truth
      const at = new Map(groups.map((group, i) => [group, offsets[i] ?? 0]))
      onClaimed()
      const cluster = this.#add({
        ...{ claims: [claim], isFickle: onFickle !== undefined },
        beginning: group => beginning(group, at.get(group) ?? 0),
      })
      cluster.start()
      onFickle?.(cluster)
    })
  }

  #claim(kind: 'submit' | 'start', onlooker: Onlooker, onHeld: OnHeld): void {
    const owner = `owner-${this.#claims++}`
    this.ask({ kind, owner }, onlooker, outcome => {
      const { judge, queue } = this.#world
      if (isStill(outcome)) {
        // The log was so slow that others have taken the job over meanwhile, and have it.
        const isOthers = this.sites.some(({ cluster }) => {
          return !judge.isLeaving(cluster.claim.generation)
        })
        if (isOthers) return
        this.open++
        const again = (): void => {
          this.open--
          this.#claim(kind, onlooker, onHeld)
        }
        queue.after(AGAIN_MS * US_PER_MS, { fire: again })
        return
      }
      onHeld(mustHold(outcome))
    })
  }

  /** Faults of nodes are those of the first. */
  #add(how: Omit<ClusterParts, 'name' | 'prng'>): Cluster {
    const name = `c${++this.#clusters}`
    const prng = this.#prng.fork(name)
    const faults = this.#clusters === 1 ? this.#faults : []
    if (how.isFickle) this.#world.judge.fickle.add(name)
    const cluster = new Cluster(this.#world, { ...how, name, prng }, faults)
    const feed = new Feed(this.#world, cluster, prng.fork('feed'), this.#ids)
    this.sites.push({ cluster, feed })
    feed.start()
    return cluster
  }

  /** Of what lies before the claim: what is not known to be out is taken again from schedules. */
  #restored(group: GroupId, offset: number): Beginning {
    const { truth } = this.#world.judge
    this.#world.judge.look()
    const history = new History()
    const replayed: Replayed[] = []
    let known = NOTHING
    for (const { record, offset: at } of truth.of(group).records) {
      if (at >= offset || record.kind !== 'published') continue
      const place = { ...journalOf(group), offset: at }
      for (const { schedule, digest } of record.schedules) {
        history.add(schedule, record.generation)
        replayed.push({ generation: record.generation, schedule, digest, place })
      }
      const published = record.published.map(({ sink, upTo }) => ({ sink, upTo, offset: 0 }))
      known = { journaled: record.toSeq, offset: at, published }
    }
    const before = leastOut(history, known)
    return { before, replayed: replayed.slice(before.journaled), known }
  }
}

function isFoundOut(cluster: Cluster, group: GroupId): boolean {
  return cluster.desks(group).some(({ halted }) => halted === 'replay-differs')
}

/** The last entry of which all, and of all before it, is known to be out; and its numbers. */
function leastOut({ schedules, outputs }: History, { published }: Progress): Progress {
  let seq = schedules.length
  for (const sink of SINKS) {
    const upTo = published.find(one => one.sink === sink)?.upTo ?? 0
    const next = outputs[sink][upTo]
    if (next !== undefined) seq = Math.min(seq, next.seq - 1)
  }
  const cursors: SinkProgress[] = SINKS.map(sink => {
    return { sink, upTo: outputs[sink].filter(made => made.seq <= seq).length, offset: 0 }
  })
  const known = cursors.filter(({ upTo }) => upTo > 0)
  return {
    journaled: seq,
    offset: 0,
    published: known.sort((a, b) => (a.sink < b.sink ? -1 : 1)),
  }
}

/** A leader of a journal that was replaced tells of a job that was deleted: not for ever. */
function isStill(outcome: ClaimOutcome): boolean {
  return outcome.kind === 'refused' && outcome.trouble.code === 'job-exists'
}

export function mustHold(outcome: ClaimOutcome): Held {
  if (outcome.kind === 'done') return outcome
  throw new Violation(CLAIMED, JSON.stringify(outcome.trouble))
}
