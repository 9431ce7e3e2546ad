/**
 * Values written in each of the three languages, for tests that read them back: the same value in
 * other words.
 */

import { stringify } from 'yaml'
import type { Language } from '../document/document.ts'
import type { Json, JsonMap } from '../document/node.ts'

export type Writer = (value: JsonMap) => string

/** JSON's way of writing a key or a text is TOML's too, but for one character. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('\u007f', '\\u007f')

/** What the value under each key becomes; TOML has no null. */
function tomlValue(value: Json): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 2 ** 63) {
    return value.toExponential()
  }
  if (typeof value !== 'object' || value === null) return String(value)
  const pairs = Object.entries(value).map(([key, one]) => `${quoted(key)} = ${tomlValue(one)}`)
  return `{ ${pairs.join(', ')} }`
}

/** Maps as tables, lists of maps as arrays of tables, the rest as pairs before them. */
function tomlTable(map: JsonMap, path: readonly string[]): string {
  const tables: string[] = []
  const pairs: string[] = []
  for (const [key, value] of Object.entries(map)) {
    const name = [...path, quoted(key)]
    if (isMap(value)) tables.push(`[${name.join('.')}]\n${tomlTable(value, name)}`)
    else if (Array.isArray(value) && value.length > 0 && value.every(isMap)) {
      const parts = value as readonly JsonMap[]
      tables.push(...parts.map(part => `[[${name.join('.')}]]\n${tomlTable(part, name)}`))
    } else pairs.push(`${quoted(key)} = ${tomlValue(value)}\n`)
  }
  return [...pairs, ...tables].join('')
}

const isMap = (value: Json): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const writers: Readonly<Record<Language, Writer>> = {
  json: value => JSON.stringify(value, undefined, 2),
  yaml: value => stringify(value, { aliasDuplicateObjects: false }),
  toml: value => tomlTable(value, []),
}

export function written(language: Language, value: JsonMap): string {
  return writers[language](value)
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A copy without prototypes, in which two equal trees are equal to `toEqual`. */
export function plainOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainOf)
  if (!isMap(value)) return value
  return Object.assign(
    Object.create(null) as Record<string, Json>,
    ...Object.entries(value).map(([key, one]) =>
      Object.defineProperty(Object.create(null) as object, key, {
        value: plainOf(one),
        enumerable: true,
      }),
    ),
  ) as Json
}
