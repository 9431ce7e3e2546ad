/**
 * What a group's log makes of its state, from committed entries alone: nobody leads here, nothing
 * is computed ahead. All replicas are compared with it.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { crc32c } from '../../../src/base/crc32c.ts'
import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { readRecords, writeRecords } from '../../../src/engine/columns/records-codec.ts'
import { type Command, decodeCommand } from '../../../src/group/command.ts'
import { GroupState } from '../../../src/group/state.ts'
import type { Entry } from '../../../src/raft/types.ts'
import { Cuts } from './cuts.ts'
import type { Job } from './job.ts'
import { isForStage } from './names.ts'
import { Words } from './words.ts'

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
  /** By seq: how many outputs the entry has for each sink in a log. */
  readonly counts = new Map<number, Map<string, number>>()
  /** What it has for other stages, in the order of their numbers. */
  readonly sent = new Map<string, Records[]>()
  readonly words: Words
  readonly cuts = new Cuts()
  /** Of the newest entry, if it did something. */
  command: Command | undefined
  /** The largest entry so far. */
  entryBytesMax = 0
  readonly #job: Job
  readonly #group: number
  /** By index: fingerprints. */
  readonly #known: (Known | undefined)[] = []
  #index = 0

  constructor(job: Job, group: number) {
    this.#job = job
    this.#group = group
    this.words = new Words(job.isTimeless)
    this.state = GroupState.empty(job.slotsOf(group).from)
    this.#known[0] = { entry: 0, state: digestOf(this.state) }
  }

  /** The next entry is taken; of others, whether they are those that were. */
  take(entry: Entry): 'new' | 'same' | 'other' {
    const { index, term, data } = entry
    const print = crc32c(data, term)
    if (index <= this.#index) return this.#known[index]?.entry === print ? 'same' : 'other'
    this.#index = index
    this.entryBytesMax = Math.max(this.entryBytesMax, data.length)
    this.command = undefined
    if (entry.kind === 'data') this.#apply(decodeCommand(data))
    this.#known[index] = { entry: print, state: digestOf(this.state) }
    return 'new'
  }

  /** Whether a replica that applied so much is as it is to be. */
  isAt(index: number, state: GroupState): boolean {
    return this.#known[index]?.state === digestOf(state)
  }

  #apply(command: Command): void {
    const outcome = this.state.apply(command)
    this.command = outcome === 'done' ? command : undefined
    if (outcome === 'done') this.cuts.onCommand(command, this.state.outbox)
    if (outcome !== 'done' || command.kind !== 'batch') return
    const { batch } = command
    const due: Records[] = []
    const counts = new Map<string, number>()
    this.counts.set(batch.seq, counts)
    for (const { sink, first, records: bytes } of batch.outputs) {
      const made = this.outputs.get(sink) ?? new Map<number, Made>()
      this.outputs.set(sink, made)
      const schema = this.#job.schemaOf(this.#group, sink)
      const records = readRecords(new ByteReader(bytes), schema)
      for (const [at, crc] of printsOf(records).entries()) {
        made.set(first + at, { seq: batch.seq, crc })
      }
      if (!isForStage(sink)) {
        counts.set(sink, records.size)
        continue
      }
      this.sent.set(sink, [...(this.sent.get(sink) ?? []), records])
      due.push(records)
    }
    this.words.onBatch(batch, this.state, due)
  }
}

function printsOf(records: Records): readonly number[] {
  return Array.from({ length: records.size }, (_, row) => {
    const out = new ByteWriter()
    writeRecords(out, gatherRecords(records, Int32Array.of(row)))
    return crc32c(out.finish())
  })
}

function digestOf(state: GroupState): number {
  const { store, book } = state
  let digest = book.seq % 2 ** 32
  for (const piece of state.head()) digest = crc32c(piece, digest)
  for (const rows = store.scan(); rows.next(); )
    digest = crc32c(rows.value, crc32c(rows.key, digest))
  return digest
}
