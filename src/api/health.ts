/**
 * For whoever runs the process: is it alive, may others rely on it, what is it. Liveness asks
 * nobody; readiness says line by line what is missing.
 */

import { type Request, type Response, Router } from 'express'
import type { Check, NodeFace } from '../node/face.ts'

export interface HealthParts {
  /** undefined: the node is not yet started, or waits to join. */
  face(): NodeFace | undefined
  readonly version: Readonly<Record<string, string>>
}

export function healthRoutes({ face, version }: HealthParts): Router {
  const router = Router()
  const ready = (request: Request, response: Response) => {
    sendChecks(request, response, face()?.readiness() ?? [starting])
  }
  router.get('/livez', (_request, response) => {
    response.type('text/plain').send('ok\n')
  })
  router.get('/readyz', ready)
  router.get('/healthz', ready)
  router.get('/version', (_request, response) => {
    response.json(version)
  })
  return router
}

const starting: Check = {
  name: 'joined',
  isGood: false,
  message: 'the node has not joined a cluster yet; its log says what it waits for',
}

/** `?verbose`: one line for each check; `?exclude=NAME`: that one does not count. */
function sendChecks(request: Request, response: Response, checks: readonly Check[]): void {
  const excluded = [request.query['exclude'] ?? []].flat()
  const counted = checks.filter(check => !excluded.includes(check.name))
  const bad = counted.filter(check => !check.isGood)
  const isVerbose = request.query['verbose'] !== undefined
  const lines = (isVerbose ? counted : bad).map(lineOf)
  const verdict = bad.length === 0 ? 'ok' : 'not ready'
  response.status(bad.length === 0 ? 200 : 503).type('text/plain')
  response.send(`${[...lines, verdict].join('\n')}\n`)
}

const lineOf = ({ name, isGood, message }: Check) => `[${isGood ? '+' : '-'}] ${name}: ${message}`
