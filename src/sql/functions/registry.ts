/** All functions by name. */

import type { FunctionEntry } from './entry.ts'

const groups: readonly (readonly FunctionEntry[])[] = []

export const entries: readonly FunctionEntry[] = groups.flat()

const byName = new Map<string, FunctionEntry>()
for (const entry of entries) {
  for (const name of [entry.name, ...(entry.aliases ?? [])]) byName.set(name, entry)
}

/** Takes the name in lower case. */
export const maybeFunction = (name: string): FunctionEntry | undefined => byName.get(name)

export const functionNames = (): Iterable<string> => byName.keys()
