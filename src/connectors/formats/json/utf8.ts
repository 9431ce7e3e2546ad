/** UTF-8, strictly (Unicode, table 3-7): no long forms, no surrogates, nothing above U+10FFFF. */

/** Behind the character that begins here with a byte above 0x7f; 0 if it is none. */
export function utf8End(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at] as number
  if (first < 0xc2 || first > 0xf4) return 0
  const size = 2 + (first >= 0xe0 ? 1 : 0) + (first >= 0xf0 ? 1 : 0)
  if (at + size > end) return 0
  const second = bytes[at + 1] as number
  if (second < secondMin(first) || second > secondMax(first)) return 0
  for (let i = 2; i < size; i++) {
    if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0
  }
  return at + size
}

function secondMin(first: number): number {
  if (first === 0xe0) return 0xa0
  return first === 0xf0 ? 0x90 : 0x80
}

function secondMax(first: number): number {
  if (first === 0xed) return 0x9f
  return first === 0xf4 ? 0x8f : 0xbf
}

/** The place of the first byte that is no UTF-8; -1: all are. */
export function notUtf8At(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const next = (bytes[at] as number) < 0x80 ? at + 1 : utf8End(bytes, at, end)
    if (next === 0) return at
    at = next
  }
  return -1
}
