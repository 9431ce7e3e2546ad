/**
 * Records of a source that could not be computed, as records of their own channel. The letters of
 * one offset are made by themselves, and cut to what goes in one frame: what they say must not hang
 * on what was read along with them.
 */

import { offsetsOf } from '../../engine/channels/frame.ts'
import { concat } from '../../engine/columns/concat.ts'
import type { Records } from '../../engine/columns/records.ts'
import { sortOut } from '../../engine/exchange/outsize.ts'
import type { DeadRow } from '../../engine/stage/collector.ts'
import { DEAD_LETTER_SCHEMA, deadLetters } from '../../engine/stage/dead-letters.ts'

export function lettersOf(dead: readonly DeadRow[], channel: number): Records {
  const byOffset = new Map<number, DeadRow[]>()
  for (const one of dead) {
    const offset = offsetsOf(one.records)[one.row] as number
    const rows = byOffset.get(offset) ?? []
    byOffset.set(offset, rows)
    rows.push(one)
  }
  const ascending = [...byOffset].sort(([one], [other]) => one - other)
  const letters = ascending.map(([offset, rows]) => ofOne(rows, { channel, offset }))
  return concat(DEAD_LETTER_SCHEMA, letters)
}

/** Of an offset with more letters than go together the first stands for all. */
function ofOne(
  rows: readonly DeadRow[],
  { channel, offset }: { readonly channel: number; readonly offset: number },
): Records {
  const at = (letters: Records): Records => {
    const offsets = new Float64Array(letters.size).fill(offset)
    return { ...letters, origin: { channel, offsets } }
  }
  const all = at(deadLetters(rows))
  if (sortOut(all).refused.length === 0) return all
  const [first] = rows as [DeadRow]
  const reason = `${first.reason} (and ${rows.length - 1} more of this record)`
  return at(deadLetters([{ ...first, reason }]))
}
