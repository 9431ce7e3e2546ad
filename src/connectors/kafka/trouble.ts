/**
 * What goes wrong between a question and its answer, thrown inside of this folder and answered as a
 * LogError at the door. Whatever else is thrown there (a closed connection, silence, bytes that
 * make no sense) counts as `unavailable`, for nothing is known then.
 */

import { BrokenInvariant, WeirError } from '../../base/errors.ts'
import type { LogError, LogErrorCode } from '../../base/stream-log.ts'
import { UNREADABLE_CODEC } from './batch/records.ts'
import { meaningOf, NO_ERROR, type Stale } from './codes.ts'

export class Trouble extends Error {
  override readonly name = 'Trouble'
  readonly code: LogErrorCode
  /** Why there is sense in asking somebody else, or again; nothing was done then. */
  readonly stale: Stale | undefined
  /** The broker's number for it. */
  readonly number: number | undefined

  constructor(code: LogErrorCode, message: string, by?: { number?: number; stale?: Stale }) {
    super(message)
    this.code = code
    this.number = by?.number
    this.stale = by?.stale
  }
}

/** Throws what a broker said, unless it said that all is well. `what` was asked. */
export function mustBeGood(number: number, what: string, said?: string | null): void {
  if (number === NO_ERROR) return
  const { name, code, advice, stale } = meaningOf(number)
  const detail = said === null || said === undefined || said === '' ? '' : ` (${said})`
  const by = stale === undefined ? { number } : { number, stale }
  throw new Trouble(code, `${what}: ${name}${detail}: ${advice}`, by)
}

const DENIED = ['KafkaJSSASLAuthenticationError']
const TOO_OLD = ['KafkaJSServerDoesNotSupportApiKey']

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
const nameOf = (error: unknown) => (error instanceof Error ? error.name : '')

/** What was thrown while `what` was asked, as trouble; a mistake of our own stays what it is. */
export function troubleOf(error: unknown, what: string): Trouble {
  if (error instanceof Trouble) return error
  if (error instanceof BrokenInvariant) throw error
  const text = textOf(error)
  if (error instanceof WeirError && error.code === UNREADABLE_CODEC) {
    return new Trouble('unsupported', `${what}: ${text}`)
  }
  if (DENIED.includes(nameOf(error))) {
    return new Trouble('not-authorized', `${what}: ${text}: correct user and password`)
  }
  if (TOO_OLD.includes(nameOf(error))) {
    return new Trouble('unsupported', `${what}: ${text}: take Kafka 2.3 or newer`)
  }
  return new Trouble(
    'unavailable',
    `${what}: ${text}: ask again; if it goes on, see that the brokers run and can be reached`,
  )
}

/** The same, where the question was never sent: whoever it was for may have been replaced. */
export function unsent(error: unknown, what: string): Trouble {
  const { code, message } = troubleOf(error, what)
  return new Trouble(code, message, code === 'unavailable' ? { stale: 'leader' } : {})
}

export const errorOf = ({ code, message }: Trouble): LogError => ({ code, message })
