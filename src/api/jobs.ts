/**
 * Jobs over HTTP: any node takes a job file, tells what there is, and carries what is wished for to
 * whoever leads `meta`. What groups say of themselves is gathered from the nodes that lead them.
 */

import express, { type Request, type Response, Router } from 'express'
import type { NodeFace } from '../node/face.ts'
import type { MetaAnswer, Trouble } from '../node/jobs/body.ts'
import type {
  JobGroupReport,
  JobReport,
  JobsFace,
  NodeTrouble,
  Submitted,
} from '../node/jobs/face.ts'
import { type AskNode, askedBy, saysWhoAsks } from './others.ts'
import { problemOf, sendProblem } from './problem.ts'

export interface JobsParts {
  readonly face: NodeFace
  readonly jobs: JobsFace
  readonly ask: AskNode
}

const FILE_BYTES_MAX = 512 * 1024
/** What follows a media type in a job file's name. */
const endings: Readonly<Record<string, string>> = {
  'application/json': 'job.json',
  'application/toml': 'job.toml',
  'application/yaml': 'job.yaml',
}

export function jobRoutes(given: JobsParts): Router {
  const parts = { ...given, ask: saysWhoAsks(given.face.node, given.ask) }
  const { jobs } = parts
  const router = Router()
  const body = express.raw({ limit: FILE_BYTES_MAX, type: () => true })
  router.use('/v1/jobs', (_request, response, next) => {
    const { trouble } = jobs
    // Where there can be none the list is empty, and a word is refused by whoever takes it.
    if (trouble?.code === 'meta-not-open') sendTrouble(response, trouble)
    else next()
  })
  router.get('/v1/jobs', async (_request, response) => {
    const reports = await Promise.all(jobs.names().map(name => reportOf(parts, name)))
    response.json({ jobs: reports.filter(report => report !== undefined) })
  })
  router.post('/v1/jobs', body, (request, response) => submit(parts, request, response))
  router.get('/v1/jobs/:job', async (request, response) => {
    const report = await reportOf(parts, request.params.job)
    if (report === undefined) sendTrouble(response, unknownJob(request.params.job))
    else response.json(report)
  })
  router.get('/v1/jobs/:job/groups', async (request, response) => {
    const { job } = request.params
    if (!jobs.names().includes(job)) sendTrouble(response, unknownJob(job))
    // A node that asks wants to know what this one leads.
    else if (askedBy(request) !== undefined) {
      response.json({ groups: jobs.groups(job), troubles: jobs.troubles(job) })
    } else response.json(await saidOf(parts, job))
  })
  router.post('/v1/jobs/:job/stop', (request, response) =>
    wish(parts, request, response, 'stopped'),
  )
  router.post('/v1/jobs/:job/start', (request, response) => {
    return wish(parts, request, response, 'running')
  })
  router.delete('/v1/jobs/:job', (request, response) => wish(parts, request, response, 'deleted'))
  return router
}

/** `?name=N`: under another name than the file says. */
async function submit({ jobs }: JobsParts, request: Request, response: Response) {
  const type = String(request.headers['content-type'] ?? '').split(';')[0] ?? ''
  const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array(0)
  const as = request.query['name']
  const file = { name: endings[type.trim()] ?? 'job', bytes }
  const named = typeof as === 'string' && as !== '' ? { ...file, as } : file
  const key = request.get('idempotency-key') ?? ''
  const answer = await new Promise<Submitted>(resolve => jobs.submit(named, { key }, resolve))
  if ('refused' in answer) sendTrouble(response, answer.refused)
  else {
    response.status(202).location(`/v1/jobs/${answer.job}`)
    response.json({ job: answer.job, state: 'starting' })
  }
}

type Wish = Parameters<JobsFace['wish']>[1]

async function wish(
  { jobs }: JobsParts,
  request: Request<{ job: string }>,
  response: Response,
  wished: Wish,
) {
  const { job } = request.params
  const answer = await new Promise<MetaAnswer>(resolve => jobs.wish(job, wished, resolve))
  if ('refused' in answer) sendTrouble(response, answer.refused)
  else response.status(202).json({ job, wish: wished })
}

async function reportOf(parts: JobsParts, name: string): Promise<JobReport | undefined> {
  const { groups, troubles } = await saidOf(parts, name)
  return parts.jobs.report(name, groups, troubles)
}

interface Said {
  readonly groups: readonly JobGroupReport[]
  readonly troubles: readonly NodeTrouble[]
}

/** By whoever leads each; a node that does not answer is left out, and so are its groups. */
async function saidOf({ face, jobs, ask }: JobsParts, job: string): Promise<Said> {
  const path = `/v1/jobs/${encodeURIComponent(job)}/groups`
  const theirs = await Promise.all(
    face.others().map(async ({ node, http }): Promise<Said> => {
      try {
        const { status, body } = await ask(http, path)
        const { groups, troubles = [] } = body as OneSaid
        if (status !== 200 || !Array.isArray(groups)) return NOTHING
        return { groups, troubles: troubles.map(one => ({ ...one, node })) }
      } catch {
        // It is down, or slow: what it leads is told by nobody then.
        return NOTHING
      }
    }),
  )
  const own = jobs.troubles(job).map(one => ({ ...one, node: face.node }))
  const all = [...jobs.groups(job), ...theirs.flatMap(({ groups }) => groups)]
  const groups = [...new Map(all.map(one => [one.id, one])).values()].sort((a, b) => a.id - b.id)
  return { groups, troubles: [...own, ...theirs.flatMap(({ troubles }) => troubles)] }
}

/** By one node, of itself; an older one says nothing of troubles. */
interface OneSaid {
  readonly groups?: readonly JobGroupReport[]
  readonly troubles?: readonly Trouble[]
}

const NOTHING: Said = { groups: [], troubles: [] }

const unknownJob = (job: string): Trouble => ({
  code: 'unknown-job',
  message: `no job is called ${job}; GET /v1/jobs lists those that there are`,
})

function sendTrouble(response: Response, { code, message, errors }: Trouble): void {
  const problem = problemOf(code, message)
  sendProblem(response, errors === undefined ? problem : { ...problem, errors })
}
