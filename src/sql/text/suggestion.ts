/**
 * The name that was probably meant. Case counts for nothing here, two neighbours that changed
 * places count as one slip, and what is too far off is not suggested at all.
 */

/** Longer names are compared no further: the work is the product of the lengths. */
const COMPARED_MAX = 64

/** ` Did you mean "page"?`, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const closest = closestOf(name, known)
  return closest === undefined ? '' : ` Did you mean "${closest}"?`
}

export function closestOf(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  let bestName: string | undefined
  let best = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    const distance = slips(wanted, candidate.toLowerCase())
    if (distance < best) {
      best = distance
      bestName = candidate
    }
  }
  return bestName
}

/** Letters to insert, delete, replace or swap with a neighbour (optimal string alignment). */
export function slips(a: string, b: string): number {
  if (a === b) return 0
  if (a.length > COMPARED_MAX || b.length > COMPARED_MAX) return COMPARED_MAX
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const replaced = (last[j - 1] as number) + (same ? 0 : 1)
      let cost = Math.min(replaced, (last[j] as number) + 1, (row[j - 1] as number) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1)
      }
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length] as number
}
