/**
 * The simulated body of the Transport door: connections between processes as TCP keeps them. Frames
 * arrive whole and in order or not at all. A cut tells nobody anything: what was sent stalls, and
 * goes on when the cut heals. A process that dies takes its connections with it and the system
 * tells the other side; a machine that loses its power cannot, and at times nobody ever does. A
 * frozen process is silent, but its system goes on taking what the buffers hold. Faults come by
 * methods, chance from the run's seed.
 */

import type { Connection, ConnectionListener, Transport } from '../../../src/base/env.ts'
import { invariant } from '../../../src/base/errors.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { EventQueue } from './clock.ts'
import { US_PER_MS } from './clock.ts'
import { End, type Ending, isBereft, isSpoken, Process } from './ends.ts'
import { flipped, type Mishap, Mishaps, type Struck } from './mishaps.ts'
import { NODES_MAX } from './network.ts'
import { Pipe, type Segment } from './pipe.ts'

export interface WireProfile {
  readonly delayMinUs: number
  /** A segment takes from the least to twice the mean more. */
  readonly delayMeanUs: number
  /** What the systems of both sides hold on the way of one connection, in one direction. */
  readonly bufferBytes: number
}

/** The death of a process is told within so long. */
const DEATH_TOLD_MS = 10

export interface WireParts {
  readonly queue: EventQueue
  readonly prng: Prng
  /** The system of whoever is to take a larger frame ends the connection; missing: takes any. */
  readonly frameBytesMax?: number
  /** Told of a mishap when it happens, in place of the frame's being handed over. */
  onStruck?(struck: Struck): void
}

export class SimWire {
  profile: WireProfile
  /** Connections that were refused, broken by a reset, and told of a death. */
  readonly counts = { refused: 0, reset: 0, died: 0 }
  readonly #parts: WireParts
  readonly #mishaps = new Mishaps()
  readonly #processes: (Process | undefined)[] = []
  readonly #nodeAt = new Map<string, number>()
  readonly #isOff = new Uint8Array(NODES_MAX)
  /** Cuts on a path; several faults may cut it at once. */
  readonly #cuts = new Uint8Array(NODES_MAX * NODES_MAX)
  readonly #clogUntilUs = new Float64Array(NODES_MAX * NODES_MAX)
  readonly #addedDelayUs = new Float64Array(NODES_MAX)
  /** Of connections of which one side is alive, in the order of dialling. */
  readonly #ends = new Set<End>()

  constructor(profile: WireProfile, parts: WireParts) {
    this.profile = profile
    this.#parts = parts
  }

