/**
 * A key that is being looked for. Pages compare eight bytes at once, as two signed integers with
 * the sign turned: signed order is then the order of the bytes, and nothing leaves the range in
 * which the engine keeps integers unboxed.
 */

/** So many bytes of a key stand in its slot. */
export const HEAD_BYTES = 8

const NO_BYTES = new Uint8Array(0)
const SIGN = 0x80

export class Key {
  bytes: Uint8Array = NO_BYTES
  at = 0
  size = 0
  /** Of the eight bytes that `aim` said; zeros stand for those that are not there. */
  head0 = 0
  head1 = 0

  set(bytes: Uint8Array, at: number, size: number): this {
    this.bytes = bytes
    this.at = at
    this.size = size
    return this
  }

  all(bytes: Uint8Array): this {
    return this.set(bytes, 0, bytes.length)
  }

  /** Makes the heads of what stands behind the first `skip` bytes, which are there. */
  aim(skip: number): void {
    const { bytes } = this
    const at = this.at + skip
    if (this.size - skip < HEAD_BYTES) {
      this.#aimShort(at, this.size - skip)
      return
    }
    this.head0 =
      (((bytes[at] as number) ^ SIGN) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
    this.head1 =
      (((bytes[at + 4] as number) ^ SIGN) << 24) |
      ((bytes[at + 5] as number) << 16) |
      ((bytes[at + 6] as number) << 8) |
      (bytes[at + 7] as number)
  }

  #aimShort(at: number, left: number): void {
    let head0 = 0
    let head1 = 0
    for (let i = 0; i < left; i++) {
      const byte = this.bytes[at + i] as number
      if (i < 4) head0 |= byte << (24 - 8 * i)
      else head1 |= byte << (56 - 8 * i)
    }
    this.head0 = head0 ^ (SIGN << 24)
    this.head1 = head1 ^ (SIGN << 24)
  }
}
