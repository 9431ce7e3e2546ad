/**
 * How long the way to a peer and back takes, and whether there is one. Whoever called probes now
 * and then, and behind each stretch of what it sends; whoever was called sends the probe back at
 * once: both wait behind what is queued, as every message does. So each echo says how far the way
 * has brought what it was given. None, though all was taken, tells of a way that swallows: it is
 * waited for a fixed time, and for what stands between the last echo and the next. A frame is told
 * from hello and refusal by its kind, from a packet by its beginning.
 *
 *     probe = 'WEIR', 3, serial, CRC-32C of it
 *     echo  = 'WEIR', 4, serial, CRC-32C of it
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import type { Clock, Timer } from '../../base/env.ts'
import type { LinkLimits } from './limits.ts'

export type ProbeKind = 'probe' | 'echo'

export interface Probe {
  readonly kind: ProbeKind
  readonly serial: number
}

/** 'WEIR', little endian. */
const MAGIC = 0x52494557
const kinds: Readonly<Record<ProbeKind, number>> = { probe: 3, echo: 4 }
const CHECKSUM_BYTES = 4
const PROBE_BYTES = 9 + CHECKSUM_BYTES

/** Whoever sends probes and takes no echoes gets none while so much waits for it. */
export const ECHO_QUEUE_BYTES_MAX = 64 * 1024

export function encodeProbe({ kind, serial }: Probe): Uint8Array {
  const out = new ByteWriter().uint32(MAGIC).uint8(kinds[kind]).uint32(serial)
  const said = out.finish()
  return out.raw(said).uint32(crc32c(said)).finish()
}

/** undefined: it is another frame, or was damaged on its way. */
export function readProbe(frame: Uint8Array): Probe | undefined {
  if (frame.length !== PROBE_BYTES) return undefined
  const input = new ByteReader(frame)
  if (input.uint32() !== MAGIC) return undefined
  const kind = input.uint8()
  if (kind !== kinds.probe && kind !== kinds.echo) return undefined
  const serial = input.uint32()
  if (input.uint32() !== crc32c(frame.subarray(0, -CHECKSUM_BYTES))) return undefined
  return { kind: kind === kinds.probe ? 'probe' : 'echo', serial }
}

export interface RoundTripParts {
  readonly clock: Clock
  readonly limits: Pick<LinkLimits, 'probeMs' | 'stuckMs' | 'slowestBytesPerS'>
  /** Of all that was sent on this connection, probes too; and how much of it the system took. */
  sentBytes(): number
  takenBytes(): number
  /** No echo came, though there was time for it and for all that stood in front of the probe. */
  onUnanswered(waitedMs: number): void
  /** False: it could not be sent. */
  send(frame: Uint8Array): boolean
}

/** Probes on their way at one time; what is sent beyond them is counted with the next one. */
export const PROBES_MAX = 1024

interface UnderWay {
  readonly serial: number
  readonly sentMs: number
  /** Sent on this connection before it. */
  readonly atBytes: number
  /** Behind the probe before it: what was sent since, and when that one was. */
  readonly stretchBytes: number
  readonly sinceMs: number
}

/** Of one line, from connection to connection. */
export class RoundTrips {
  readonly #parts: RoundTripParts
  /** What the slowest way carries from one planned probe to the next: a stretch. */
  readonly #stretchBytes: number
  #timer: Timer | undefined
  #serial = 0
  #lastMs: number | undefined
  /** In the order of sending, which is that of their echoes. */
  #underWay: UnderWay[] = []
  /** The first of them when it was last looked, and how long it has been that, by ticks. */
  #awaited: UnderWay | undefined
  #waitedMs = 0
  /** Sent before the newest probe, and up to the last that was answered. */
  #probedBytes = 0
  #answeredBytes = 0
  #probedMs = 0
  /** What the way has shown that it carries, by the last whole stretch. */
  #shownBytesPerS = 0

  constructor(parts: RoundTripParts) {
    const { slowestBytesPerS, probeMs } = parts.limits
    this.#parts = parts
    this.#stretchBytes = Math.max(PROBE_BYTES + 1, (slowestBytesPerS * probeMs) / 1000)
  }

  /** The last one; more as soon as one under way takes longer. undefined: not measured yet. */
  get rttMs(): number | undefined {
    const [first] = this.#underWay
    if (this.#lastMs === undefined || first === undefined) return this.#lastMs
    return Math.max(this.#lastMs, this.#parts.clock.monotonicMs() - first.sentMs)
  }

  begin(): void {
    this.#probedMs = this.#parts.clock.monotonicMs()
    this.#plan()
  }

  /** What comes back later is of a connection that is no more. */
  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#lastMs = undefined
    this.#underWay = []
    this.#awaited = undefined
    this.#probedBytes = 0
    this.#answeredBytes = 0
    this.#shownBytesPerS = 0
  }

  onEcho({ serial }: Probe): void {
    const at = this.#underWay.findIndex(one => one.serial === serial)
    const probe = this.#underWay[at]
    if (probe === undefined) return
    const nowMs = this.#parts.clock.monotonicMs()
    this.#underWay.splice(0, at + 1)
    this.#lastMs = nowMs - probe.sentMs
    this.#answeredBytes = probe.atBytes + PROBE_BYTES
    // Less than it can: all of the stretch was sent, and came, within this time.
    if (probe.stretchBytes >= this.#stretchBytes)
      this.#shownBytesPerS = (1000 * probe.stretchBytes) / Math.max(1, nowMs - probe.sinceMs)
  }

  /** Something was sent. */
  onSent(): void {
    if (this.#parts.sentBytes() - this.#probedBytes >= this.#stretchBytes) this.#probe()
  }

  #plan(): void {
    const { clock, limits } = this.#parts
    this.#timer = clock.after(limits.probeMs, () => {
      this.#plan()
      if (this.#underWay.length === 0) this.#probe()
      this.#look()
    })
  }

  #probe(): void {
    const { clock, send, sentBytes } = this.#parts
    if (this.#underWay.length === PROBES_MAX) return
    const sentMs = clock.monotonicMs()
    const atBytes = sentBytes()
    const stretchBytes = atBytes - this.#probedBytes
    const sinceMs = this.#probedMs
    const serial = (this.#serial + 1) >>> 0
    // Before it is sent, which is told as well.
    this.#probedBytes = atBytes
    if (!send(encodeProbe({ kind: 'probe', serial }))) return
    this.#serial = serial
    this.#probedMs = sentMs
    this.#underWay.push({ serial, sentMs, atBytes, stretchBytes, sinceMs })
  }

  /** What still waits here is no way's fault: whoever sends watches that it goes. */
  #look(): void {
    const { limits, takenBytes, onUnanswered } = this.#parts
    const [first] = this.#underWay
    if (first === undefined || first !== this.#awaited) {
      this.#awaited = first
      this.#waitedMs = 0
      return
    }
    if (takenBytes() < first.atBytes + PROBE_BYTES) return
    this.#waitedMs += limits.probeMs
    const bytesPerS = Math.max(limits.slowestBytesPerS, this.#shownBytesPerS)
    const patienceMs = limits.stuckMs + (1000 * (first.atBytes - this.#answeredBytes)) / bytesPerS
    if (this.#waitedMs >= patienceMs) onUnanswered(this.#waitedMs)
  }
}
