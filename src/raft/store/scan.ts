/**
 * Reads the segments of a log, oldest first, and judges them: each must go on where its successor's
 * head says, and in the newest nothing may break that a sync had promised.
 */

import { MALFORMED_BYTES } from '../../base/bytes.ts'
import type { Disk } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import { endsBefore, type LogEnd } from '../../base/log-end.ts'
import {
  FRAME_HEAD_BYTES,
  findPromise,
  frameAt,
  frameSeed,
  frameSize,
  walkFrames,
} from './frame.ts'
import type { Guard } from './guard.ts'
import { decodeHead, encodeHead, type Head } from './head.ts'
import { segmentName } from './names.ts'
import { Replay, type StoredGroup } from './replay.ts'

export interface ScanParts {
  readonly disk: Disk
  readonly guard: Guard
  readonly store: string
  /** The log ended here or behind it. */
  readonly least: LogEnd
}

/** What a log amounts to, and how the segment begins that goes on from it. */
export interface Scanned {
  readonly replay: Replay
  readonly groups: Map<StoredGroup['group'], StoredGroup>
  readonly end: LogEnd
  readonly number: number
  readonly payloads: readonly Uint8Array[]
}

interface Loaded {
  readonly number: number
  readonly bytes: Uint8Array
  readonly seed: number
  readonly headBytes: number
  readonly head: Head
}

/** `done` gets what is wrong with the log, in words, when it is damaged. */
export function scanLog(
  parts: ScanParts,
  numbers: readonly number[],
  done: (scanned: Scanned | string) => void,
): void {
  new Scan(parts, numbers, done).next(0, undefined)
}

class Scan {
  readonly #parts: ScanParts
  readonly #numbers: readonly number[]
  readonly #done: (scanned: Scanned | string) => void
  readonly #replay = new Replay()

  constructor(
    parts: ScanParts,
    numbers: readonly number[],
    done: (scanned: Scanned | string) => void,
  ) {
    this.#parts = parts
    this.#numbers = numbers
    this.#done = done
  }

  /** A segment is replayed when the head behind it has told where it ends. */
  next(at: number, before: Loaded | undefined): void {
    const number = this.#numbers[at]
    if (number === undefined) {
      this.#done(sane(() => this.#newest(before as Loaded)))
      return
    }
    const read = this.#parts.guard.value<Uint8Array>(bytes => {
      const loaded = sane(() => this.#load(number, bytes, before))
      if (typeof loaded === 'string') this.#done(loaded)
      else this.next(at + 1, loaded)
    })
    this.#parts.disk.read(segmentName(number), read)
  }

  #load(number: number, bytes: Uint8Array, before: Loaded | undefined): Loaded {
    const seed = frameSeed(this.#parts.store, number)
    const frame = frameAt(bytes, 0, seed)
    if (frame === undefined) return damaged(`the head of ${segmentName(number)} is broken`)
    const head = decodeHead(bytes.subarray(FRAME_HEAD_BYTES, frame.sizeBytes))
    if (before === undefined) this.#replay.begin(head)
    else this.#replayWhole(before, head)
    this.#replay.segments.begin(number)
    this.#replay.segments.grown(bytes.length)
    return { number, bytes, seed, headBytes: frame.sizeBytes, head }
  }

  #replayWhole({ number, bytes, seed, headBytes }: Loaded, behind: Head): void {
    const { endBytes, chain } = walkFrames(bytes, seed, behind.previousBytes)
    if (endBytes !== behind.previousBytes || chain !== behind.previousChain) {
      damaged(`the chain of ${segmentName(number)} breaks at byte ${endBytes}`)
    }
    this.#replay.takeFrames(bytes, headBytes, endBytes)
  }

  #newest({ number, bytes, seed, headBytes }: Loaded): Scanned {
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
    this.#replay.takeFrames(bytes, headBytes, durableBytes)
    const head = { previousBytes: durableBytes, previousChain, states: this.#replay.states }
    const payloads = [encodeHead(head), ...payloadsOf(bytes, durableBytes, endBytes)]
    this.#replay.segments.begin(number + 1)
    this.#replay.takeFrames(bytes, durableBytes, endBytes)
    const groups = this.#replay.finish()
    return { replay: this.#replay, groups, end, number: number + 1, payloads }
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
