/**
 * Reads the segments of a log, oldest first, and judges them: each must go on where its successor's
 * head says, and in the newest nothing may break that a sync had promised. What the frames hold is
 * for whoever asked: a `Reading` is given them in order.
 */

import { MALFORMED_BYTES } from '../bytes.ts'
import type { Disk } from '../env.ts'
import { WeirError } from '../errors.ts'
import { endsBefore, type LogEnd } from '../log-end.ts'
import {
  FRAME_HEAD_BYTES,
  findPromise,
  frameAt,
  frameSeed,
  frameSize,
  walkFrames,
} from './frame.ts'
import type { Guard } from './guard.ts'
import { segmentName } from './names.ts'

/** Where the segment before ended: every head says so. */
export interface Joint {
  /** What counts of the segment before; what stands behind that is void. */
  readonly previousBytes: number
  /** The checksum of its last frame that counts. */
  readonly previousChain: number
}

/** Frames that were walked: `bytes` from one place to another. */
export interface Walked {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
  /** How much further back they stand in the segment that they are in from now on. */
  readonly shift: number
}

/** Folds a log. Whatever makes no sense to it, it throws as malformed bytes. */
export interface Reading<Head extends Joint> {
  /** The payload of the first frame of a segment. */
  decodeHead(payload: Uint8Array): Head
  /** The first head of the log; later ones say again what is known. */
  begin(head: Head): void
  segment(number: number, sizeBytes: number): void
  takeFrames(walked: Walked): void
  /** How a segment begins that goes on from here. */
  encodeHead(joint: Joint): Uint8Array
  /** All was taken. */
  finish(): void
}

export interface ScanParts {
  readonly disk: Disk
  readonly guard: Guard
  readonly store: string
  /** The log ended here or behind it. */
  readonly least: LogEnd
}

/** How far a log reaches, and how the segment begins that goes on from it. */
export interface Scanned {
  readonly end: LogEnd
  readonly number: number
  readonly payloads: readonly Uint8Array[]
}

interface Loaded {
  readonly number: number
  readonly bytes: Uint8Array
  readonly seed: number
  readonly headBytes: number
}

/** `done` gets what is wrong with the log, in words, when it is damaged. */
export function scanSegments<Head extends Joint>(
  parts: ScanParts,
  numbers: readonly number[],
  reading: Reading<Head>,
  done: (scanned: Scanned | string) => void,
): void {
  const scan = new Scan(parts, reading)
  /** A segment is replayed when the head behind it has told where it ends. */
  const next = (at: number, before: Loaded | undefined): void => {
    const number = numbers[at]
    if (number === undefined) {
      done(sane(() => scan.newest(before as Loaded)))
      return
    }
    const read = parts.guard.value<Uint8Array>(bytes => {
      const loaded = sane(() => scan.load(number, bytes, before))
      if (typeof loaded === 'string') done(loaded)
      else next(at + 1, loaded)
    })
    parts.disk.read(segmentName(number), read)
  }
  next(0, undefined)
}

class Scan<Head extends Joint> {
  readonly #parts: ScanParts
  readonly #reading: Reading<Head>

  constructor(parts: ScanParts, reading: Reading<Head>) {
    this.#parts = parts
    this.#reading = reading
  }

  load(number: number, bytes: Uint8Array, before: Loaded | undefined): Loaded {
    const seed = frameSeed(this.#parts.store, number)
    const frame = frameAt(bytes, 0, seed)
    if (frame === undefined) return damaged(`the head of ${segmentName(number)} is broken`)
    const head = this.#reading.decodeHead(bytes.subarray(FRAME_HEAD_BYTES, frame.sizeBytes))
    if (before === undefined) this.#reading.begin(head)
    else this.#replayWhole(before, head)
    this.#reading.segment(number, bytes.length)
    return { number, bytes, seed, headBytes: frame.sizeBytes }
  }

  #replayWhole({ number, bytes, seed, headBytes }: Loaded, behind: Joint): void {
    const { endBytes, chain } = walkFrames(bytes, seed, behind.previousBytes)
    if (endBytes !== behind.previousBytes || chain !== behind.previousChain) {
      damaged(`the chain of ${segmentName(number)} breaks at byte ${endBytes}`)
    }
    this.#reading.takeFrames({ bytes, from: headBytes, to: endBytes, shift: 0 })
  }

  newest({ number, bytes, seed, headBytes }: Loaded): Scanned {
    const { endBytes, syncedBytes, chain } = walkFrames(bytes, seed, bytes.length)
    const promiseAt = findPromise(bytes, seed, endBytes)
    if (promiseAt !== undefined) {
      const name = segmentName(number)
      damaged(
        `the chain of ${name} breaks at byte ${endBytes}, which byte ${promiseAt} vouches for`,
      )
    }
    const end = { segment: number, bytes: endBytes }
    const { least } = this.#parts
    if (endsBefore(end, least)) {
      damaged(`${segmentName(number)} ends at byte ${endBytes} and reached ${least.bytes} before`)
    }
    const durableBytes = Math.max(syncedBytes, headBytes)
    const previousChain = durableBytes === endBytes ? chain : chainBefore(bytes, durableBytes, seed)
    this.#reading.takeFrames({ bytes, from: headBytes, to: durableBytes, shift: 0 })
    const head = this.#reading.encodeHead({ previousBytes: durableBytes, previousChain })
    const payloads = [head, ...payloadsOf(bytes, durableBytes, endBytes)]
    this.#reading.segment(number + 1, 0)
    const shift = FRAME_HEAD_BYTES + head.length - durableBytes
    this.#reading.takeFrames({ bytes, from: durableBytes, to: endBytes, shift })
    this.#reading.finish()
    return { end, number: number + 1, payloads }
  }
}

function payloadsOf(bytes: Uint8Array, from: number, to: number): readonly Uint8Array[] {
  const payloads: Uint8Array[] = []
  for (let at = from; at < to; at += frameSize(bytes, at)) {
    payloads.push(bytes.subarray(at + FRAME_HEAD_BYTES, at + frameSize(bytes, at)))
  }
  return payloads
}

/** The frame behind knows the one before it. */
function chainBefore(bytes: Uint8Array, offset: number, seed: number): number {
  return frameAt(bytes, offset, seed)?.chain ?? damaged('a frame vouches for half of another')
}

function damaged(what: string): never {
  throw new WeirError(MALFORMED_BYTES, what)
}

/** Bytes that make no sense are an answer, here. */
function sane<T>(read: () => T): T | string {
  try {
    return read()
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return error.message
    throw error
  }
}
