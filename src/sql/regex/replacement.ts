/**
 * What takes the place of a match: text with `\1` for a group (`\0` and `\&` for the whole match)
 * and `\\` for a backslash, as in Postgres. A group that took no part in the match gives nothing.
 */

import type { Failure } from '../value/failure.ts'
import { Joined } from '../value/joined.ts'
import type { Match } from './pattern.ts'

/** Literal text, or the number of a group. */
export type Replacement = readonly (string | number)[]

const PIECE = /\\([0-9&\\])|[^\\]+|\\/g

export function replacementOf(text: string): Replacement {
  return [...text.matchAll(PIECE)].map(([whole, escaped]) => {
    if (escaped === undefined || escaped === '\\') return escaped ?? whole
    return escaped === '&' ? 0 : Number(escaped)
  })
}

/** The highest group that is named. */
export const highestGroup = (replacement: Replacement): number =>
  replacement.reduce<number>(
    (high, piece) => (typeof piece === 'number' ? Math.max(high, piece) : high),
    0,
  )

/** The text with all its matches replaced; they come in order and do not overlap. */
export function replaced(
  text: string,
  matches: readonly Match[],
  by: Replacement,
): string | Failure {
  const result = new Joined()
  let at = 0
  for (const match of matches) {
    let fits = result.add(text.slice(at, match.start))
    for (const piece of by) {
      fits = result.add(typeof piece === 'string' ? piece : (match.groups[piece] ?? ''))
    }
    if (!fits) break
    at = match.end
  }
  result.add(text.slice(at))
  return result.finish()
}
