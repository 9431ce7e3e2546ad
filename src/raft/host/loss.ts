/**
 * Endings after which a log must not be opened again: what opens it, the host, or the other nodes
 * have found that it lost something, or that it is an old copy. Whoever runs the host remembers
 * that before the process ends, or each further start would count as a later one, up to a boot that
 * nobody knows to be old; the next start joins anew, as another replica. The one list for nodes and
 * their simulation.
 */

import type { StoreCode } from '../store/refusal.ts'
import type { FatalCode } from './ports.ts'

/** What the other nodes say of a node whose log they know to be old. */
export type OldCode = 'old-incarnation' | 'store-replaced'

/** Remembered of a log that was found to be lost in an earlier life. */
export const DISTRUSTED = 'log-distrusted'

const olds: ReadonlySet<string> = new Set<OldCode>(['old-incarnation', 'store-replaced'])

const losses: ReadonlySet<string> = new Set<FatalCode | StoreCode | OldCode | typeof DISTRUSTED>([
  // Found when it is opened.
  'store-missing',
  'store-damaged',
  'log-damaged',
  'log-lost',
  DISTRUSTED,
  // Nothing is ever applied, and no image recorded, that is not durable in the log first.
  'image-damaged',
  'log-behind',
  'state-ahead-of-log',
  // It is a copy from before what the others heard of it, and has forgotten what it said since.
  'old-incarnation',
  'store-replaced',
])

/** The log is given up: the node goes on as another replica, with another store. */
export function isLoss(code: string): boolean {
  return losses.has(code)
}

/** A peer that refuses us so knows more of our log than we do: this process must end. */
export function isOldCode(code: string): boolean {
  return olds.has(code)
}

/** What was found, and what to do. */
export function lossMessage(found: string): string {
  return `${found}; start the node again: it joins anew, as another replica`
}
