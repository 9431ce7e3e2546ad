/** All functions by name. */

import { arrayPairs } from './array-pairs.ts'
import { arrayFunctions } from './arrays.ts'
import { calendarFunctions } from './calendar.ts'
import { clockFunctions } from './clock.ts'
import { conditions } from './conditions.ts'
import { dayFunctions } from './days.ts'
import type { FunctionEntry } from './entry.ts'
import { formatFunctions } from './format.ts'
import { hashFunctions } from './hashes.ts'
import { jsonFunctions } from './json.ts'
import { numberFunctions } from './numbers.ts'
import { regexps } from './regexp.ts'
import { roundings } from './rounding.ts'
import { textCuts } from './text-cut.ts'
import { textLooks } from './text-look.ts'

/** In the order of the reference. */
export const entries: readonly FunctionEntry[] = [
  ...conditions,
  ...textLooks,
  ...textCuts,
  ...regexps,
  ...roundings,
  ...numberFunctions,
  ...calendarFunctions,
  ...clockFunctions,
  ...dayFunctions,
  ...formatFunctions,
  ...jsonFunctions,
  ...arrayFunctions,
  ...arrayPairs,
  ...hashFunctions,
]

const byName: ReadonlyMap<string, FunctionEntry> = new Map(
  entries.flatMap(entry => [entry.name, ...(entry.aliases ?? [])].map(name => [name, entry])),
)

/** Takes the name in lower case. */
export const maybeFunction = (name: string): FunctionEntry | undefined => byName.get(name)

export const functionNames = (): Iterable<string> => byName.keys()
