/** BYTES in texts: base64 with the ordinary alphabet, padded (RFC 4648, section 4). */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const SIGNS = Uint8Array.from(ALPHABET, sign => sign.charCodeAt(0))
const PAD = 0x3d
const NO_SIGN = 64

const SIX_BITS = new Uint8Array(256).fill(NO_SIGN)
SIGNS.forEach((sign, bits) => {
  SIX_BITS[sign] = bits
})

const sign = (bits: number): number => SIGNS[bits & 63] as number

export function base64Size(bytes: Uint8Array): number {
  return 4 * Math.ceil(bytes.length / 3)
}

/** Writes `base64Size` bytes. */
export function writeBase64(bytes: Uint8Array, out: Uint8Array, start: number): void {
  let to = start
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const a = bytes[at] as number
    const b = left > 1 ? (bytes[at + 1] as number) : 0
    const c = left > 2 ? (bytes[at + 2] as number) : 0
    out[to++] = sign(a >> 2)
    out[to++] = sign((a << 4) | (b >> 4))
    out[to++] = left > 1 ? sign((b << 2) | (c >> 6)) : PAD
    out[to++] = left > 2 ? sign(c) : PAD
  }
}

function padding(text: Uint8Array, start: number, end: number): number {
  if (end === start || text[end - 1] !== PAD) return 0
  return text[end - 2] === PAD ? 2 : 1
}

/** Undefined where this is no base64; one text for each value: the unused bits are zero. */
export function base64In(text: Uint8Array, start: number, end: number): Uint8Array | undefined {
  if ((end - start) % 4 !== 0) return undefined
  const padded = padding(text, start, end)
  const out = new Uint8Array(((end - start) / 4) * 3 - padded)
  let held = 0
  let bits = 0
  let to = 0
  for (let at = start; at < end - padded; at++) {
    const six = SIX_BITS[text[at] as number] as number
    if (six === NO_SIGN) return undefined
    held = (held << 6) | six
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[to++] = held >> bits
      held &= (1 << bits) - 1
    }
  }
  return held === 0 ? out : undefined
}
