/** Batches as brokers keep them: what a producer wrote, at its offset; and the broker's marks. */

import { crc32c } from '../../../base/crc32c.ts'
import type { NewRecord } from '../../../base/stream-log.ts'
import { CRC_AT, CRC_FROM } from '../batch/header.ts'
import { encodedBatch } from '../batch/records.ts'

const CONTROL = 0x20
const ATTRIBUTES_AT = 21

export const record = (
  value: string | null,
  key: Uint8Array | null = null,
  timestampMs = 1000,
): NewRecord => ({
  key,
  value: value === null ? null : Buffer.from(value),
  headers: [],
  timestampMs,
})

export const text = (bytes: Uint8Array | null): string =>
  bytes === null ? 'null' : Buffer.from(bytes).toString('utf8')

export function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(crc32c(bytes.subarray(CRC_FROM)), CRC_AT)
  return bytes
}

export function at(offset: number, batch: Buffer): Buffer {
  const copy = Buffer.from(batch)
  copy.writeBigInt64BE(BigInt(offset), 0)
  return copy
}

/** Records of a transaction, or of nobody's when there is no producer. */
export function written(offset: number, values: readonly string[], producerId?: number): Buffer {
  const author = producerId === undefined ? undefined : { producerId, epoch: 0, firstSequence: 0 }
  return at(
    offset,
    encodedBatch(
      values.map(value => record(value)),
      author,
    ),
  )
}

/** The mark at the end of a producer's transaction. */
export function mark(offset: number, producerId: number, how: 'commit' | 'abort'): Buffer {
  const key = Buffer.from([0, 0, 0, how === 'commit' ? 1 : 0])
  const author = { producerId, epoch: 0, firstSequence: -1 }
  const batch = at(offset, encodedBatch([record('mark', key)], author))
  batch.writeInt16BE(batch.readInt16BE(ATTRIBUTES_AT) | CONTROL, ATTRIBUTES_AT)
  return sealed(batch)
}
