/**
 * The bytes of an image's file: blocks of one size, each sealed with a checksum that its number
 * seeds, and at the end the image's size under a checksum of all. Any part can be read and judged
 * alone, so that a damaged image is never passed on, whole or in chunks.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import type { FilePart } from '../../base/env.ts'
import { IMAGE_BLOCK_BYTES } from './limits.ts'

const CRC_BYTES = 4
const SEALED_BYTES = IMAGE_BLOCK_BYTES + CRC_BYTES
/** Size in two halves, checksum of the blocks, checksum of the foot. */
const FOOT_BYTES = 16
const TWO_32 = 2 ** 32

/** Seals bytes that come in pieces of any size. */
export class BlockSealer {
  #block = new Uint8Array(IMAGE_BLOCK_BYTES)
  #filled = 0
  #blocks = 0
  #crc = 0
  #sizeBytes = 0

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** What is ready for the file. */
  push(bytes: Uint8Array): Uint8Array {
    const out = new ByteWriter()
    let at = 0
    while (at < bytes.length) {
      const more = bytes.subarray(at, at + IMAGE_BLOCK_BYTES - this.#filled)
      this.#block.set(more, this.#filled)
      this.#filled += more.length
      at += more.length
      if (this.#filled === IMAGE_BLOCK_BYTES) this.#seal(out)
    }
    this.#sizeBytes += bytes.length
    return out.finish()
  }

  /** The rest, and the foot. */
  finish(): Uint8Array {
    const out = new ByteWriter()
    if (this.#filled > 0) this.#seal(out)
    return out.raw(encodeFoot(this.#sizeBytes, this.#crc)).finish()
  }

  #seal(out: ByteWriter): void {
    const data = this.#block.subarray(0, this.#filled)
    const crc = crc32c(data, this.#blocks++)
    out.raw(data).uint32(crc)
    this.#crc = chainedCrc(crc, this.#crc)
    this.#filled = 0
  }
}

export interface Blocks {
  readonly data: Uint8Array
  readonly isLast: boolean
  /** The chain of checksums over these and all blocks before, when `crc` was that of those. */
  readonly crc: number
  /** What the foot says the chain is, at the end. */
  readonly footCrc: number | undefined
}

/** Where so many blocks stand, with as much behind them as tells whether they are the last. */
export function blocksPart(first: number, count: number): FilePart {
  return { offset: first * SEALED_BYTES, sizeBytes: count * SEALED_BYTES + FOOT_BYTES + 1 }
}

/** The blocks that hold these bytes of the image. */
export function blocksOf(offset: number, sizeBytes: number): { first: number; count: number } {
  const first = Math.floor(offset / IMAGE_BLOCK_BYTES)
  const end = Math.ceil((offset + sizeBytes) / IMAGE_BLOCK_BYTES)
  return { first, count: Math.max(1, end - first) }
}

/** What `blocksPart` read; undefined when it is damaged. */
export function openBlocks(
  bytes: Uint8Array,
  { first, count, crc }: { first: number; count: number; crc: number },
): Blocks | undefined {
  const isLast = bytes.length < blocksPart(first, count).sizeBytes
  const sealedBytes = isLast ? bytes.length - FOOT_BYTES : count * SEALED_BYTES
  if (sealedBytes < 0) return undefined
  const unsealed = unseal(bytes.subarray(0, sealedBytes), first, crc)
  if (unsealed === undefined || !isLast) {
    return unsealed && { ...unsealed, isLast, footCrc: undefined }
  }
  const foot = decodeFoot(bytes.subarray(sealedBytes))
  if (foot?.sizeBytes !== first * IMAGE_BLOCK_BYTES + unsealed.data.length) return undefined
  return { ...unsealed, isLast, footCrc: foot.crc }
}

function unseal(sealed: Uint8Array, first: number, before: number) {
  const out = new ByteWriter()
  let crc = before
  for (let at = 0, number = first; at < sealed.length; at += SEALED_BYTES, number++) {
    const block = sealed.subarray(at, at + SEALED_BYTES)
    if (block.length <= CRC_BYTES) return undefined
    const data = block.subarray(0, block.length - CRC_BYTES)
    const seal = new ByteReader(block.subarray(data.length)).uint32()
    if (seal !== crc32c(data, number)) return undefined
    crc = chainedCrc(seal, crc)
    out.raw(data)
  }
  return { data: out.finish(), crc }
}

function chainedCrc(crc: number, before: number): number {
  return crc32c(new ByteWriter().uint32(crc).finish(), before)
}

function encodeFoot(sizeBytes: number, crc: number): Uint8Array {
  const out = new ByteWriter()
  out
    .uint32(sizeBytes % TWO_32)
    .uint32(Math.floor(sizeBytes / TWO_32))
    .uint32(crc)
  const foot = out.finish()
  return out.raw(foot).uint32(crc32c(foot)).finish()
}

/** undefined: the foot is damaged. */
function decodeFoot(bytes: Uint8Array): { sizeBytes: number; crc: number } | undefined {
  const input = new ByteReader(bytes)
  const low = input.uint32()
  const sizeBytes = input.uint32() * TWO_32 + low
  const crc = input.uint32()
  const sealed = bytes.subarray(0, FOOT_BYTES - CRC_BYTES)
  return input.uint32() === crc32c(sealed) ? { sizeBytes, crc } : undefined
}
