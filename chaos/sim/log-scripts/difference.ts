/** Where two bodies that played the same script answered differently. */

export interface Difference {
  /** Which of the answers. */
  readonly at: number
  readonly first: string
  readonly second: string
}

const NONE = 'no answer any more'

/** The first one: those behind it may follow from it. */
export function firstDifference(
  first: readonly string[],
  second: readonly string[],
): Difference | undefined {
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const [one = NONE, other = NONE] = [first[at], second[at]]
    if (one !== other) return { at, first: one, second: other }
  }
  return undefined
}
