/** Test support: a state store of a run, as a node opens it. */

import type { OpenLog } from '../../../base/log-end.ts'
import type { StateCut, StateRow } from '../../../base/state.ts'
import { LevelStore, lockFolder } from '../store.ts'

/** A log to which nothing is ever written. */
export const stillLog: OpenLog = {
  foundEnd: { segment: 1, bytes: 100 },
  end: { segment: 1, bytes: 100 },
}

export async function begin(
  folder: string,
  options: { store?: string; bootId?: string; log?: OpenLog } = {},
) {
  const failures: unknown[] = []
  const store = await LevelStore.begin(await lockFolder(folder), {
    folder,
    store: 'log-1',
    log: stillLog,
    bootId: 'boot-1',
    ...options,
    onFailed: error => failures.push(error),
  })
  return Object.assign(store, { failures })
}

/** All that was written is in the database. */
export const down = (store: LevelStore) => told<void>(done => store.whenDown(done))

export async function rowsOf(cut: StateCut): Promise<readonly StateRow[]> {
  const rows: StateRow[] = []
  for (;;) {
    const more = await told<readonly StateRow[]>(done => cut.next(done))
    if (more.length === 0) break
    rows.push(...more)
  }
  cut.close()
  return rows
}

/** Whatever calls back. */
export function told<T>(ask: (done: (answer: T) => void) => void): Promise<T> {
  return new Promise(resolve => ask(resolve))
}
