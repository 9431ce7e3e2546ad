/** Logs of tests to which one says words, each a record of its own. */

import { utf8Of } from '../../../base/bytes.ts'
import type { LogAnswer } from '../../../base/stream-log.ts'
import { CrashDisk } from '../../../base/testing/crash-disk.ts'
import { StillLog, smallLimits } from './still-log.ts'

export const at = { topic: 't', partition: 0 }
export const large = { ...smallLimits, segmentBytes: 1_000_000 }

export const record = (text: string, timestampMs = 1) => {
  return { key: null, value: utf8Of(text), headers: [], timestampMs }
}
export const words = (text: string, timestampMs?: number) => {
  return { ...at, records: text.split(' ').map(one => record(one, timestampMs)) }
}

export function begun(settings: Readonly<Record<string, string>> = {}, limits = large): StillLog {
  const still = new StillLog(new CrashDisk(), limits)
  still.topic('t', 2, settings)
  return still
}

export const append = (still: StillLog, text: string, timestampMs?: number) =>
  still.value<readonly number[]>(done => still.client.append([words(text, timestampMs)], done))
export const start = (still: StillLog) => still.value<number>(done => still.client.start(at, done))
export const told = <T>(answer: LogAnswer<T>) =>
  answer.error === undefined ? answer.value : answer.error.code
export const seen = (still: StillLog) => [...still.read(at, 'committed').values()].join(' ')
export const syncs = (still: StillLog): number => still.log.stats().syncs
