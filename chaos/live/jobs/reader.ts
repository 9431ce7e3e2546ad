/** A reader of committed records, as any consumer of an output would be: it follows a partition. */

import type { Asked, Partition, StoredRecord, StreamLog } from '../../../src/base/stream-log.ts'

const MAX_BYTES = 4 * 1024 * 1024
const WAIT_MS = 500
const AGAIN_MS = 50

export class Reader {
  readonly #log: StreamLog
  readonly #of: Partition
  readonly #onRecords: (records: readonly StoredRecord[]) => void
  #asked: Asked | undefined
  #again: NodeJS.Timeout | undefined
  #isEnded = false

  /** From its first record on. */
  constructor(
    log: StreamLog,
    of: Partition,
    onRecords: (records: readonly StoredRecord[]) => void,
  ) {
    this.#log = log
    this.#of = of
    this.#onRecords = onRecords
    this.#read(0)
  }

  end(): void {
    this.#isEnded = true
    this.#asked?.cancel()
    clearTimeout(this.#again)
  }

  #read(offset: number): void {
    const how = { isolation: 'committed', maxBytes: MAX_BYTES, waitMs: WAIT_MS } as const
    this.#asked = this.#log.fetch(this.#of, offset, how, answer => {
      if (this.#isEnded) return
      if (answer.error === undefined) {
        this.#onRecords(answer.value.records)
        this.#read(answer.value.position)
        return
      }
      // A log that is away is asked again: it is no trouble of the job's.
      this.#again = setTimeout(() => this.#read(offset), AGAIN_MS)
    })
  }
}
