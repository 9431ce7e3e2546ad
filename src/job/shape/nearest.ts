/** Did you mean ..: the known word that a mistyped one is nearest to. */

/** Longer words are cut: nobody mistypes them into one of ours. */
const LENGTH_MAX = 64

/** Words that begin alike are near, whatever their ends: `tumble` and `tumbling`. */
const BEGINNING = 4

/** At most a third of its letters may be wrong. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const typed = folded(word)
  let best: string | undefined
  let least = Math.floor(Math.min(typed.length, LENGTH_MAX) / 3) + 1
  for (const one of known) {
    const far = Math.min(distance(typed, folded(one)), behindBeginning(typed, folded(one)))
    if (far < least) {
      best = one
      least = far
    }
  }
  return best
}

/** Case, `-` and `_` are what people get wrong most. */
const folded = (word: string) => word.slice(0, LENGTH_MAX).toLowerCase().replace(/[-_ ]/g, '')

/** How many letters of the typed word stand behind a long common beginning. */
function behindBeginning(typed: string, known: string): number {
  let same = 0
  while (same < typed.length && typed[same] === known[same]) same++
  return same < BEGINNING ? Number.POSITIVE_INFINITY : typed.length - same
}

/** Letters wrong, missing, too many, or two neighbours swapped. */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? beforeLast[j - 2] : undefined
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const edit = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change)
      row.push(swap === undefined ? edit : Math.min(edit, swap + 1))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
