/**
 * A file's text and where its lines begin. Bytes come from anywhere: what is too large or is not
 * UTF-8 is refused here, with the place, before any parser sees it.
 */

/**
 * A job file is written by hand. The parsers need a few microseconds a character for the worst
 * texts of this size.
 */
export const FILE_BYTES_MAX = 128 * 1024

const decoder = new TextDecoder('utf-8', { fatal: true })

export interface Position {
  readonly line: number
  readonly column: number
}

export class SourceText {
  readonly text: string
  /** Offsets at which lines begin. */
  readonly #starts: readonly number[]

  constructor(text: string) {
    this.text = text
    const starts = [0]
    for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length)
    this.#starts = starts
  }

  /** Both from 1; an offset beyond the end is the end. */
  positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length))
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1 }
  }
}

export type Decoded =
  | { readonly source: SourceText; readonly trouble?: never }
  | { readonly trouble: DecodeTrouble; readonly source?: never }

export interface DecodeTrouble {
  readonly code: 'too-large' | 'not-utf8'
  readonly message: string
  /** The text before the trouble, and its length: the trouble stands behind it. */
  readonly source: SourceText
  readonly offset: number
}

/** A byte order mark at the beginning is left out. */
export function decodedText(bytes: Uint8Array): Decoded {
  if (bytes.length > FILE_BYTES_MAX) {
    const message = `the file has ${bytes.length} bytes; ${FILE_BYTES_MAX} are allowed`
    return { trouble: { code: 'too-large', message, source: new SourceText(''), offset: 0 } }
  }
  const whole = decoded(bytes)
  if (whole !== undefined) return { source: new SourceText(whole) }
  const before = longestText(bytes)
  const message = 'the file is not UTF-8 from here on; save it as UTF-8'
  const trouble = { message, source: new SourceText(before), offset: before.length }
  return { trouble: { code: 'not-utf8', ...trouble } }
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** The longest beginning that is UTF-8: what is wrong in a prefix is wrong in all longer ones. */
function longestText(bytes: Uint8Array): string {
  const isText = (size: number) => decoded(closed(bytes.subarray(0, size))) !== undefined
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (isText(middle)) good = middle
    else bad = middle
  }
  return decoded(closed(bytes.subarray(0, good))) ?? ''
}

const CONTINUATION = 0xc0
const LONGEST_CHARACTER = 4

/** Without a last character that is only begun: whether it is good shows when it is whole. */
function closed(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back < LONGEST_CHARACTER && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= CONTINUATION) {
      return back < lengthBy(byte) ? bytes.subarray(0, bytes.length - back) : bytes
    }
    if (byte < 0x80) return bytes
  }
  return bytes
}

function lengthBy(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}
