/**
 * Regular expressions in RE2's syntax (no backreferences, no looking around), on a port of RE2: its
 * time is linear in the text, with the size of the compiled pattern as the factor. So the product
 * of the two is bounded, and where all matches are wanted the sum over them is, since each match
 * may have looked to the end of the text.
 */

import { RE2JS, RE2JSException } from 're2js'

/** Characters of a pattern. */
export const PATTERN_LENGTH_MAX = 1000
/** Instructions that a pattern compiles to. */
const PROGRAM_MAX = 2000
/** Characters of the text times instructions, of one search. */
export const SEARCH_WORK_MAX = 4_000_000
/** The same, over all searches of one call. */
export const ALL_WORK_MAX = 64_000_000

/** One match: its place, and what the groups hold; group 0 is all of it. */
export interface Match {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

const flagBits: Readonly<Record<string, number>> = {
  c: 0,
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  n: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

/** What is wrong with it, for the end of a sentence. */
export type PatternTrouble = string

export const isPattern = (made: Pattern | PatternTrouble): made is Pattern =>
  typeof made !== 'string'

export function patternOf(text: string, flags: string): Pattern | PatternTrouble {
  if (text.length > PATTERN_LENGTH_MAX) return `it is longer than ${PATTERN_LENGTH_MAX} characters`
  const unknown = [...flags].find(flag => !Object.hasOwn(flagBits, flag))
  if (unknown !== undefined) return `there is no flag ${unknown}; there are c, i, m and s`
  const bits = [...flags].reduce((sum, flag) => sum | (flagBits[flag] as number), 0)
  const compiled = compiledOf(text, bits)
  if (typeof compiled === 'string') return compiled
  const size = compiled.programSize()
  if (size > PROGRAM_MAX) return 'it is too large; repeat less within it'
  return new Pattern(compiled, size)
}

function compiledOf(text: string, bits: number): RE2JS | PatternTrouble {
  try {
    return RE2JS.compile(text, bits)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const hint = /\(\?<?[=!]|\\[1-9]/.test(text)
      ? '; backreferences and looking around would take too long on some texts'
      : ''
    return `${error.message}${hint}`
  }
}

export class Pattern {
  readonly #compiled: RE2JS
  readonly #size: number

  constructor(compiled: RE2JS, size: number) {
    this.#compiled = compiled
    this.#size = size
  }

  get groups(): number {
    return this.#compiled.groupCount()
  }

  /** Nothing else may be asked about a text that is. */
  isTooLong(text: string): boolean {
    return text.length * this.#size > SEARCH_WORK_MAX
  }

  test(text: string): boolean {
    return this.#compiled.test(text)
  }

  first(text: string): Match | undefined {
    const matcher = this.#compiled.matcher(text)
    return matcher.find() ? matchOf(matcher) : undefined
  }

  /** Matches that do not overlap, from left to right; undefined if that is too much work. */
  all(text: string): readonly Match[] | undefined {
    const matches: Match[] = []
    const matcher = this.#compiled.matcher(text)
    let work = text.length * this.#size
    while (matcher.find()) {
      const match = matchOf(matcher)
      matches.push(match)
      work += (text.length - match.end) * this.#size
      if (work > ALL_WORK_MAX) return undefined
    }
    return matches
  }
}

function matchOf(matcher: ReturnType<RE2JS['matcher']>): Match {
  const groups: (string | undefined)[] = []
  for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined)
  return { start: matcher.start(), end: matcher.end(), groups }
}
