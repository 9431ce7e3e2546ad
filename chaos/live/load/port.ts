/** What a client of a drill needs of the store, whatever wire leads there. */

import type { Exchange, Seen, Verb } from '../history/event.ts'

export interface Request {
  readonly group: number
  readonly key: string
  readonly f: Verb
  readonly value: Seen | Exchange
}

export type Answer =
  /** `seen`: of a read. */
  | { readonly kind: 'ok'; readonly seen?: Seen }
  /** A cas found another value. */
  | { readonly kind: 'mismatch' }
  /** It certainly did not happen; `leader`: who to ask instead, if that is known. */
  | { readonly kind: 'refused'; readonly code: string; readonly leader?: string }
  /** It may have happened, or may yet. */
  | { readonly kind: 'unknown'; readonly code: string }

/** Connections to all nodes; each call is answered once, in time. */
export interface Port {
  ask(node: string, request: Request, timeoutMs: number): Promise<Answer>
  close(): void
}
