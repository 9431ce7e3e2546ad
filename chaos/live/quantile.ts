/** Quantiles by nearest rank, each a number that was really measured; and the middle of a few. */

/** `share` from 0 to 1; NaN of nothing. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = Float64Array.from(numbers).sort()
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** Of an even number, between the two in the middle: of two rounds neither is the better one. */
export function median(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort()
  const [below, above] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return below === undefined || above === undefined ? Number.NaN : (below + above) / 2
}
