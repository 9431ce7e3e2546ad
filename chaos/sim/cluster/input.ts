/** The input as readers have it: what they are told of its ends is noted. */

import { RelayedLog } from '../../../src/base/relayed-log.ts'
import type { LogDone, Partition, StreamLog } from '../../../src/base/stream-log.ts'
import type { Quiet } from './quiet.ts'

export class WatchedInput extends RelayedLog {
  readonly #quiet: Quiet

  constructor(log: StreamLog, quiet: Quiet) {
    super(log)
    this.#quiet = quiet
  }

  override end(
    of: Partition,
    isolation: Parameters<StreamLog['end']>[1],
    done: LogDone<number>,
  ): void {
    super.end(of, isolation, answer => {
      if (answer.error === undefined) this.#quiet.onTold(of.partition, answer.value)
      done(answer)
    })
  }
}
