/** What the records of an edge of a plan hold: columns by name and type, in order. */

import { invariant } from '../../base/errors.ts'
import { sameType, type Type, typeText } from './type.ts'

export interface Column {
  readonly name: string
  readonly type: Type
}

/** Immutable. Any column of any record may be null. */
export class Schema {
  readonly columns: readonly Column[]
  readonly #places: ReadonlyMap<string, number>

  constructor(columns: readonly Column[]) {
    this.columns = columns
    this.#places = new Map(columns.map(({ name }, place) => [name, place]))
    invariant(this.#places.size === columns.length, 'columns-have-names-of-their-own')
  }

  get names(): readonly string[] {
    return this.columns.map(({ name }) => name)
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
