/** Why a store is not opened: a code, and what whoever runs the node should do. */

import type { DiskErrorCode } from '../../base/env.ts'

export type StoreCode =
  | 'store-missing'
  | 'store-of-another-node'
  | 'store-of-another-cluster'
  | 'store-of-another-folder'
  | 'store-format'
  | 'store-damaged'
  | 'log-damaged'
  | 'log-lost'
  | DiskErrorCode

export interface StoreRefusal {
  readonly code: StoreCode
  readonly message: string
}

const REJOIN = 'nothing of it is trusted any more: the node joins anew, as another replica'

/** What to do, behind what was found. */
const advice: Readonly<Record<StoreCode, string>> = {
  'store-missing': REJOIN,
  'store-of-another-node': 'name the folder of this node, or start the node that it belongs to',
  'store-of-another-cluster': 'name a folder of this cluster, or an empty one',
  'store-of-another-folder':
    'put the log of this folder back, or empty the folder and let the node join anew',
  'store-format': 'start it with the version of Weir that wrote it, or a newer one',
  'store-damaged': REJOIN,
  'log-damaged': REJOIN,
  'log-lost': REJOIN,
  'no-such-file': 'make the folder, or mount the disk that it is on',
  'disk-full': 'free space on the disk, then start again',
  'io-error': 'check the disk and the rights on the folder, then start again',
}

export function refusal(code: StoreCode, found: string): StoreRefusal {
  return { code, message: `${found}; ${advice[code]}` }
}
