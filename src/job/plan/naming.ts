/**
 * Which columns name a result that may be said again: whoever keeps the last of each finds by them
 * what an update replaces and what a delete takes back. It is the key and the window of the
 * aggregate. Each is a part, and any column of a part will do.
 */

export type Part = readonly string[]

export interface Naming {
  /** The step whose results these are. */
  readonly of: string
  readonly parts: readonly Part[]
  /**
   * Columns that the parts determine, their own among them: they say nothing else as long as the
   * result is the same.
   */
  readonly fixed: ReadonlySet<string>
}

/** What is known of the records on an edge. */
export interface Facts {
  /** Missing: nothing is said again here. */
  readonly naming?: Naming
  /** Columns that hold one of a few values which the plan itself says. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>
}

/** What a sink or a view does wrong that keeps the last record of each `key`. */
export function keyTrouble(naming: Naming, key: readonly string[]): string | undefined {
  const right = nameColumns(naming)
  const again = `the results of ${naming.of} may be said again`
  const odd = key.filter(column => !naming.fixed.has(column))
  if (odd.length > 0) {
    const what = `${listed(odd)} may change while the result is the same`
    return `${again}, and ${what}: the former record would be left behind${instead(right)}`
  }
  const lost = naming.parts.filter(part => !part.some(column => key.includes(column)))
  if (lost.length === 0) return undefined
  const what = `several of them may have the same ${listed(key)}`
  return `${again}, and ${what}: one would take the place of another${instead(right)}`
}

/** One column for each part. */
export function nameColumns({ parts }: Naming): readonly string[] {
  return [...new Set(parts.map(([column]) => column ?? ''))]
}

export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? 'nothing'
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

function instead(right: readonly string[]): string {
  if (right.length > 0) return `; take ${listed(right)} for a key`
  return '; there is but one result, which needs no key, or a constant for one'
}
