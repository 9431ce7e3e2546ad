/**
 * JSON as text, without making objects of it: a scanner finds where a value ends, so that a path is
 * followed at the cost of reading the text once, and numbers keep all their digits. Of equal names
 * in an object the last one counts, as for `JSON.parse`.
 *
 * A column of JSON holds sound JSON; what is found unsound on the way is answered with undefined.
 */

/** Depth of a JSON text that is taken in by CAST; what a decoder lets through is its own bound. */
const JSON_DEPTH_MAX = 200

/** The name of a field, or the place of an item: from 0, below zero from the end. */
export type Step = string | number

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const BLANK = 0x20

function afterBlanks(text: string, at: number): number {
  let next = at
  while (text.charCodeAt(next) <= BLANK) next++
  return next
}

/** Behind the closing quote of a string that opens at `at`; -1 if it does not end. */
function afterString(text: string, at: number): number {
  for (let from = at + 1; ; ) {
    const end = text.indexOf('"', from)
    if (end < 0) return -1
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end + 1
    from = end + 1
  }
}

/** Behind the value that begins at `at`; -1 if it does not end. */
function afterValue(text: string, at: number): number {
  const first = text.charCodeAt(at)
  if (first === QUOTE) return afterString(text, at)
  if (first === OPEN_LIST || first === OPEN_OBJECT) return afterNest(text, at)
  let end = at
  while (end < text.length && !isDelimiter(text.charCodeAt(end))) end++
  return end > at ? end : -1
}

const isDelimiter = (code: number): boolean =>
  code <= BLANK || code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT

/** Brackets are counted, strings are jumped over. */
function afterNest(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = afterString(text, at)
      if (at < 0) return -1
      continue
    }
    at++
    if (code === OPEN_LIST || code === OPEN_OBJECT) depth++
    else if ((code === CLOSE_LIST || code === CLOSE_OBJECT) && --depth === 0) return at
  }
  return -1
}

/** What a path leads to, as JSON; null where it leads nowhere. */
export function jsonAt(json: string, path: readonly Step[]): string | null | undefined {
  let found: string | null | undefined = json
  for (const step of path) {
    if (typeof found !== 'string') return found
    found = typeof step === 'string' ? fieldOf(found, step) : itemOf(found, step)
  }
  return found
}

/** Calls `visit` with the ranges of name and value of each field; false if the text is unsound. */
export function eachField(
  json: string,
  visit: (nameFrom: number, nameTo: number, from: number, to: number) => void,
): boolean {
  let at = afterBlanks(json, 0) + 1
  at = afterBlanks(json, at)
  if (json.charCodeAt(at) === CLOSE_OBJECT) return true
  let escaped = json.indexOf('\\')
  for (;;) {
    const nameFrom = afterBlanks(json, at)
    const nameTo = json.charCodeAt(nameFrom) === QUOTE ? afterString(json, nameFrom) : -1
    if (nameTo < 0) return false
    if (escaped >= 0 && escaped < nameFrom) escaped = json.indexOf('\\', nameFrom)
    const isEscaped = escaped >= 0 && escaped < nameTo
    if (isEscaped && jsonOf(json.slice(nameFrom, nameTo)) === undefined) return false
    const colon = afterBlanks(json, nameTo)
    if (json.charCodeAt(colon) !== COLON) return false
    const from = afterBlanks(json, colon + 1)
    const to = afterValue(json, from)
    if (to < 0) return false
    visit(nameFrom, nameTo, from, to)
    at = afterBlanks(json, to)
    if (json.charCodeAt(at) === CLOSE_OBJECT) return true
    if (json.charCodeAt(at) !== COMMA) return false
    at++
  }
}

/** The name between two quotes. */
export const nameAt = (json: string, from: number, to: number): string =>
  stringOf(json.slice(from, to))

function fieldOf(json: string, name: string): string | null | undefined {
  if (kindOf(json) !== 'object') return null
  let start = -1
  let end = -1
  const isSound = eachField(json, (nameFrom, nameTo, from, to) => {
    if (!isNamed(json, nameFrom, nameTo, name)) return
    start = from
    end = to
  })
  if (!isSound) return undefined
  return start < 0 ? null : json.slice(start, end)
}

/** Names without escapes, which nearly all are, are compared where they stand. */
function isNamed(json: string, from: number, to: number, name: string): boolean {
  for (let at = from + 1; at < to - 1; at++) {
    if (json.charCodeAt(at) === BACKSLASH) return nameAt(json, from, to) === name
  }
  return to - from - 2 === name.length && json.startsWith(name, from + 1)
}

/** The items of a list as JSON; undefined for an unsound text, null for what is no list. */
export function itemsOf(json: string): readonly string[] | null | undefined {
  if (kindOf(json) !== 'array') return null
  const items: string[] = []
  let at = afterBlanks(json, afterBlanks(json, 0) + 1)
  if (json.charCodeAt(at) === CLOSE_LIST) return items
  for (;;) {
    const from = afterBlanks(json, at)
    const to = afterValue(json, from)
    if (to < 0) return undefined
    items.push(json.slice(from, to))
    at = afterBlanks(json, to)
    if (json.charCodeAt(at) === CLOSE_LIST) return items
    if (json.charCodeAt(at) !== COMMA) return undefined
    at++
  }
}

function itemOf(json: string, index: number): string | null | undefined {
  const items = itemsOf(json)
  if (items === null || items === undefined) return items
  return items.at(index) ?? null
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** By the first character. */
export function kindOf(json: string): JsonKind {
  switch (json.charCodeAt(afterBlanks(json, 0))) {
    case OPEN_OBJECT:
      return 'object'
    case OPEN_LIST:
      return 'array'
    case QUOTE:
      return 'string'
    case 0x74:
    case 0x66:
      return 'boolean'
    case 0x6e:
      return 'null'
    default:
      return 'number'
  }
}

/** What a JSON string says. */
function stringOf(json: string): string {
  const text = json.trim()
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)
}

/** A scalar without its quotes, JSON null as null, everything else as JSON: what `->>` gives. */
export function unquoted(json: string): string | null {
  switch (kindOf(json)) {
    case 'null':
      return null
    case 'string':
      return stringOf(json)
    default:
      return json.trim()
  }
}

/** The text itself, trimmed, if it is sound JSON and not too deep. */
export function jsonOf(text: string): string | undefined {
  if (depthOf(text) > JSON_DEPTH_MAX) return undefined
  try {
    JSON.parse(text)
    return text.trim()
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Of brackets, in any text: an upper bound for unsound ones. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = afterString(text, at)
      if (end < 0) return deepest
      at = end - 1
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) deepest = Math.max(deepest, ++depth)
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
  }
  return deepest
}
