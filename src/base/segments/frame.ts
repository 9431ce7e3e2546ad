/**
 * Frames, of which a segment is made. A frame says where it stands, which frame stood before it and
 * how far the segment had been synced when it was written; its checksum is seeded with the store
 * and the segment. So it can neither be missing, nor stand elsewhere, nor come from another log,
 * and what stands behind a break tells whether the broken bytes had been promised to anybody.
 */

import type { ByteWriter } from '../bytes.ts'
import { ByteWriter as Writer } from '../bytes.ts'
import { crc32c } from '../crc32c.ts'

/** "WeiF" as bytes. */
const MAGIC = 0x46696557
const MAGIC_FIRST_BYTE = 0x57

/** Magic, size of the payload, place, synced to, checksum of the frame before, checksum. */
export const FRAME_HEAD_BYTES = 24
const CRC_AT = 20

const NO_HEAD = new Uint8Array(FRAME_HEAD_BYTES)

/** Where a frame stands. */
export interface FramePlace {
  readonly seed: number
  readonly offset: number
  readonly syncedTo: number
  /** The checksum of the frame before; the seed in the first. */
  readonly chain: number
}

export interface Frame {
  readonly sizeBytes: number
  readonly syncedTo: number
  readonly chain: number
  readonly crc: number
}

/** How far frames follow one another. */
export interface Walk {
  readonly endBytes: number
  /** The checksum of the last of them. */
  readonly chain: number
  /** As far as one of them knows the segment to be synced. */
  readonly syncedBytes: number
}

export function frameSeed(store: string, segment: number): number {
  return crc32c(new Writer().text(store).varint(segment).finish())
}

/** Leaves room for the head, which `sealFrame` fills in. */
export function openFrame(out: ByteWriter): void {
  out.raw(NO_HEAD)
}

/** Fills in the head of a frame whose payload is there, and returns its checksum. */
export function sealFrame(frame: Uint8Array, place: FramePlace): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, frame.length - FRAME_HEAD_BYTES, true)
  view.setUint32(8, place.offset, true)
  view.setUint32(12, place.syncedTo, true)
  view.setUint32(16, place.chain, true)
  const crc = checksum(frame, place.seed)
  view.setUint32(CRC_AT, crc, true)
  return crc
}

/** The frame that stands whole at `offset`, or undefined. */
export function frameAt(bytes: Uint8Array, offset: number, seed: number): Frame | undefined {
  if (bytes.length - offset < FRAME_HEAD_BYTES) return undefined
  const sizeBytes = frameSize(bytes, offset)
  if (uint32At(bytes, offset) !== MAGIC || sizeBytes > bytes.length - offset) return undefined
  const crc = uint32At(bytes, offset + CRC_AT)
  const isWhole =
    uint32At(bytes, offset + 8) === offset &&
    checksum(bytes.subarray(offset, offset + sizeBytes), seed) === crc
  if (!isWhole) return undefined
  const syncedTo = uint32At(bytes, offset + 12)
  return { sizeBytes, syncedTo, chain: uint32At(bytes, offset + 16), crc }
}

/** The size of the frame at `offset`, in bytes that were walked. */
export function frameSize(bytes: Uint8Array, offset: number): number {
  return FRAME_HEAD_BYTES + uint32At(bytes, offset + 4)
}

/** From the beginning to the first break in the chain, or to `untilBytes`. */
export function walkFrames(bytes: Uint8Array, seed: number, untilBytes: number): Walk {
  let endBytes = 0
  let chain = seed
  let syncedBytes = 0
  while (endBytes < untilBytes) {
    const frame = frameAt(bytes, endBytes, seed)
    if (frame === undefined || frame.chain !== chain) break
    endBytes += frame.sizeBytes
    chain = frame.crc
    syncedBytes = Math.max(syncedBytes, frame.syncedTo)
  }
  return { endBytes, chain, syncedBytes }
}

/** Where a whole frame stands behind a break and knows what broke to be synced. */
export function findPromise(bytes: Uint8Array, seed: number, breakAt: number): number | undefined {
  let at = bytes.indexOf(MAGIC_FIRST_BYTE, breakAt)
  while (at >= 0) {
    const frame = frameAt(bytes, at, seed)
    if (frame !== undefined && frame.syncedTo > breakAt) return at
    at = bytes.indexOf(MAGIC_FIRST_BYTE, at + 1)
  }
  return undefined
}

function checksum(frame: Uint8Array, seed: number): number {
  const head = crc32c(frame.subarray(0, CRC_AT), seed)
  return crc32c(frame.subarray(FRAME_HEAD_BYTES), head)
}

/** Without a DataView: an opening looks at a million frames. */
function uint32At(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  return (low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0
}
