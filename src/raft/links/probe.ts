/**
 * How long the way to a peer and back takes. Whoever called probes now and then on the lane of the
 * turns, whoever was called sends the probe back at once: both wait behind what is queued, as every
 * message does. A frame is told from hello and refusal by its kind, from a packet by its beginning.
 *
 *     probe = 'WEIR', 3, serial, CRC-32C of it
 *     echo  = 'WEIR', 4, serial, CRC-32C of it
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import type { Clock, Timer } from '../../base/env.ts'

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
  readonly probeMs: number
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
  }

  onEcho({ serial }: Probe): void {
    if (serial !== this.#serial || this.#sentMs === undefined) return
    this.#lastMs = this.#parts.clock.monotonicMs() - this.#sentMs
    this.#sentMs = undefined
  }

  #plan(): void {
    const { clock, probeMs } = this.#parts
    this.#timer = clock.after(probeMs, () => {
      this.#plan()
      if (this.#sentMs === undefined) this.#probe()
    })
  }

  #probe(): void {
    const { clock, send } = this.#parts
    this.#serial = (this.#serial + 1) >>> 0
    const sentMs = clock.monotonicMs()
    if (send(encodeProbe({ kind: 'probe', serial: this.#serial }))) this.#sentMs = sentMs
  }
}
