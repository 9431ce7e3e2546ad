/**
 * What names a result behind a union. Two inputs may have results of the same name, of which one
 * would take the place of the other: so their values in some column must tell them apart, and that
 * column is a part of the name. What names the results of one input must be fixed in the others.
 */

import { type Facts, listed, type Naming, nameColumns, type Part } from './naming.ts'

/** A text: what is wrong. */
export function united(inputs: readonly Facts[]): Facts | string {
  const values = new Map(
    [...(inputs[0]?.values ?? [])].flatMap(([column]) => {
      const all = inputs.map(input => input.values.get(column))
      const known = all.flatMap(one => (one === undefined ? [] : [...one]))
      return all.includes(undefined) ? [] : [[column, new Set(known)] as const]
    }),
  )
  const namings = inputs.flatMap(({ naming }) => naming ?? [])
  const [first] = namings
  if (first === undefined) return { values }
  const isFixed = (column: string) => namings.every(({ fixed }) => fixed.has(column))
  const parts: Part[] = []
  for (const [one, other] of pairsOf(inputs)) {
    if (one.naming === undefined && other.naming === undefined) continue
    const apart = [...one.values.keys()].filter(name => isFixed(name) && areApart(one, other, name))
    if (apart.length === 0) return alikeText(one, other)
    parts.push(apart)
  }
  for (const naming of namings) {
    for (const part of naming.parts) {
      const common = part.filter(isFixed)
      if (common.length === 0) return unfixedText(part, naming, namings)
      parts.push(common)
    }
  }
  const fixed = new Set([...first.fixed].filter(isFixed))
  const of = listed([...new Set(namings.map(naming => naming.of))])
  return { values, naming: { of, parts: distinct(parts), fixed } }
}

function* pairsOf(inputs: readonly Facts[]): Generator<readonly [Facts, Facts]> {
  for (const [at, one] of inputs.entries()) {
    for (const other of inputs.slice(at + 1)) yield [one, other]
  }
}

function areApart(one: Facts, other: Facts, column: string): boolean {
  const values = one.values.get(column)
  const others = other.values.get(column)
  if (values === undefined || others === undefined) return false
  return [...values].every(value => !others.has(value))
}

function distinct(parts: readonly Part[]): readonly Part[] {
  return [...new Map(parts.map(part => [part.join(), part])).values()]
}

function alikeText(one: Facts, other: Facts): string {
  const naming = one.naming ?? other.naming
  const names = naming === undefined ? [] : nameColumns(naming)
  const of = listed([...new Set([one, other].flatMap(({ naming }) => naming?.of ?? []))])
  const same = names.length === 0 ? 'be taken for each other' : `have the same ${listed(names)}`
  return (
    `the results of ${of} may be said again, and records of two inputs may ${same}: ` +
    `give each input a constant of its own, set: {part: "'a'"} and set: {part: "'b'"}`
  )
}

function unfixedText(part: Part, { of }: Naming, namings: readonly Naming[]): string {
  const others = listed(
    namings.filter(({ fixed }) => !part.some(name => fixed.has(name))).map(naming => naming.of),
  )
  return (
    `the results of ${of} are named by ${listed(part.slice(0, 1))}, which in those of ${others} ` +
    `may change while the result is the same: let each input have columns of its own for its ` +
    `names, and a constant in those of the others`
  )
}
