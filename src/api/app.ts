/** The HTTP interface of a node, put together. The server that listens is the caller's. */

import express, { type ErrorRequestHandler, type Express } from 'express'
import type { JobsFace } from '../node/jobs/face.ts'
import { type HealthParts, healthRoutes } from './health.ts'
import { jobRoutes } from './jobs.ts'
import type { MetricsText } from './metrics.ts'
import { problemOf, sendProblem } from './problem.ts'
import { type RaftParts, raftRoutes } from './raft.ts'

export interface AppParts extends HealthParts, Omit<RaftParts, 'face'> {
  readonly metrics: MetricsText
  /** undefined: it has not joined a cluster yet. */
  jobs(): JobsFace | undefined
  /** Something was thrown that nobody expected; the caller is told no more than that. */
  onBroken(error: unknown): void
}

const BODY_BYTES_MAX = 64 * 1024

export function makeApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(healthRoutes(parts))
  app.get('/metrics', async (_request, response) => {
    const { type, body } = await parts.metrics.text()
    response.set('content-type', type).send(body)
  })
  app.use((request, response, next) => {
    const [face, jobs] = [parts.face(), parts.jobs()]
    if (face === undefined || jobs === undefined) next()
    else jobRoutes({ ...parts, face, jobs })(request, response, next)
  })
  app.use(express.json({ limit: BODY_BYTES_MAX }))
  app.use((request, response, next) => {
    const face = parts.face()
    if (face === undefined) {
      const detail = 'this node has not joined a cluster yet; its log says what it waits for'
      sendProblem(response, { ...problemOf('not-joined', detail), status: 503 })
    } else raftRoutes({ ...parts, face })(request, response, next)
  })
  app.use((request, response) => {
    const what = `nothing is served at ${request.method} ${request.path}`
    const detail = `${what}; docs/reference/http.md lists what is`
    sendProblem(response, problemOf('no-route', detail))
  })
  app.use(onError(parts))
  return app
}

const UNREADABLE =
  'the request cannot be read as JSON over HTTP; send one JSON object, as application/json'

/** Express knows an error handler by its four parameters. */
function onError(parts: AppParts): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { status, type } = error as { status?: number; type?: string }
    if (type === 'entity.too.large') {
      const { limit } = error as { limit?: number }
      const detail = `a body has at most ${limit ?? BODY_BYTES_MAX} bytes here`
      sendProblem(response, problemOf('body-too-large', detail))
    } else if (status !== undefined && status >= 400 && status < 500) {
      sendProblem(response, problemOf('bad-request', UNREADABLE))
    } else {
      parts.onBroken(error)
      const detail = 'an error that is not the caller’s; the node’s log has it'
      sendProblem(response, { status: 500, code: 'internal', detail })
    }
  }
}
