/**
 * The two small files of a store: whose it is, and how often it was opened and how far its log
 * reaches at least. Each begins with magic and format and ends with a checksum, in every format, so
 * that damage is told from a newer format.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { type NodeId, nodeId } from '../../base/ids.ts'
import type { LogEnd } from '../../base/log-end.ts'

export interface StoreIdentity {
  readonly cluster: string
  readonly node: NodeId
  /** A random name of this very folder. */
  readonly store: string
}

export interface IdentityFile extends StoreIdentity {
  /** false: the store was being made when its maker died. */
  readonly isMade: boolean
}

export interface BootRecord {
  readonly boot: number
  /** The log ends here or behind it. */
  readonly end: LogEnd
}

export type SmallFile<T> = T | 'damaged' | 'other-format'

/** The format of everything in the folder. */
const STORE_FORMAT = 1

const IDENTITY_MAGIC = 0x49696557
const BOOT_MAGIC = 0x42696557
const CRC_BYTES = 4

export function encodeIdentity(file: IdentityFile, format = STORE_FORMAT): Uint8Array {
  const out = new ByteWriter().uint32(IDENTITY_MAGIC).varint(format)
  out.text(file.cluster).text(file.node).text(file.store)
  return sealed(out.uint8(file.isMade ? 1 : 0))
}

export function decodeIdentity(bytes: Uint8Array): SmallFile<IdentityFile> {
  return decode(bytes, IDENTITY_MAGIC, input => {
    const [cluster, node, store] = [input.text(), nodeId(input.text()), input.text()]
    return { cluster, node, store, isMade: input.uint8() === 1 }
  })
}

export function encodeBoot({ boot, end }: BootRecord, format = STORE_FORMAT): Uint8Array {
  const out = new ByteWriter().uint32(BOOT_MAGIC).varint(format)
  return sealed(out.varint(boot).varint(end.segment).varint(end.bytes))
}

export function decodeBoot(bytes: Uint8Array): SmallFile<BootRecord> {
  return decode(bytes, BOOT_MAGIC, input => {
    return { boot: input.varint(), end: { segment: input.varint(), bytes: input.varint() } }
  })
}

function sealed(out: ByteWriter): Uint8Array {
  const bytes = out.finish()
  return new ByteWriter().raw(bytes).uint32(crc32c(bytes)).finish()
}

function decode<T>(bytes: Uint8Array, magic: number, read: (input: ByteReader) => T): SmallFile<T> {
  const body = bytes.subarray(0, Math.max(0, bytes.length - CRC_BYTES))
  try {
    const crc = new ByteReader(bytes.subarray(body.length)).uint32()
    const input = new ByteReader(body)
    if (crc !== crc32c(body) || input.uint32() !== magic) return 'damaged'
    if (input.varint() !== STORE_FORMAT) return 'other-format'
    const value = read(input)
    input.done()
    return value
  } catch {
    return 'damaged'
  }
}
