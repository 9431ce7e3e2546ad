/** Test support: a state store of a run, as a node opens it. */

import { LevelStore, lockFolder } from '../store.ts'

export async function begin(folder: string, options: { store?: string; bootId?: string } = {}) {
  const failures: unknown[] = []
  const store = await LevelStore.begin(await lockFolder(folder), {
    folder,
    store: 'log-1',
    bootId: 'boot-1',
    ...options,
    onFailed: error => failures.push(error),
  })
  return Object.assign(store, { failures })
}

/** Whatever calls back. */
export function told<T>(ask: (done: (answer: T) => void) => void): Promise<T> {
  return new Promise(resolve => ask(resolve))
}
