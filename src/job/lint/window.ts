/**
 * A window as it is written, into one that the engine knows: which of its options mean something
 * with which kind is a table, and every empty cell is an error.
 */

import type { WindowSpec } from '../../engine/plan/plan.ts'
import type { WindowPart } from '../format/window.ts'
import { durationText } from '../shape/units.ts'
import type { Remarks } from './remarks.ts'

type Option = 'every' | 'offset' | 'time'

const allowed: Readonly<Record<WindowPart['kind'], readonly Option[]>> = {
  tumbling: ['offset', 'time'],
  hopping: ['every', 'offset', 'time'],
  sliding: ['every', 'offset', 'time'],
  session: ['time'],
  cumulate: ['every', 'offset', 'time'],
  count: [],
  global: [],
}

/** Each window that closes puts all its slices together, so this is work for each step of time. */
const WINDOWS_A_RECORD_MAX = 4000

export function windowOf(part: WindowPart, remarks: Remarks): WindowSpec | undefined {
  for (const option of ['every', 'offset', 'time'] as const) {
    if (part[option] === undefined || allowed[part.kind].includes(option)) continue
    remarks.error(part.at, 'bad-window', `${option} means nothing for a ${part.kind} window`)
    return undefined
  }
  const trouble = troubleOf(part)
  if (trouble === undefined) return specOf(part)
  remarks.error(part.at, 'bad-window', trouble)
  return undefined
}

function troubleOf(part: WindowPart): string | undefined {
  const { kind, every, offset } = part
  if (kind === 'global') return part.body ? undefined : 'write global: true, or no window'
  if (kind === 'count' || kind === 'session') return undefined
  const step = every ?? part.body
  if (every === undefined) {
    if (kind === 'hopping' || kind === 'cumulate') return `a ${kind} window needs every: DURATION`
    const isRecordwise = kind === 'sliding' && (offset !== undefined || part.time !== undefined)
    if (isRecordwise) return 'a sliding window has offset and time only together with every'
  }
  if (step > part.body) return `every is longer than the window, ${durationText(part.body)}`
  if (kind === 'cumulate' && part.body % step !== 0) {
    return `${durationText(part.body)} is no multiple of every, ${durationText(step)}`
  }
  if (part.body / step > WINDOWS_A_RECORD_MAX) {
    return `a record would stand in more than ${WINDOWS_A_RECORD_MAX} windows; make every longer`
  }
  const period = kind === 'cumulate' ? part.body : step
  if ((offset ?? 0) >= period) return `offset is to be shorter than ${durationText(period)}`
  return undefined
}

function specOf(part: WindowPart): WindowSpec {
  const { kind, every, offset: offsetMs = 0, time = 'event' } = part
  switch (kind) {
    case 'tumbling':
      return { kind, sizeMs: part.body, offsetMs, time }
    case 'hopping':
      return { kind, sizeMs: part.body, everyMs: every ?? part.body, offsetMs, time }
    case 'sliding':
      if (every === undefined) return { kind, sizeMs: part.body }
      return { kind: 'hopping', sizeMs: part.body, everyMs: every, offsetMs, time }
    case 'cumulate':
      return { kind, sizeMs: part.body, stepMs: every ?? part.body, offsetMs, time }
    case 'session':
      return { kind, gapMs: part.body, time }
    case 'count':
      return { kind, rows: part.body }
    case 'global':
      return { kind }
  }
}

/** Whether records can come too late for it: it closes by event time. */
export function closesByEventTime(window: WindowSpec): boolean {
  if ('time' in window) return window.time === 'event'
  return window.kind === 'sliding' || window.kind === 'sliding-rows'
}

/** The columns that a window adds to its results. */
export function windowColumns(window: WindowSpec): readonly string[] {
  return 'time' in window ? ['window_start', 'window_end'] : []
}
