/** Why the files of a log are not opened: a code, and what whoever runs the log should do. */

import type { DiskErrorCode } from '../../../base/env.ts'

export type FilesCode = 'log-format' | 'log-damaged' | 'log-lost' | DiskErrorCode

export interface FilesRefusal {
  readonly code: FilesCode
  readonly message: string
}

const RESTORE =
  'restore the folder from a copy, or give the log an empty one: it begins anew, as another log'

const advice: Readonly<Record<FilesCode, string>> = {
  'log-format': 'start it with the version of Weir that wrote it, or a newer one',
  'log-damaged': RESTORE,
  'log-lost': RESTORE,
  'no-such-file': 'make the folder, or mount the disk that it is on',
  'disk-full': 'free space on the disk, then start again: nothing that was acknowledged is lost',
  'io-error': 'check the disk and the rights on the folder, then start again',
}

export function filesRefusal(code: FilesCode, found: string): FilesRefusal {
  return { code, message: `${found}; ${advice[code]}` }
}
