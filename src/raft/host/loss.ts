/**
 * Endings that prove that the log lost something. Nothing is ever applied, and no image recorded,
 * that is not durable here first. So such a log must not be opened again: whoever runs the host
 * remembers that before the process ends, and the next one joins anew as another replica.
 */

import type { FatalCode } from './ports.ts'

const losses: ReadonlySet<string> = new Set<FatalCode>([
  'image-damaged',
  'log-behind',
  'state-ahead-of-log',
])

export function isLoss(code: string): boolean {
  return losses.has(code)
}

/** What was found, and what to do. */
export function lossMessage(found: string): string {
  return `${found}; start the node again: it joins anew, as another replica`
}
