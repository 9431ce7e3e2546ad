/**
 * What of a stage's records can go to the next one: each has a key, and fits a frame. The others
 * are failed rows of the batch that made them, so whoever sends what was committed has no letters
 * of his own.
 */

import type { Compiler } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { allRows, type Records } from '../columns/records.ts'
import { sortOut } from '../exchange/outsize.ts'
import type { Schemas } from '../plan/schemas.ts'
import type { Exchange } from '../plan/sites.ts'
import type { DeadRow } from './collector.ts'
import { Slotting } from './slotting.ts'

export class Outbound {
  readonly #exchange: Exchange
  readonly #slotting: Slotting

  constructor(exchange: Exchange, schemas: Schemas, compiler: Compiler) {
    this.#exchange = exchange
    this.#slotting = new Slotting(exchange.key, schemas.of(exchange.edge), compiler)
  }

  /** Those that can go; of the others it is told why not. */
  sound(records: Records, dead: (row: DeadRow) => void): Records {
    const operator = this.#exchange.to
    const failures = new FailedRows((row, code, reason) => {
      dead({ operator, records, row, code, reason })
    })
    const keyed = this.#slotting.slotted(records, failures).records
    const { part, refused } = sortOut(numbered(keyed))
    for (const one of refused) dead({ operator, records: keyed, ...one })
    return refused.length === 0 ? keyed : { ...part, origin: undefined }
  }
}

/** Each record is an offset of its own among those of the exchange. */
function numbered(records: Records): Records {
  const offsets = Float64Array.from(allRows(records.size))
  return { ...records, origin: { channel: 0, offsets } }
}
