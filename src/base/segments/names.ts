/** The names of files that every store of segments has. */

export const IDENTITY = 'identity'
export const BOOT = 'boot'
/** A file that is still being written; what an earlier life left under such a name is void. */
export const PART = '.part'

const SEGMENT_DIGITS = 10
const SEGMENT = /^log-(\d{10})$/

export function partOf(name: string): string {
  return name + PART
}

export function segmentName(segment: number): string {
  return `log-${String(segment).padStart(SEGMENT_DIGITS, '0')}`
}

/** The number of a segment, when the name is one's. */
export function segmentOf(name: string): number | undefined {
  const digits = SEGMENT.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * The segments that follow one another up to the newest. What stands before a gap was being
 * removed when the power failed; should one be missing that is needed, its entries will be.
 */
export function newestRun(names: readonly string[]): readonly number[] {
  const numbers = names.map(segmentOf).filter(number => number !== undefined)
  const newestFirst = numbers.sort((a, b) => b - a)
  return newestFirst.filter((number, i) => number === (newestFirst[0] as number) - i).reverse()
}
