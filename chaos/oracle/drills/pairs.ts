/**
 * What the job of the drills must say, computed naively from all that was put in: of each key two
 * records after each other make a pair, and the pairs of each bucket are added up by the second.
 */

export interface Reading {
  readonly key: string
  /** Of the key, from 1 on. */
  readonly n: number
  readonly v: number
  readonly bucket: number
  readonly atMs: number
}

export interface Pair {
  readonly key: string
  readonly first: number
  readonly last: number
  readonly total: number
  readonly bucket: number
}

export interface Total {
  readonly bucket: number
  readonly fromMs: number
  readonly pairs: number
  readonly total: number
}

const SECOND_MS = 1000

/** `byPartition`: each in the order in which it stands there; a key stands in one of them alone. */
export function pairsOf(byPartition: readonly (readonly Reading[])[]): readonly Pair[] {
  return byPartition.flatMap(readings => pairsIn(readings).map(({ pair }) => pair))
}

/** Of the seconds that the input left behind. */
export function totalsOf(byPartition: readonly (readonly Reading[])[]): readonly Total[] {
  const endMs = Math.min(...byPartition.map(endOf))
  const totals = new Map<string, Total>()
  for (const { pair, atMs } of byPartition.flatMap(pairsIn)) {
    const fromMs = Math.floor(atMs / SECOND_MS) * SECOND_MS
    if (fromMs + SECOND_MS > endMs) continue
    const name = `${pair.bucket} ${fromMs}`
    const { pairs, total } = totals.get(name) ?? { pairs: 0, total: 0 }
    const more = { pairs: pairs + 1, total: total + pair.total }
    totals.set(name, { bucket: pair.bucket, fromMs, ...more })
  }
  return [...totals.values()].sort((a, b) => a.fromMs - b.fromMs || a.bucket - b.bucket)
}

function pairsIn(readings: readonly Reading[]): readonly { pair: Pair; atMs: number }[] {
  const open = new Map<string, Reading>()
  return readings.flatMap(reading => {
    const { key, atMs } = reading
    const before = open.get(key)
    if (before === undefined) {
      open.set(key, reading)
      return []
    }
    open.delete(key)
    return [{ pair: paired(before, reading), atMs }]
  })
}

const paired = (one: Reading, other: Reading): Pair => ({
  key: one.key,
  first: Math.min(one.n, other.n),
  last: Math.max(one.n, other.n),
  total: one.v + other.v,
  bucket: Math.min(one.bucket, other.bucket),
})

/** Nothing earlier comes any more on this partition. */
const endOf = (readings: readonly Reading[]): number =>
  readings.reduce((end, { atMs }) => Math.max(end, atMs), Number.NEGATIVE_INFINITY)
