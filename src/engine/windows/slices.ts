/**
 * Windows of fixed length, cut into slices that do not overlap: a record is added to its slice, and
 * the windows that share the slice are put together when they end. All times are milliseconds; a
 * slice or window goes from its start to just before its end and is named by its end.
 */

import { WeirError } from '../../base/errors.ts'
import type { WindowSpec } from '../plan/plan.ts'

export type SlicedSpec = Extract<
  WindowSpec,
  { kind: 'tumbling' | 'hopping' | 'cumulate' | 'global' }
>

/** The end of time, as JavaScript's dates have it: where a window without an end is said to end. */
export const END_OF_TIME = 8_640_000_000_000_000

/** Slices of one window, which are put together each time that it is said. */
const SLICES_MAX = 100_000

export interface Slices {
  /** The end of the slice that holds this time. */
  endAt(time: number): number
  readonly sizeMs: number
  /** Slices of a window that has as many as any. */
  readonly countMax: number
  /** The first window that ends after `time` and holds the slice; missing: there is none. */
  windowAfter(slice: number, time: number): number | undefined
  /** The last window that holds the slice. */
  lastWindow(slice: number): number
  /** Where a window starts. */
  startOf(window: number): number
}

export function slicesOf(spec: SlicedSpec): Slices {
  if (spec.kind === 'global') return GLOBAL
  if (spec.kind === 'cumulate') return cumulate(spec.sizeMs, spec.stepMs, spec.offsetMs)
  const everyMs = spec.kind === 'hopping' ? spec.everyMs : spec.sizeMs
  return hopping(spec.sizeMs, everyMs, spec.offsetMs)
}

/** One slice and one window for all times; it ends with the input. */
const GLOBAL: Slices = {
  sizeMs: 2 * END_OF_TIME,
  countMax: 1,
  endAt: () => END_OF_TIME,
  windowAfter: (slice, time) => (slice > time ? slice : undefined),
  lastWindow: slice => slice,
  startOf: window => window - 2 * END_OF_TIME,
}

/** The next multiple of `every`, moved by `offset`, that is above `time`. */
function nextAbove(time: number, every: number, offset: number): number {
  return Math.floor((time - offset) / every) * every + every + offset
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

function mustBeFew(slices: number, window: string): void {
  if (slices <= SLICES_MAX) return
  const what = `windows of ${window} would be put together from ${slices} pieces each`
  const hint = `at most ${SLICES_MAX} are sensible: let the one be a multiple of the other`
  throw new WeirError('window-too-fine', `${what}; ${hint}`)
}

/** Windows longer than `every` overlap; shorter ones leave gaps, whose slices serve none. */
function hopping(size: number, every: number, offset: number): Slices {
  if (!(size > 0 && every > 0)) {
    const what = `windows of ${size} ms every ${every} ms; let both be above 0`
    throw new WeirError('window-without-length', what)
  }
  const sizeMs = greatestDivisor(size, every)
  mustBeFew(size / sizeMs, `${size} ms every ${every} ms`)
  // Windows end where they start, moved by their size.
  const ends = offset + size
  return {
    sizeMs,
    countMax: size / sizeMs,
    endAt: time => nextAbove(time, sizeMs, offset),
    windowAfter(slice, time) {
      const first = nextAbove(Math.max(time, slice - 1), every, ends)
      return first <= slice - sizeMs + size ? first : undefined
    },
    lastWindow: slice => nextAbove(slice - sizeMs + size, every, ends) - every,
    startOf: window => window - size,
  }
}

function cumulate(size: number, step: number, offset: number): Slices {
  if (!(step > 0 && size % step === 0)) {
    const what = `windows of ${size} ms in steps of ${step} ms; let the one be a multiple`
    throw new WeirError('window-not-filled', what)
  }
  mustBeFew(size / step, `${size} ms in steps of ${step} ms`)
  const lastWindow = (slice: number) => nextAbove(slice - step, size, offset)
  return {
    sizeMs: step,
    countMax: size / step,
    endAt: time => nextAbove(time, step, offset),
    windowAfter(slice, time) {
      const first = nextAbove(Math.max(time, slice - 1), step, offset)
      return first <= lastWindow(slice) ? first : undefined
    },
    lastWindow,
    startOf: window => nextAbove(window - 1, size, offset) - size,
  }
}
