/**
 * How long the way to a peer and back takes, and whether there is one. Whoever called probes now
 * and then, whoever was called sends the probe back at once: both wait behind what is queued, as
 * every message does. An echo that does not come though all was taken tells of a way that swallows
 * what it is given. A frame is told from hello and refusal by its kind, from a packet by its
 * beginning.
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

/** Of one line, from connection to connection. At most one probe is on its way. */
export class RoundTrips {
  readonly #parts: RoundTripParts
  #timer: Timer | undefined
  #serial = 0
  #sentMs: number | undefined
  #lastMs: number | undefined
  /** Of the probe under way: by its own count of time, which stands still with the process. */
  #waitedMs = 0
  #patienceMs = 0
  /** Sent on this connection up to the probe under way, and up to the last that was answered. */
  #sentBytes = 0
  #answeredBytes = 0

  constructor(parts: RoundTripParts) {
    this.#parts = parts
  }

  /** The last one; more as soon as the one under way takes longer. undefined: not measured yet. */
  get rttMs(): number | undefined {
    if (this.#lastMs === undefined || this.#sentMs === undefined) return this.#lastMs
    return Math.max(this.#lastMs, this.#parts.clock.monotonicMs() - this.#sentMs)
  }

  begin(): void {
    this.#plan()
  }

  /** What comes back later is of a connection that is no more. */
  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#sentMs = undefined
    this.#lastMs = undefined
    this.#answeredBytes = 0
  }

  onEcho({ serial }: Probe): void {
    if (serial !== this.#serial || this.#sentMs === undefined) return
    this.#lastMs = this.#parts.clock.monotonicMs() - this.#sentMs
    this.#sentMs = undefined
    this.#answeredBytes = this.#sentBytes
  }

  #plan(): void {
    const { clock, limits } = this.#parts
    this.#timer = clock.after(limits.probeMs, () => {
      this.#plan()
      if (this.#sentMs === undefined) this.#probe()
      else this.#wait(limits.probeMs)
    })
  }

  #probe(): void {
    const { clock, limits, send, sentBytes } = this.#parts
    this.#serial = (this.#serial + 1) >>> 0
    const sentMs = clock.monotonicMs()
    const inFrontBytes = sentBytes() - this.#answeredBytes
    if (!send(encodeProbe({ kind: 'probe', serial: this.#serial }))) return
    this.#sentMs = sentMs
    this.#sentBytes = sentBytes()
    this.#waitedMs = 0
    this.#patienceMs = limits.stuckMs + (1000 * inFrontBytes) / limits.slowestBytesPerS
  }

  /** What still waits here is no way's fault: whoever sends watches that it goes. */
  #wait(ms: number): void {
    if (this.#parts.takenBytes() < this.#sentBytes) return
    this.#waitedMs += ms
    if (this.#waitedMs >= this.#patienceMs) this.#parts.onUnanswered(this.#waitedMs)
  }
}
