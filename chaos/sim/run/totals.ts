/** What a campaign of many runs comes to. The order in which results arrive does not matter. */

import { mix52 } from '../../../src/base/hash.ts'
import { addCounts, type Counts, type Result } from './result.ts'

const TWO_32 = 2 ** 32

export class Totals {
  runs = 0
  operations = 0
  operationsLeast = Number.POSITIVE_INFINITY
  events = 0
  simulatedMs = 0
  simulatedMsLeast = Number.POSITIVE_INFINITY
  undecided = 0
  readonly faults: Counts = {}
  readonly checks: Counts = {}
  readonly cells: Counts = {}
  readonly refused: Counts = {}
  readonly failed: Result[] = []
  readonly killedMs: number[] = []
  readonly silentElections: number[] = []
  readonly #hashes = new Map<number, number>()

  add(result: Result): void {
    this.runs++
    this.events += result.events
    this.operations += result.operations
    this.simulatedMs += result.simulatedMs
    this.undecided += result.undecided
    if (result.killedMs !== undefined) this.killedMs.push(result.killedMs)
    if (result.silentElections !== undefined) this.silentElections.push(result.silentElections)
    this.#hashes.set(result.seed, result.traceHash)
    for (const part of ['faults', 'checks', 'cells', 'refused'] as const) {
      addCounts(this[part], result[part])
    }
    if (result.failure !== undefined) {
      this.failed.push(result)
      return
    }
    this.operationsLeast = Math.min(this.operationsLeast, result.operations)
    this.simulatedMsLeast = Math.min(this.simulatedMsLeast, result.simulatedMs)
  }

  /** One number for all traces, by the order of their seeds. */
  hash(): number {
    let hash = 0
    for (const [seed, trace] of [...this.#hashes].sort(([a], [b]) => a - b)) {
      hash = mix52(hash, seed, trace, Math.floor(trace / TWO_32))
    }
    return hash
  }
}
