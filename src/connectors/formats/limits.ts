/** What a record may be, by name. Whatever exceeds a limit fails alone; its neighbours do not. */

import { invariant } from '../../base/errors.ts'

export interface Limits {
  readonly recordBytesMax: number
  /** Objects and arrays inside of each other; `{}` is 1 deep. */
  readonly depthMax: number
  /** One text, or one key, as it stands in the record. */
  readonly textBytesMax: number
  /** One number, as it stands in the record, with sign, point and exponent. */
  readonly numberBytesMax: number
}

const MIB = 1_048_576

const LIMITS: Limits = Object.freeze({
  recordBytesMax: MIB,
  depthMax: 64,
  textBytesMax: MIB,
  numberBytesMax: 1024,
})

/** Some readers call themselves as deep as the record goes, so the stack bounds it. */
const DEPTH_CEILING = 1000

export function limitsOf(some: Partial<Limits> = {}): Limits {
  const limits = { ...LIMITS, ...some }
  const sound = Object.values(limits).every(limit => Number.isSafeInteger(limit) && limit > 0)
  invariant(sound && limits.depthMax <= DEPTH_CEILING, 'limits-are-sound')
  return limits
}
