/**
 * Test support: exact fractions, and the double nearest to one, found by halving the range of all
 * doubles. Slow, and written without a look at what it checks.
 */

export interface Fraction {
  readonly top: bigint
  /** Above zero. */
  readonly bottom: bigint
}

export const ZERO: Fraction = { top: 0n, bottom: 1n }

/** Of a finite number. */
export function fractionOf(value: number | bigint): Fraction {
  let whole = value
  let bottom = 1n
  while (typeof whole === 'number' && !Number.isInteger(whole)) {
    whole *= 2
    bottom *= 2n
  }
  return { top: BigInt(whole), bottom }
}

export function plus(one: Fraction, other: Fraction): Fraction {
  if (one.bottom === other.bottom) return { top: one.top + other.top, bottom: one.bottom }
  const top = one.top * other.bottom + other.top * one.bottom
  return simpler({ top, bottom: one.bottom * other.bottom })
}

export function times(one: Fraction, other: Fraction): Fraction {
  return { top: one.top * other.top, bottom: one.bottom * other.bottom }
}

/** Halves both as often as it goes: most bottoms are powers of two. */
function simpler({ top, bottom }: Fraction): Fraction {
  let shift = 0n
  while (((top >> shift) & 1n) === 0n && ((bottom >> shift) & 1n) === 0n && bottom >> shift > 1n) {
    shift++
  }
  return { top: top >> shift, bottom: bottom >> shift }
}

const view = new DataView(new ArrayBuffer(8))
const INFINITE = 0x7ff0_0000_0000_0000n

function doubleAt(bits: bigint): number {
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}

/** Below zero: the fraction is less than the double. Neither is negative. */
function compare({ top, bottom }: Fraction, double: number): number {
  const other = fractionOf(double)
  const difference = top * other.bottom - other.top * bottom
  if (difference === 0n) return 0
  return difference < 0n ? -1 : 1
}

/** The greatest double that is not above the fraction, by its bits, which sort like doubles. */
function floorOf(fraction: Fraction): bigint {
  let low = 0n
  let high = INFINITE
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (compare(fraction, doubleAt(middle)) >= 0) low = middle
    else high = middle
  }
  return low
}

/** Of two equally near ones that with even bits. */
export function nearestDouble(fraction: Fraction): number {
  if (fraction.top < 0n) return 0 - nearestDouble({ ...fraction, top: -fraction.top })
  const below = floorOf(fraction)
  const lower = fractionOf(doubleAt(below))
  const isLast = below + 1n === INFINITE
  const upper = isLast ? { top: 2n ** 1024n, bottom: 1n } : fractionOf(doubleAt(below + 1n))
  const ends = plus(lower, upper)
  const side = 2n * fraction.top * ends.bottom - ends.top * fraction.bottom
  const isUp = side > 0n || (side === 0n && below % 2n === 1n)
  return doubleAt(isUp ? below + 1n : below)
}
