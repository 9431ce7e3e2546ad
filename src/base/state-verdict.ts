/**
 * Whether a state store that is found may be used. It is a cache of the log: what was not synced
 * may be gone from its middle after the machine itself went down (LevelDB drops a damaged stretch
 * silently), and then only a store that was closed in peace can be believed. A mere end of the
 * process loses nothing, because the system holds what was written.
 *
 * The mark of a peaceful end also says how far the log reached. A log of that name that ends before
 * it has lost something: then it is the log that must not be used.
 *
 * Pure, and shared by the bodies of the state store: the real one reads and carries out, and so
 * does the simulated one.
 */

import { endsBefore, type LogEnd } from './log-end.ts'

/** Written when the store and the log were synced and closed; gone while they are written to. */
export interface CleanMark {
  readonly store: string
  readonly bootId: string
  /** The number of the last write: a store that holds another is not the one that was closed. */
  readonly lastWrite: number
  /** The log's end, when both were closed. */
  readonly logEnd: LogEnd
}

/** Written before the first write of a run. */
export interface RunMark {
  readonly store: string
  readonly bootId: string
}

export interface Found {
  /** What lies there belongs to this log store. */
  readonly store: string
  /** undefined: unreadable, which counts as changed. */
  readonly bootId: string | undefined
  readonly clean: CleanMark | undefined
  readonly run: RunMark | undefined
  /** Of the last write that the store itself holds; undefined: it cannot be read any more. */
  readonly lastWrite: number | undefined
  /** Where the log ended that was found. */
  readonly logEnd: LogEnd
}

export type Verdict =
  | { readonly keep: true; readonly why: 'closed in peace' | 'the machine ran on' }
  | { readonly keep: false; readonly why: Refused }
  | { readonly keep: false; readonly why: typeof LOG_ENDS_BEFORE }

/** Nothing is thrown away: whoever opens the store must give up the log. */
export const LOG_ENDS_BEFORE = 'the log ends before it'

type Refused =
  | 'of another log'
  | 'damaged'
  | 'not what was closed'
  | 'the machine went down'
  | 'nobody knows who wrote it'

export function judgeStore(found: Found): Verdict {
  const { store, bootId, clean, run, lastWrite, logEnd } = found
  const mark = clean ?? run
  if (mark === undefined) return { keep: false, why: 'nobody knows who wrote it' }
  if (mark.store !== store) return { keep: false, why: 'of another log' }
  if (clean !== undefined && endsBefore(logEnd, clean.logEnd)) {
    return { keep: false, why: LOG_ENDS_BEFORE }
  }
  if (lastWrite === undefined) return { keep: false, why: 'damaged' }
  if (clean !== undefined && clean.lastWrite !== lastWrite) {
    return { keep: false, why: 'not what was closed' }
  }
  if (clean !== undefined) return { keep: true, why: 'closed in peace' }
  if (bootId !== undefined && mark.bootId === bootId) {
    return { keep: true, why: 'the machine ran on' }
  }
  return { keep: false, why: 'the machine went down' }
}

const markers = { clean: 'weir-state-clean-1', run: 'weir-state-run-1' } as const

export function showClean(mark: CleanMark): string {
  return `${JSON.stringify({ is: markers.clean, ...mark })}\n`
}

export function showRun(mark: RunMark): string {
  return `${JSON.stringify({ is: markers.run, ...mark })}\n`
}

/** undefined: not there, or not written by us: then it promises nothing. */
export function readClean(text: string | undefined): CleanMark | undefined {
  const { is, store, bootId, lastWrite, logEnd } = fieldsOf(text)
  if (is !== markers.clean || typeof store !== 'string' || typeof bootId !== 'string') {
    return undefined
  }
  if (typeof lastWrite !== 'number' || !isLogEnd(logEnd)) return undefined
  return { store, bootId, lastWrite, logEnd }
}

function isLogEnd(found: unknown): found is LogEnd {
  if (typeof found !== 'object' || found === null) return false
  const { segment, bytes } = found as Record<string, unknown>
  return typeof segment === 'number' && typeof bytes === 'number'
}

export function readRun(text: string | undefined): RunMark | undefined {
  const { is, store, bootId } = fieldsOf(text)
  if (is !== markers.run || typeof store !== 'string' || typeof bootId !== 'string') {
    return undefined
  }
  return { store, bootId }
}

interface Fields {
  readonly is?: unknown
  readonly store?: unknown
  readonly bootId?: unknown
  readonly lastWrite?: unknown
  readonly logEnd?: unknown
}

function fieldsOf(text: string | undefined): Fields {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
