/** What the system says of files, as answers of the BlobStore door: a code, and what to do. */

import type { BlobErrorCode } from '../../base/blob-store.ts'

/** Thrown inside of this folder and answered as a BlobError at the door. */
export class BlobTrouble extends Error {
  override readonly name = 'BlobTrouble'
  readonly code: BlobErrorCode

  constructor(code: BlobErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export const systemCode = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

interface Meaning {
  readonly system: readonly string[]
  readonly code: BlobErrorCode
  readonly advice: string
}

const meanings: readonly Meaning[] = [
  {
    system: ['ENOSPC', 'EDQUOT'],
    code: 'full',
    advice: 'the disk is full: make room; what was stored before is still there',
  },
  {
    system: ['EACCES', 'EPERM', 'EROFS'],
    code: 'not-authorized',
    advice: 'this user may not do that: give the right to read and write all of the blob folder',
  },
  {
    // A key that goes on where another one ends.
    system: ['ENOTDIR', 'EISDIR'],
    code: 'bad-key',
    advice: 'no key may go on behind another one with a /: choose another key',
  },
]

const REST = 'try again; if it goes on, see that the disk is sound and mounted'

/** `what` was tried. */
export function blobTrouble(error: unknown, what: string): BlobTrouble {
  if (error instanceof BlobTrouble) return error
  const { message } = error as Error
  const found = meanings.find(({ system }) => system.includes(systemCode(error)))
  const { code = 'unavailable', advice = REST } = found ?? {}
  return new BlobTrouble(code, `${what}: ${advice} (${message})`)
}
