/** Which segments hold blocks that somebody may still read. Pure. */

import type { Ledger } from '../state/ledger.ts'
import type { Block } from '../state/partition.ts'

export interface Placed {
  readonly partition: number
  readonly block: Block
}

/** By segment; blocks that are not written yet are in none. */
export function liveBytes(ledger: Ledger): ReadonlyMap<number, number> {
  const live = new Map<number, number>()
  for (const { block } of placed(ledger)) {
    live.set(block.segment, (live.get(block.segment) ?? 0) + block.sizeBytes)
  }
  return live
}

export function oldestLive(live: ReadonlyMap<number, number>, next: number): number {
  let oldest = next
  for (const segment of live.keys()) oldest = Math.min(oldest, segment)
  return oldest
}

/** The oldest segment's blocks, when more than half of all bytes are of no use to anybody. */
export function toMove(
  ledger: Ledger,
  sizes: ReadonlyMap<number, number>,
  slackBytes: number,
): readonly Placed[] {
  const live = liveBytes(ledger)
  const sum = (bytes: Iterable<number>) => [...bytes].reduce((all, one) => all + one, 0)
  if (sum(sizes.values()) <= 2 * sum(live.values()) + slackBytes) return []
  const oldest = oldestLive(live, Number.POSITIVE_INFINITY)
  const moving: Placed[] = []
  for (const one of placed(ledger)) if (one.block.segment === oldest) moving.push(one)
  return moving
}

function* placed(ledger: Ledger): Iterable<Placed> {
  for (const { partitions } of ledger.topics()) {
    for (const { number, blocks } of partitions) {
      for (const block of blocks) yield { partition: number, block }
    }
  }
}
