/**
 * Where a value stands in a record, in text: `payload.user.id`; `$` is the whole record, and may
 * stand in front (`$.payload`). A key with a point, or any other, can be quoted, with quotes in it
 * doubled: `a."b.c"`.
 */

import { WeirError } from '../../base/errors.ts'
import type { Column } from '../../engine/schema/schema.ts'
import type { Field, TimeUnit } from './format.ts'

const BAD_PATH = 'bad-path'
const PATH_PARTS_MAX = 64
const PART = /(?:"((?:[^"]|"")*)"|([^".]+))(\.|$)/uy

export function pathOf(text: string): readonly string[] {
  if (text === '$') return []
  const keys: string[] = []
  PART.lastIndex = text.startsWith('$.') ? 2 : 0
  for (;;) {
    const { lastIndex } = PART
    const found = PART.exec(text)
    if (found === null || keys.length === PATH_PARTS_MAX) throw bad(text, lastIndex)
    const [, quoted, plain, dot] = found
    keys.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (dot === '') return keys
  }
}

function bad(text: string, at: number): WeirError {
  const what = `'${text}' is no path, from character ${at + 1} on`
  const how = `write keys with points between them, such as payload.user.id, at most`
  const quotes = 'and quote a key that has a point in it: a."b.c"'
  return new WeirError(BAD_PATH, `${what}; ${how} ${PATH_PARTS_MAX} of them, ${quotes}`, { at })
}

export interface FieldOptions {
  /** A path; by default the column's name is the key. */
  readonly from?: string | undefined
  readonly unit?: TimeUnit | undefined
}

export function fieldOf(column: Column, { from, unit }: FieldOptions = {}): Field {
  return { ...column, path: from === undefined ? [column.name] : pathOf(from), unit }
}
