/**
 * For how long nobody was served: the longest time between two answers of one group, from a fault
 * until the next one. A call counts when it was answered with ok.
 */

export interface Window {
  readonly fromNs: number
  readonly toNs: number
}

/** Both ends of the window count as answers: what is still open there is at least so long. */
export function gapNs(okNs: readonly number[], { fromNs, toNs }: Window): number {
  const inside = okNs.filter(ns => ns > fromNs && ns < toNs).sort((a, b) => a - b)
  let last = fromNs
  let longest = 0
  for (const ns of [...inside, toNs]) {
    longest = Math.max(longest, ns - last)
    last = ns
  }
  return longest
}

/** For each window: milliseconds of each group. */
export function gapsMs(
  okNs: ReadonlyMap<number, readonly number[]>,
  windows: readonly Window[],
): readonly (readonly number[])[] {
  return windows.map(window => [...okNs.values()].map(times => gapNs(times, window) / 1e6))
}
