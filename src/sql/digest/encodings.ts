/** Bytes as text and back: hexadecimal, base64, and the percent signs of addresses. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const word = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += digit(word >> 18) + digit(word >> 12)
    text += left > 1 ? digit(word >> 6) : '='
    text += left > 2 ? digit(word) : '='
  }
  return text
}

const digit = (bits: number): string => DIGITS[bits & 63] as string

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Padded or not, with either pair of last digits; undefined for what is none. */
export function ofBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/\s+/g, '')
  const digits = plain.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  const isWhole = plain.length === digits.length || plain.length % 4 === 0
  if (!BASE64.test(plain) || digits.length % 4 === 1 || !isWhole) return undefined
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8))
  let word = 0
  let bits = 0
  let at = 0
  for (const one of digits) {
    word = ((word << 6) | DIGITS.indexOf(one)) & 0xffffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (word >> bits) & 0xff
  }
  return bytes
}

export function ofHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16)
  }
  return bytes
}

/** Undefined where what percent signs say is no UTF-8. */
export function ofPercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