  /** The door of a process that starts now; the node's last process must be dead. */
  door(node: number, address: string): Transport<string> {
    invariant(node < NODES_MAX, 'node-within-network', node)
    invariant(this.#processes[node]?.isDead ?? true, 'one-process-a-node', node)
    const process = new Process(node, address, (from, to, listener) =>
      this.#connect(from, to, listener),
    )
    this.#processes[node] = process
    this.#nodeAt.set(address, node)
    this.#isOff[node] = 0
    this.#resume(pipe => pipe.to === node)
    return process
  }

  /** The process ends; its system tells the other sides, some of what it sent may be lost. */
  kill(node: number): void {
    const { prng } = this.#parts
    for (const end of this.#endProcess(node)) {
      const isAbrupt = prng.chance(0.5)
      end.out.dropWaiting()
      if (isAbrupt) end.out.dropAll()
      this.counts.died++
      const delayUs = prng.below(DEATH_TOLD_MS * US_PER_MS)
      end.out.end({ kind: 'closed', why: 'the other process died' }, delayUs)
    }
    this.#resume(pipe => pipe.to === node)
  }

  /**
   * Nobody is told: whoever sends hears of it when the machine runs again, or, where what answers
   * for it drops what it does not know, never.
   */
  powerOff(node: number, isNeverTold = false): void {
    for (const end of this.#endProcess(node)) {
      end.out.dropAll()
      end.isOrphan = isNeverTold
    }
    this.#isOff[node] = 1
  }

  freeze(node: number): void {
    const process = this.#processes[node]
    if (process !== undefined) process.isFrozen = true
  }

  thaw(node: number): void {
    const process = this.#processes[node]
    if (process !== undefined) process.isFrozen = false
    this.#resume(pipe => pipe.to === node)
  }

  cut(from: number, to: number, by: 1 | -1): void {
    const path = from * NODES_MAX + to
    this.#cuts[path] = (this.#cuts[path] as number) + by
    if (this.#cuts[path] === 0) this.#resumePath(from, to)
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts[from * NODES_MAX + to] !== 0
  }

  /** The path holds everything back until then. */
  clog(from: number, to: number, untilUs: number): void {
    const path = from * NODES_MAX + to
    this.#clogUntilUs[path] = Math.max(untilUs, this.#clogUntilUs[path] as number)
  }

  /** Befalls the next frame on the path that it fits. */
  plan(from: number, to: number, mishap: Mishap): void {
    this.#mishaps.plan(from, to, mishap)
  }

  /**
   * What one node says on the connections that it has with the other is taken, and arrives nowhere;
   * on how many. It heals with the connection alone.
   */
  swallow(from: number, to: number): number {
    let count = 0
    for (const end of this.#ends) {
      if (!isSpoken(end) || end.out.from !== from || end.out.to !== to) continue
      end.isMute = true
      count++
    }
    return count
  }

  /** Connections that somebody takes for open, though nothing comes of what he says. */
  get swallowing(): number {
    return [...this.#ends].filter(end => (end.isMute && isSpoken(end)) || isBereft(end)).length
  }

  addDelay(node: number, delayUs: number): void {
    this.#addedDelayUs[node] = (this.#addedDelayUs[node] as number) + delayUs
  }

  /** Breaks every connection between two nodes; both sides are told, what was under way is lost. */
  reset(a: number, b: number): void {
    for (const end of [...this.#ends]) {
      const { from, to } = end.out
      const isBetween = (from === a && to === b) || (from === b && to === a)
      if (!isBetween || end.other === undefined) continue
      this.counts.reset++
      end.out.dropAll()
      end.out.end({ kind: 'closed', why: 'the connection was reset' }, 0)
    }
  }

  /** No fault is left on any path; what stalled goes on. */
  heal(): void {
    this.#mishaps.clear()
    this.#cuts.fill(0)
    this.#clogUntilUs.fill(0)
    this.#addedDelayUs.fill(0)
    this.#resume(() => true)
    for (const end of this.#ends) end.out.acknowledge()
  }

  #connect(process: Process, address: string, listener: ConnectionListener): Connection {
    const to = this.#nodeAt.get(address)
    const end = new End(process, this.#pipe(process.node, to ?? process.node))
    end.listener = listener
    if (process.isDead) {
      end.isClosed = true
      return end
    }
    this.#ends.add(end)
    if (to === undefined) this.#noRoute(end)
    else end.out.begin({ kind: 'dial' }, segment => this.#deliver(end, segment))
    return end
  }

  /** A name that nobody ever had. */
  #noRoute(end: End): void {
    this.#parts.queue.after(this.#delayUs(end.process.node, end.process.node), {
      fire: () => this.#tellClosed(end, { why: 'the address is unknown' }),
    })
  }

  #deliver(sender: End, segment: Segment): void {
    if (segment.kind === 'dial') this.#answer(sender)
    else if (sender.other !== undefined) this.#arrive(sender, sender.other, segment)
  }

  #arrive(sender: End, receiver: End, segment: Segment): void {
    if (receiver.isOrphan) {
      if (segment.kind === 'closed') this.#forget(sender, receiver)
    } else if (receiver.process.isDead && sender.process === receiver.process) {
      // A process that called itself: nobody is left to be told.
      this.#forget(sender, receiver)
    } else if (receiver.process.isDead) {
      // The system that runs there now knows of no such connection.
      receiver.out.end({ kind: 'closed', why: 'the other side forgot the connection' }, 0)
    } else if (receiver.isClosed) {
      // Whoever hung up before he was answered is heard out: his last segment is that he did.
      if (segment.kind === 'accepted') receiver.out.open()
      if (segment.kind === 'closed') this.#forget(sender, receiver)
    } else if (segment.kind === 'accepted') {
      receiver.isOpen = true
      receiver.listener?.onOpen()
      receiver.out.open()
    } else if (segment.kind === 'frame') {
      if (this.#isTooLarge(segment.frame)) this.#endOversize(receiver)
      else this.#hand(sender, receiver, segment.frame)
    } else if (segment.kind === 'closed') {
      this.#tellClosed(receiver, segment)
      this.#forget(sender, receiver)
    }
  }

  #hand(sender: End, receiver: End, frame: Uint8Array): void {
    const { from, to } = sender.out
    const isFirst = !sender.hasSpoken
    sender.hasSpoken = true
    if (sender.isMute) return
    const mishap = this.#mishaps.take(from, to, isFirst)
    if (mishap === undefined) receiver.listener?.onFrame(frame)
    else this.#strike(mishap, sender, receiver, frame)
  }

  #strike(mishap: Mishap, sender: End, receiver: End, frame: Uint8Array): void {
    const { prng, onStruck } = this.#parts
    const isLost = mishap === 'lost-hello'
    if (isLost) sender.isMute = true
    const taken = mishap === 'damaged-frame' ? flipped(frame, prng) : frame
    const times = mishap === 'twice-hello' ? 2 : 1
    const hand = (): void => {
      for (let i = 0; i < times && !isLost && !receiver.isClosed; i++) {
        receiver.listener?.onFrame(taken)
      }
    }
    const struck: Struck = {
      ...{ mishap, to: sender.out.to, hand },
      get isClosed() {
        return receiver.isClosed
      },
    }
    if (onStruck === undefined) hand()
    else onStruck(struck)
  }

