/** Embedded logs for tests, with the real clock. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock, Disk } from '../../../base/env.ts'
import { invariant } from '../../../base/errors.ts'
import type { StreamLog } from '../../../base/stream-log.ts'
import { realClock } from '../../../io/clock.ts'
import { LogClient } from '../client.ts'
import { EmbeddedLog } from '../embedded.ts'
import { defaultLogLimits, type LogLimits } from '../limits.ts'
import { type FilesAnswer, openFiles } from '../store/opening.ts'

export interface Opening {
  readonly name?: string
  readonly clock?: Clock
  readonly limits?: Partial<LogLimits>
  readonly onFailed?: (code: string) => void
}

function open(disk: Disk, { name = 'log-of-tests', limits = {}, clock = realClock }: Opening) {
  const all = { ...defaultLogLimits, ...limits }
  const nowMs = clock.monotonicMs()
  return new Promise<FilesAnswer>(resolve => {
    openFiles(disk, { name, limits: all, nowMs }, resolve)
  })
}

export async function openLog(disk: Disk, opening: Opening = {}): Promise<EmbeddedLog> {
  const { files, refused } = await open(disk, opening)
  invariant(files !== undefined, 'the log opens', refused?.message)
  const { clock = realClock, limits = {}, onFailed = () => {} } = opening
  return new EmbeddedLog({ files, clock, limits: { ...defaultLogLimits, ...limits }, onFailed })
}

const POLL_MS = 1

/** Looks by the clock, not at each turn of the loop: how many of those a second has varies. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(POLL_MS)
}

export const clientOf = (log: EmbeddedLog): StreamLog => new LogClient(log)
