/**
 * What a takeover consisted of, as the lines say that nodes write: when they missed the other, and
 * for each group they took over how long after the lead each step was done.
 */

import { readFileSync, statSync } from 'node:fs'

export const stepNames = ['suspicion', 'election', 'fencing', 'marker', 'first output'] as const

interface Line {
  readonly msg: string
  readonly time: string
  readonly peer?: string
  readonly confirmedMs?: number
  readonly fencedMs?: number
  readonly readMs?: number
  readonly outMs?: number
}

/** From the moment it is made. */
export class Steps {
  readonly #sinceMs = Date.now()
  readonly #files: readonly { readonly file: string; readonly from: number }[]

  constructor(files: readonly string[]) {
    this.#files = files.map(file => ({ file, from: statSync(file).size }))
  }

  /** Of the group whose first output came last; undefined: none was taken over. */
  found(victim: string): Readonly<Record<(typeof stepNames)[number], number>> | undefined {
    const lines = this.#files.flatMap(({ file, from }) => linesOf(file, from))
    const missedMs = lines
      .filter(({ msg, peer }) => msg === 'a peer is lost' && peer === victim)
      .map(({ time }) => Date.parse(time) - this.#sinceMs)
    const taken = lines.filter(({ msg }) => msg === 'a group was taken over')
    const last = taken.sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).at(-1)
    if (last === undefined) return undefined
    const { fencedMs = 0, readMs = 0, outMs = 0 } = last
    const ledMs = Date.parse(last.time) - this.#sinceMs - outMs
    // Who was silent is not missed by name: then the lead is all that is seen of it.
    const suspicion = Math.min(...missedMs, ledMs)
    return {
      ...{ suspicion, election: ledMs - suspicion, fencing: fencedMs },
      ...{ marker: readMs - fencedMs, 'first output': outMs - readMs },
    }
  }
}

function linesOf(file: string, from: number): readonly Line[] {
  const text = readFileSync(file).subarray(from).toString('utf8')
  return text
    .split('\n')
    .filter(line => line.startsWith('{') && line.endsWith('}'))
    .map(line => JSON.parse(line) as Line)
}
