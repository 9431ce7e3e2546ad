/**
 * Test support: what stands in a packet without its checksum, and packets made by hand. Whoever
 * makes packets a little wrong seals them again: else no reader ever looks further than that.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'

const CHECKSUM_BYTES = 4

export function sealed(said: Uint8Array): Uint8Array {
  return new ByteWriter().raw(said).uint32(crc32c(said)).finish()
}

export function unsealed(packet: Uint8Array): Uint8Array {
  return packet.subarray(0, -CHECKSUM_BYTES)
}
