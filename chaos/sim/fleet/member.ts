/**
 * One simulated machine and the node process that runs on it, if one does: the real store, links
 * and host over a simulated disk, wire and clock. A process that ended by itself is started again
 * after a while, as a supervisor would.
 */

import type { NodeId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { segmentOf } from '../../../src/base/segments/names.ts'
import { isLoss, isOldCode } from '../../../src/raft/host/loss.ts'
import type { Incarnation, PeerMemory } from '../../../src/raft/links/memory.ts'
import { openStore } from '../../../src/raft/store/opening.ts'
import type { LogStore } from '../../../src/raft/store/store.ts'
import { Violation } from '../checkers/checker.ts'
import { Life, LivingDisk } from '../host/life.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { DiskCopy, SimDisk } from '../world/disk.ts'
import type { RowsCopy, SimRows } from '../world/rows.ts'
import { SimState } from '../world/state.ts'
import { happenings, type Trace } from '../world/trace.ts'
import type { SimWire } from '../world/transport.ts'
import { LivingClock } from './clock.ts'
import type { Harm } from './fleet.ts'
import { Running, type RunningParts } from './running.ts'
import { stateRows } from './state-rows.ts'
import { frameEnds, newestSegment } from './vouched.ts'

/** A supervisor waits so long before it starts a process again that ended by itself. */
const RESTART_MS = [50, 500] as const
const DISK: ReadonlySet<string> = new Set(['disk-full', 'io-error', 'no-such-file'])

type Own = 'member' | 'life' | 'store' | 'opening' | 'state' | 'clock' | 'transport'
/** A write of the state store takes up to so long. */
const STATE_WRITE_US = 2000

export interface MemberParts extends Omit<RunningParts, Own> {
  readonly index: number
  readonly disk: SimDisk
  /** What its state store keeps; it lies on the same disk. */
  readonly rows: SimRows
  readonly wire: SimWire
  readonly prng: Prng
  readonly queue: EventQueue
  readonly trace: Trace
  /**
   * The store was opened without a complaint. false: its log lost what nobody on the node can know
   * of; `isAhead`: the state that it kept does know.
   */
  mayRun(member: Member, isAhead: boolean): boolean
  /** It has learned who another node is. */
  onLearned(member: Member, node: NodeId, seen: Incarnation): void
  /** The log cannot be trusted any more. */
  onLost(member: Member, why: string): void
}

/** A copy of a node's disk, and by what its peers know how old it is. */
export interface OldDisk {
  readonly files: DiskCopy
  readonly rows: RowsCopy
  readonly store: string
  readonly boot: number
}

export class Member {
  readonly index: number
  readonly name: NodeId
  readonly address: string
  readonly disk: SimDisk
  readonly rows: SimRows
  /** What it remembers of its peers; kept in a file of its own, which no fault touches. */
  readonly memory: PeerMemory
  running: Running | undefined
  /** Told to stop, and not yet gone. */
  isStopping = false
  /** It runs on a copy of its disk that is older than its peers remember. */
  isPast = false
  clockRate = 1
  /** Counts the disks that it has had. */
  #store = 1
  #isNew = true
  #holds = 0
  /** Why its log must not be opened again; it stands in its folder. */
  #distrusted: string | undefined
  /** Of its past: up to which boot its peers know better, and whether one of them has said so. */
  #past = { knownBoot: 0, isTold: false }
  /** With an old folder comes the name of its store. */
  #pastStore: string | undefined
  /** Of the machine: each names a boot of it. */
  #powerCuts = 0
  #lives = 0
  #life: Life | undefined
  #clock: LivingClock | undefined
  readonly #parts: MemberParts

  constructor(parts: MemberParts, name: NodeId) {
    this.#parts = parts
    this.index = parts.index
    this.disk = parts.disk
    this.rows = parts.rows
    this.name = name
    this.address = `${name}:7170`
    const onLearned = (node: NodeId, seen: Incarnation) => parts.onLearned(this, node, seen)
    this.memory = { peers: new Map(), onLearned }
  }

  get isUp(): boolean {
    return this.running !== undefined
  }

  get isPaused(): boolean {
    return this.#life?.isPaused ?? false
  }

  start(): void {
    if (this.#life !== undefined || this.#holds > 0) return
    if (this.#distrusted !== undefined) {
      this.lose(this.#distrusted)
      return
    }
    const life = new Life()
    this.#life = life
    const { cluster, profile } = this.#parts
    openStore(
      new LivingDisk(this.disk, life),
      {
        cluster,
        node: this.name,
        store: this.#pastStore ?? `${this.name}-${this.#store}`,
        mayMake: this.#isNew,
        limits: profile.store,
      },
      answer => {
        if ('store' in answer) this.#openState(life, answer.store)
        else this.#onRefused(life, answer.refused)
      },
    )
  }

  /** Kills the process; the operating system goes on and keeps what was written. */
  kill(): void {
    if (this.#life === undefined) return
    this.#end()
    this.#parts.wire.kill(this.index)
  }

  /** Never told: its connections stand until they are found out, also when it is back. */
  cutPower(isNeverTold = false): void {
    this.#end()
    this.#parts.wire.powerOff(this.index, isNeverTold)
    this.disk.cutPower()
    this.rows.cutPower()
    this.#powerCuts++
  }

  pause(): void {
    this.#life?.pause()
    this.#parts.wire.freeze(this.index)
  }

  resume(): void {
    this.#life?.resume(() => {})
    this.#parts.wire.thaw(this.index)
  }

  /** Holds the process down until it is released as often. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    this.#holds = Math.max(0, this.#holds - 1)
    this.start()
  }

  releaseAll(): void {
    this.#holds = 0
    this.start()
  }

  /** The process is told to stop, as a supervisor does before an upgrade. */
  stop(done: () => void): void {
    const life = this.#life
    if (this.running === undefined) return
    this.isStopping = true
    this.running.stop(() => {
      if (life !== this.#life) return
      this.kill()
      done()
    })
  }

  /** An empty disk under a new identity. */
  reset(): void {
    this.kill()
    this.disk.wipe()
    this.rows.wipe()
    this.#store++
    this.#isNew = true
    this.isPast = false
    this.#distrusted = undefined
    this.#pastStore = undefined
  }

  /** Kills the process and harms its log; in which file, if it could be done. */
  hurtLog(harm: Harm, prng: Prng): string | undefined {
    const name = newestSegment(this.disk)
    if (this.running === undefined || name === undefined) return undefined
    // Of one that was only just begun nothing was reported: it may be missing.
    if ((segmentOf(name) ?? 0) > this.running.reportedIn) return undefined
    const ends = frameEnds(this.disk.shown(name) ?? new Uint8Array(0)).slice(0, -1)
    if (harm === 'log-cut' && ends.length === 0) return undefined
    this.kill()
    if (harm === 'log-cut') this.disk.cutShort(name, prng.pick(ends))
    else this.disk.lose(name)
    return name
  }

  /** undefined: nothing runs here that could be copied. */
  copied(): OldDisk | undefined {
    const { running } = this
    if (running === undefined || this.isPast) return undefined
    const { store, boot } = running.self
    return { files: this.disk.copy(), rows: this.rows.copy(), store, boot }
  }

  /** The power goes, and comes back with an old disk in place of this one. */
  putBack({ files, rows, store }: OldDisk): void {
    const knownBoot = this.running?.self.boot ?? 0
    this.cutPower()
    this.#pastStore = store
    this.disk.putBack(files)
    this.rows.putBack(rows)
    this.isPast = true
    this.#past = { knownBoot, isTold: false }
    this.#distrusted = undefined
    this.#isNew = false
    this.start()
  }

  setClockRate(rate: number): void {
    this.clockRate = rate
    this.#clock?.setRate(rate)
  }

  /** Its process ends, whatever the code; what that says of its log is remembered before. */
  onFatal(life: Life, code: string, message: string): void {
    if (life.isDead) return
    if (isOldCode(code)) this.#past.isTold = true
    if (isLoss(code)) this.#distrusted = message
    this.die(life, `${code}: ${message}`)
  }

  /** What is on the disk is not to be trusted. */
  lose(why: string): void {
    this.kill()
    this.#parts.onLost(this, why)
  }

  /** The process ends itself and is started again in a while. */
  die(life: Life, why: string): void {
    if (life.isDead) return
    const { trace, prng, queue } = this.#parts
    if (trace.isTold) trace.tell(`${this.name} ends itself: ${why}`)
    this.kill()
    const lives = this.#lives
    const delayMs = prng.between(RESTART_MS[0], RESTART_MS[1])
    queue.after(delayMs * US_PER_MS, {
      fire: () => {
        if (lives === this.#lives) this.start()
      },
    })
  }

  #openState(life: Life, store: LogStore): void {
    const { profile, queue, prng } = this.#parts
    if (!profile.state.isKept) {
      this.#run(life, store, undefined)
      return
    }
    const parts = {
      disk: new LivingDisk(this.disk, life),
      rows: this.rows,
      store: store.identity.store,
      log: store,
      bootId: profile.state.isBootKnown ? `boot-${this.#powerCuts}` : undefined,
      later: (happen: () => void) => life.later(queue, 1 + prng.below(STATE_WRITE_US), happen),
      onFailed: (code: string) => this.die(life, `the state store: ${code}`),
      onLogLost: () => this.lose('the log ends before what the state was closed with'),
    }
    SimState.begin(parts, state => this.#run(life, store, state))
  }

  #run(life: Life, store: LogStore, state: SimState | undefined): void {
    const { queue, wire, trace } = this.#parts
    this.#isNew = false
    if (!this.#parts.mayRun(this, isAhead(store, state))) {
      this.lose('it ends early, and nobody on the node can know')
      return
    }
    if (this.#isUnknowable(store)) {
      this.lose('it counted beyond all that its peers know before one of them heard it')
      return
    }
    const clock = new LivingClock(queue, life, this.clockRate)
    this.#clock = clock
    trace.note(happenings.start, this.index, this.#store, store.boot)
    const why = state === undefined ? '' : `, its state: ${state.verdict.why}`
    if (trace.isTold) {
      trace.tell(`${this.name} starts, boot ${store.boot} of disk ${this.#store}${why}`)
    }
    const transport = wire.door(this.index, this.address)
    const opening = `life-${this.#lives}`
    const parts = { ...this.#parts, member: this, life, store, opening, state, clock, transport }
    this.running = new Running(parts)
    this.running.begin()
  }

  /** What decision 16 leaves open; whoever was told that it is old does not come so far. */
  #isUnknowable({ boot }: LogStore): boolean {
    const { knownBoot, isTold } = this.#past
    return this.isPast && boot > knownBoot && !isTold
  }

  #onRefused(life: Life, { code, message }: { readonly code: string; readonly message: string }) {
    if (DISK.has(code)) {
      this.die(life, message)
    } else if (isLoss(code)) {
      this.lose(message)
    } else {
      throw new Violation('HOST-1 a node opens its own store', `${this.name}: ${message}`)
    }
  }

  #end(): void {
    if (this.#life === undefined) return
    this.#lives++
    this.isStopping = false
    this.#life.end()
    this.#life = undefined
    this.running?.end()
    this.running = undefined
    const { trace } = this.#parts
    trace.note(happenings.stop, this.index, this.#store, this.#lives)
    if (trace.isTold) trace.tell(`${this.name} stops`)
  }
}

/** A group's state holds entries that its log lacks. */
function isAhead({ groups }: LogStore, state: SimState | undefined): boolean {
  return [...groups].some(([group, { stored }]) => {
    const applied = state === undefined ? 0 : stateRows.applied(state.space(group, 0))
    return applied > (stored.entries.at(-1)?.index ?? stored.image.index)
  })
}
