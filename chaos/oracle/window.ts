/** Which windows hold a time, by their definition alone. */

import type { AlignedWindow } from './plan.ts'

export interface Window {
  readonly start: number
  readonly end: number
}

/** Those of the window that are aligned to the clock, earliest first. */
export function windowsOf(spec: AlignedWindow, time: number): Window[] {
  const every = spec.kind === 'hopping' ? spec.everyMs : spec.sizeMs
  const latest = time - modulo(time - spec.offsetMs, every)
  const windows: Window[] = []
  for (let start = latest; start > time - spec.sizeMs; start -= every) {
    windows.unshift(...windowsFrom(spec, start))
  }
  return windows.filter(({ start, end }) => start <= time && time < end)
}

function windowsFrom(spec: AlignedWindow, start: number): Window[] {
  if (spec.kind !== 'cumulate') return [{ start, end: start + spec.sizeMs }]
  const windows: Window[] = []
  for (let size = spec.stepMs; size <= spec.sizeMs; size += spec.stepMs) {
    windows.push({ start, end: start + size })
  }
  return windows
}

/** Never below zero. */
function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}
