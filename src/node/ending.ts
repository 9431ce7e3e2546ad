/** A node that must not go on with its log: what is written before it ends. */

import type { GroupId } from '../base/ids.ts'
import type { DataFolder } from '../io/data-folder.ts'
import type { LogStore } from '../raft/store/store.ts'

export interface Ending {
  readonly code: string
  readonly message: string
}

/** `held`: groups that it was given since the log was opened. */
export function givenUp(
  folder: DataFolder,
  store: LogStore,
  { code, message, held }: Ending & { readonly held: Iterable<GroupId> },
): Promise<void> {
  const groups = [...new Set([...store.groups.keys(), ...held])]
  return folder.distrustLog(store.identity.store, { why: `${code}: ${message}`, groups })
}
