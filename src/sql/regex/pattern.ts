/**
 * Regular expressions in RE2's syntax (no backreferences, no looking around), on a port of RE2: its
 * time is linear in the text, with the size of the compiled pattern as the factor, and where all
 * matches are wanted each may have looked to the end of the text. So the steps are counted: a call
 * has a bound, and an evaluation over many texts has one.
 */

import { RE2JS, RE2JSException } from 're2js'
import { CALL_STEPS_MAX, Meter, type Work } from './meter.ts'

/** Characters of a pattern. */
export const PATTERN_LENGTH_MAX = 1000
/** Instructions that a pattern compiles to. */
const PROGRAM_MAX = 2000

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

const plenty = (): Work => ({ left: CALL_STEPS_MAX })

/** What is asked is undefined where it is too much work. */
export class Pattern {
  readonly #compiled: RE2JS
  readonly #meter: Meter

  constructor(compiled: RE2JS, size: number) {
    this.#compiled = compiled
    this.#meter = new Meter(compiled, size)
  }

  get groups(): number {
    return this.#compiled.groupCount()
  }

  test(text: string, work = plenty()): boolean | undefined {
    return this.#meter.charged(text, work, () => this.#compiled.test(text))
  }

  /** Null where there is none. */
  first(text: string, work = plenty()): Match | null | undefined {
    return this.#meter.measured(text, work, again => {
      again()
      const matcher = this.#compiled.matcher(text)
      return matcher.find() ? matchOf(matcher) : null
    })
  }

  /** Matches that do not overlap, from left to right. */
  all(text: string, work = plenty()): readonly Match[] | undefined {
    return this.#meter.measured(text, work, again => {
      const matches: Match[] = []
      const matcher = this.#compiled.matcher(text)
      again()
      while (matcher.find()) {
        matches.push(matchOf(matcher))
        again()
      }
      return matches
    })
  }
}

function matchOf(matcher: ReturnType<RE2JS['matcher']>): Match {
  const groups: (string | undefined)[] = []
  for (let i = 0; i <= matcher.groupCount(); i++) groups.push(matcher.group(i) ?? undefined)
  return { start: matcher.start(), end: matcher.end(), groups }
}
