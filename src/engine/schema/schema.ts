/** What the records of an edge of a plan hold: columns by name and type, in order. */

import { invariant, WeirError } from '../../base/errors.ts'
import { sameType, type Type, typeText } from './type.ts'

export interface Column {
  readonly name: string
  readonly type: Type
}

/** Columns that a compiler put in for itself: no name that is written begins so. */
export const HIDDEN = '~'

/** Immutable. Any column of any record may be null. */
export class Schema {
  readonly columns: readonly Column[]
  readonly #places: ReadonlyMap<string, number>

  /** Whoever wrote the job, or the plan, named the columns: two of one name are their error. */
  constructor(columns: readonly Column[]) {
    this.columns = columns
    this.#places = new Map(columns.map(({ name }, place) => [name, place]))
    if (this.#places.size < columns.length) throw doubled(columns)
  }

  get names(): readonly string[] {
    return this.columns.map(({ name }) => name)
  }

  /** Those that somebody wrote, for sentences. */
  get namesTold(): readonly string[] {
    return this.names.filter(name => !name.startsWith(HIDDEN))
  }

  /** Where the column of this name stands, or -1. */
  placeOf(name: string): number {
    return this.#places.get(name) ?? -1
  }

  at(place: number): Column {
    const column = this.columns[place]
    invariant(column !== undefined, 'a-place-has-a-column', place)
    return column
  }

  equals(other: Schema): boolean {
    return (
      this.columns.length === other.columns.length &&
      this.columns.every(({ name, type }, place) => {
        const { name: otherName, type: otherType } = other.at(place)
        return name === otherName && sameType(type, otherType)
      })
    )
  }

  toString(): string {
    return this.columns.map(({ name, type }) => `${name} ${typeText(type)}`).join(', ')
  }
}

function doubled(columns: readonly Column[]): WeirError {
  const names = columns.map(({ name }) => name)
  const name = names.find((one, place) => names.indexOf(one) < place)
  const what = `two columns are called ${name}; give one of them another name`
  return new WeirError('duplicate-column', what)
}