  /** A call has come to the machine. */
  #answer(caller: End): void {
    const { from, to } = caller.out
    const process = this.#processes[to]
    const answerer = new End(process ?? caller.process, this.#pipe(to, from))
    answerer.other = caller
    caller.other = answerer
    const isThere = process !== undefined && !process.isDead
    const onConnection = isThere ? process.onConnection : undefined
    const tell = (segment: Segment): void => this.#deliver(answerer, segment)
    if (onConnection === undefined) {
      this.counts.refused++
      answerer.isClosed = true
      answerer.out.begin({ kind: 'closed', why: 'the connection was refused' }, tell)
      return
    }
    this.#ends.add(answerer)
    answerer.isOpen = true
    answerer.out.begin({ kind: 'accepted' }, tell)
    answerer.out.open()
    answerer.listener = onConnection(answerer)
  }

  #isTooLarge({ length }: Uint8Array): boolean {
    return length > (this.#parts.frameBytesMax ?? Number.POSITIVE_INFINITY)
  }

  #endOversize(end: End): void {
    const why = 'a frame is above the bound; set the same bound on all nodes'
    const ending = { kind: 'closed', why, code: 'frame-oversize' } as const
    this.#tellClosed(end, ending)
    end.out.end(ending, 0)
  }

  #tellClosed(end: End, { why, code }: Ending): void {
    if (end.isClosed || end.process.isDead) return
    end.isClosed = true
    end.out.dropWaiting()
    this.#ends.delete(end)
    end.listener?.onClosed(why, code)
  }

  #forget(sender: End, receiver: End): void {
    if (sender.isClosed || sender.process.isDead) this.#ends.delete(sender)
    if (receiver.isClosed) this.#ends.delete(receiver)
  }

  /** Its ends hear nothing more. */
  #endProcess(node: number): readonly End[] {
    const process = this.#processes[node]
    if (process === undefined || process.isDead) return []
    process.isDead = true
    const ends = [...this.#ends].filter(end => end.process === process)
    for (const end of ends) {
      end.isClosed = true
      this.#ends.delete(end)
      // What its system still says is found through the other side.
      if (end.other?.isClosed === false) this.#ends.add(end.other)
    }
    return ends
  }

  #pipe(from: number, to: number): Pipe {
    return new Pipe(from, to, {
      queue: this.#parts.queue,
      bufferBytes: this.profile.bufferBytes,
      delayUs: () => this.#delayUs(from, to),
      isBlocked: () => this.isCut(from, to) || this.#isOff[to] === 1 || this.#isFrozen(to),
      isUnheard: () => this.isCut(to, from),
      clogUntilUs: () => this.#clogUntilUs[from * NODES_MAX + to] as number,
    })
  }

  #isFrozen(node: number): boolean {
    const process = this.#processes[node]
    return process?.isFrozen === true && !process.isDead
  }

  #delayUs(from: number, to: number): number {
    const { prng } = this.#parts
    const { delayMinUs, delayMeanUs } = this.profile
    const added = (this.#addedDelayUs[from] as number) + (this.#addedDelayUs[to] as number)
    const spike = added > 0 ? prng.below(added) : 0
    return delayMinUs + prng.below(2 * delayMeanUs + 1) + spike
  }

  #resumePath(from: number, to: number): void {
    this.#resume(pipe => pipe.from === from && pipe.to === to)
    for (const { out } of this.#ends) if (out.from === to && out.to === from) out.acknowledge()
  }

  #resume(matches: (pipe: Pipe) => boolean): void {
    for (const pipe of this.#pipes()) if (matches(pipe)) pipe.resume()
  }

  /** Both directions of every connection that somebody still has; a dead side may yet speak. */
  #pipes(): ReadonlySet<Pipe> {
    const pipes = new Set<Pipe>()
    for (const end of this.#ends) {
      pipes.add(end.out)
      if (end.other !== undefined) pipes.add(end.other.out)
    }
    return pipes
  }
}
