/**
 * What a group's log makes of its state, from committed entries alone: nobody leads here, nothing
 * is computed ahead. All replicas are compared with it.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { crc32c } from '../../../src/base/crc32c.ts'
import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import { type Command, decodeCommand } from '../../../src/group/command.ts'
import { GroupState } from '../../../src/group/state.ts'
import { encodeOutbox } from '../../../src/journal/outbox-codec.ts'
import type { Entry } from '../../../src/raft/types.ts'
import type { Job } from './job.ts'

/** An output as it was committed. */
export interface Made {
  readonly seq: number
  /** Of the record that is to be shown. */
  readonly crc: number
}

interface Known {
  readonly entry: number
  readonly state: number
}

export class Shadow {
  readonly state: GroupState
  /** By sink and number. */
  readonly outputs = new Map<string, Map<number, Made>>()
  /** The largest entry so far. */
  entryBytesMax = 0
  readonly #job: Job
  /** By index: fingerprints. */
  readonly #known: (Known | undefined)[] = []
  #index = 0

  constructor(job: Job, group: number) {
    this.#job = job
    this.state = GroupState.empty(job.stageOptions(group).slots?.from ?? 0)
    this.#known[0] = { entry: 0, state: digestOf(this.state) }
  }

  /** The next entry is taken; of others, whether they are those that were. */
  take(entry: Entry): 'new' | 'same' | 'other' {
    const { index, term, data } = entry
    const print = crc32c(data, term)
    if (index <= this.#index) return this.#known[index]?.entry === print ? 'same' : 'other'
    this.#index = index
    this.entryBytesMax = Math.max(this.entryBytesMax, data.length)
    if (entry.kind === 'data') this.#apply(decodeCommand(data))
    this.#known[index] = { entry: print, state: digestOf(this.state) }
    return 'new'
  }

  /** Whether a replica that applied so much is as it is to be. */
  isAt(index: number, state: GroupState): boolean {
    return this.#known[index]?.state === digestOf(state)
  }

  #apply(command: Command): void {
    if (this.state.apply(command) !== 'done' || command.kind !== 'batch') return
    const { batch } = command
    for (const { sink, first, records } of batch.outputs) {
      const made = this.outputs.get(sink) ?? new Map<number, Made>()
      this.outputs.set(sink, made)
      for (const [at, crc] of this.#prints(sink, records).entries()) {
        made.set(first + at, { seq: batch.seq, crc })
      }
    }
  }

  #prints(sink: string, bytes: Uint8Array): readonly number[] {
    const records = readRecords(new ByteReader(bytes), this.#job.schemaOf(sink))
    return Array.from({ length: records.size }, (_, row) => {
      const out = new ByteWriter()
      writeRecords(out, gatherRecords(records, Int32Array.of(row)))
      return crc32c(out.finish())
    })
  }
}

function digestOf({ store, outbox, book }: GroupState): number {
  let digest = crc32c(encodeOutbox(outbox), book.seq % 2 ** 32)
  for (const rows = store.scan(); rows.next(); )
    digest = crc32c(rows.value, crc32c(rows.key, digest))
  return digest
}
