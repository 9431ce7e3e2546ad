/** What went wrong, as problem+json (RFC 9457): a code for programs, a sentence for people. */

import type { Response } from 'express'

export interface Problem {
  readonly status: number
  readonly code: string
  readonly detail: string
  /** Asking again, unchanged, may go better. */
  readonly isRetryable?: boolean
  /** Each with its place in what was sent. */
  readonly errors?: readonly unknown[]
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  409: 'Not now',
  413: 'Too large',
  421: 'Another node',
  500: 'Broken',
  502: 'Another node answered badly',
  503: 'Not available',
  504: 'Too late',
}

/** What a refusal by the node is in HTTP; what is not named is a conflict with the state. */
const statuses: Readonly<Record<string, number>> = {
  'unknown-group': 404,
  'unknown-node': 404,
  'unknown-job': 404,
  'no-route': 404,
  'bad-request': 400,
  'not-sound': 400,
  'cannot-run': 400,
  'bad-job': 400,
  'bad-stages': 400,
  'bad-offsets': 400,
  'bad-replication': 400,
  'body-too-large': 413,
  'wrong-node': 421,
  'no-leader': 503,
  'not-leader': 503,
  'too-much-uncommitted': 503,
  'too-many-proposals': 503,
  'too-much-unapplied': 503,
  restoring: 503,
  closed: 503,
  'no-meta-leader': 503,
  'meta-not-open': 503,
  'node-unreachable': 502,
  'took-too-long': 504,
  unknown: 504,
}

/** However often it is asked. */
const finals: ReadonlySet<number> = new Set([413, 421])

/** What the wish refuses it refuses until somebody wishes for something else. */
const finalCodes: ReadonlySet<string> = new Set([
  'no-meta',
  'job-exists',
  'too-many-jobs',
  'too-many-groups',
  'too-much-text',
])

export function problemOf(code: string, detail: string): Problem {
  const status = statuses[code] ?? 409
  const isRetryable = status >= 409 && !finals.has(status) && !finalCodes.has(code)
  return { status, code, detail, isRetryable }
}

export function sendProblem(response: Response, problem: Problem): void {
  const { status, code, detail, errors, isRetryable: retryable = false } = problem
  const told = { type: 'about:blank', title: titles[status] ?? 'Refused', status, code, detail }
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...told, retryable, ...(errors && { errors }) }))
}
