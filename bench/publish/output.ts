/**
 * What the groups of this benchmark let out: values of any size that say when their entry was
 * committed, whose they are and which number they have, so that whoever reads them can tell how
 * late they are, and whether one is missing, there twice or out of order.
 */

import type { Output, SinkRun } from '../../src/journal/types.ts'

export interface Stamp {
  readonly committedMs: number
  readonly group: number
  /** Of the output, in its group, from 1. */
  readonly number: number
}

const GROUP_AT = 8
const NUMBER_AT = 12
/** No value is smaller. */
export const STAMP_BYTES = 16

/** One clock for all processes of a machine, in milliseconds. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Values one behind the other, all committed at once. */
export function stamped(first: Stamp, count: number, sizeBytes: number): Uint8Array {
  const bytes = Buffer.alloc(count * sizeBytes, 'v')
  for (let i = 0; i < count; i++) {
    const at = i * sizeBytes
    bytes.writeDoubleBE(first.committedMs, at)
    bytes.writeUInt32BE(first.group, at + GROUP_AT)
    bytes.writeUInt32BE(first.number + i, at + NUMBER_AT)
  }
  return bytes
}

export function stampOf(value: Uint8Array): Stamp {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  return {
    committedMs: bytes.readDoubleBE(0),
    group: bytes.readUInt32BE(GROUP_AT),
    number: bytes.readUInt32BE(NUMBER_AT),
  }
}

export interface Target {
  readonly topic: string
  readonly partitions: number
}

const partitionOf = (number: number, { partitions }: Target): number => number % partitions

/** As records: the numbers go round the partitions. */
export function rendered(run: SinkRun, target: Target): readonly Output[] {
  const { topic } = target
  const sizeBytes = run.bytes.length / run.count
  return Array.from({ length: run.count }, (_, at) => {
    const number = run.first + at
    const value = run.bytes.subarray(at * sizeBytes, (at + 1) * sizeBytes)
    const record = { key: null, value, headers: [], timestampMs: 0 }
    return { topic, partition: partitionOf(number, target), record }
  })
}
