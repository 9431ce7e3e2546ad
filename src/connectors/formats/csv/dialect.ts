/** What CSV looks like here: RFC 4180, with any delimiter of one character in ASCII. */

import { WeirError } from '../../../base/errors.ts'

export const QUOTE = 0x22
export const NEWLINE = 0x0a
export const RETURN = 0x0d

export interface CsvDialect {
  /** `,` by default. */
  readonly delimiter?: string | undefined
}

export function delimiterOf({ delimiter = ',' }: CsvDialect): number {
  const code = delimiter.length === 1 ? delimiter.charCodeAt(0) : 0
  if (code > 0 && code < 0x80 && !['"', '\n', '\r'].includes(delimiter)) return code
  const how = 'it is one character of ASCII, such as , or ; or a tab, and no quote or newline'
  throw new WeirError('bad-delimiter', `'${delimiter}' cannot stand between cells; ${how}`)
}
