/**
 * The bytes of the record log: frames of length, checksum and payload, each checksum seeded with
 * the one before it, so that a frame can neither be missing nor stand elsewhere. One frame holds
 * one durable step.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { crc32c } from '../../../src/base/crc32c.ts'
import { invariant, WeirError } from '../../../src/base/errors.ts'
import type { ReplicaId } from '../../../src/base/ids.ts'
import { replicaId } from '../../../src/base/ids.ts'
import {
  readEntry,
  readHardState,
  readImage,
  writeEntry,
  writeHardState,
  writeImage,
} from '../../../src/raft/log/codec.ts'
import type { Image } from '../../../src/raft/types.ts'
import type { Step } from './remnant.ts'

export interface Head {
  readonly replica: ReplicaId
  readonly boot: number
}

export interface Record extends Step {
  /** Only in the first frame of a file. */
  readonly head?: Head | undefined
  /** The files that hold the images. */
  readonly installName?: string | undefined
  readonly compactName?: string | undefined
}

const HEAD = 1
const INSTALL = 2
const HARD_STATE = 4
const COMPACT = 8
const FRAME_HEAD_BYTES = 8

const payload = new ByteWriter()

/** Writes one frame and returns its checksum, which seeds the next. */
export function writeFrame(out: ByteWriter, record: Record, seed: number): number {
  const bytes = encodeRecord(record)
  const crc = crc32c(bytes, seed)
  out.uint32(bytes.length)
  out.uint32(crc)
  out.raw(bytes)
  return crc
}

/** Reads frames until the chain breaks; returns where it broke, or the size when it did not. */
export function scanFrames(bytes: Uint8Array, seed: number, take: (r: Record) => void): number {
  const input = new ByteReader(bytes)
  let crc = seed
  let end = 0
  while (input.left >= FRAME_HEAD_BYTES) {
    const size = input.uint32()
    const expected = input.uint32()
    if (size > input.left) {
      return end
    }
    const body = input.raw(size)
    crc = crc32c(body, crc)
    if (crc !== expected || size === 0) {
      return end
    }
    take(decodeRecord(body))
    end += FRAME_HEAD_BYTES + size
  }
  return end
}

function encodeRecord(record: Record): Uint8Array {
  const { head, install, hardState, entries, compact } = record
  payload.uint8(
    (head ? HEAD : 0) |
      (install ? INSTALL : 0) |
      (hardState ? HARD_STATE : 0) |
      (compact ? COMPACT : 0),
  )
  if (head !== undefined) {
    payload.varint(head.replica)
    payload.varint(head.boot)
  }
  writeNamed(install, record.installName)
  writeNamed(compact, record.compactName)
  if (hardState !== undefined) writeHardState(payload, hardState)
  payload.varint(entries.length)
  for (const entry of entries) writeEntry(payload, entry)
  return payload.finish()
}

function decodeRecord(bytes: Uint8Array): Record {
  const input = new ByteReader(bytes)
  const flags = input.uint8()
  const head = flags & HEAD ? readHead(input) : undefined
  const install = flags & INSTALL ? readImage(input) : undefined
  const installName = install && input.text()
  const compact = flags & COMPACT ? readImage(input) : undefined
  const compactName = compact && input.text()
  const hardState = flags & HARD_STATE ? readHardState(input) : undefined
  const entries = Array.from({ length: input.varint() }, () => readEntry(input))
  input.done()
  return { head, install, installName, compact, compactName, hardState, entries }
}

function writeNamed(image: Image | undefined, name: string | undefined): void {
  if (image === undefined) return
  writeImage(payload, image)
  invariant(name !== undefined, 'STORE an image on record has a file')
  payload.text(name)
}

function readHead(input: ByteReader): Head {
  return { replica: replicaId(input.varint()), boot: input.varint() }
}

const SEAL_BYTES = 4

/** An image's file: its bytes with their checksum behind them. */
export function sealImage(bytes: Uint8Array): Uint8Array {
  const out = new ByteWriter()
  out.raw(bytes)
  out.uint32(crc32c(bytes))
  return out.finish()
}

/** The seal alone, when the bytes are already in the file. */
export function seal(crc: number): Uint8Array {
  const out = new ByteWriter()
  out.uint32(crc)
  return out.finish()
}

/** The bytes under the seal; throws `damaged-image`. */
export function unsealImage(file: Uint8Array): Uint8Array {
  const size = file.length - SEAL_BYTES
  if (size >= 0) {
    const bytes = file.subarray(0, size)
    if (new ByteReader(file.subarray(size)).uint32() === crc32c(bytes)) {
      return bytes
    }
  }
  throw new WeirError('damaged-image', 'the image does not match its checksum; take another')
}
