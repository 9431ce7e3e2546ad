/**
 * What to do about a disk that refuses: for errors of the system, which have a code, and for those
 * of the state store, which only quote what the system said.
 */

import { WeirError } from '../base/errors.ts'

interface Trouble {
  readonly system: readonly string[]
  readonly words: RegExp
  readonly code: string
  readonly what: string
}

const troubles: readonly Trouble[] = [
  {
    system: ['ENOSPC', 'EDQUOT'],
    words: /No space left on device|Disk quota exceeded/,
    code: 'disk-full',
    what: 'the disk is full; make room and start again: nothing that was acknowledged is lost',
  },
  {
    system: ['EACCES', 'EPERM', 'EROFS'],
    words: /Permission denied|Operation not permitted|Read-only file system/,
    code: 'data-unusable',
    what: 'the data folder may not be written to; give this user the right to, or another folder',
  },
  {
    system: ['EIO', 'EFBIG'],
    words: /Input\/output error|File too large/,
    code: 'io-error',
    what: 'the disk has failed; check it and the limits of this user, then start again',
  },
]

/** undefined: it is none of the disk's. */
export function diskTrouble(error: unknown): WeirError | undefined {
  const { code = '', message } = error as { code?: string; message: string }
  const found = troubles.find(({ system, words }) => system.includes(code) || words.test(message))
  return found && new WeirError(found.code, `${found.what} (${message})`)
}

/** Of the state store, whatever it is. */
export function stateTrouble(error: unknown): WeirError {
  const { message, cause } = error as Error
  const said = cause instanceof Error ? cause : { message }
  const what = `the state store failed (${said.message})`
  const advice =
    'see that the disk is sound, then start again; its folder `state` may be removed: it is made ' +
    'anew from the log'
  return diskTrouble(said) ?? new WeirError('state-failed', `${what}; ${advice}`)
}
