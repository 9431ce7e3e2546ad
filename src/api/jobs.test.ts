/** Jobs over real sockets: files taken, wishes carried, and what groups say gathered from nodes. */

import { afterEach, expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { JobsFace } from '../node/jobs/face.ts'
import { type Served, serve, ToldFace } from './testing/cluster.ts'
import { group, ToldJobs } from './testing/jobs.ts'

const open: Served[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function node(name: string) {
  const jobs = new ToldJobs()
  const served = await serve(new ToldFace(name), jobs as unknown as JobsFace)
  open.push(served)
  return { ...served, jobs }
}

async function ask({ url }: Served, path: string, options: RequestInit = {}) {
  const response = await fetch(url + path, options)
  const type = response.headers.get('content-type') ?? ''
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, type, body, location: response.headers.get('location') }
}

const file = (type: string, more: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': type, ...more },
  body: 'name: clicks',
})

test('a job file is taken as it is, by its type, and where the job is shown is told', async () => {
  const a = await node('a')
  const key = { 'idempotency-key': 'once' }
  const answer = await ask(a, '/v1/jobs?name=other', file('application/toml; charset=utf-8', key))
  expect(answer).toMatchObject({
    status: 202,
    location: '/v1/jobs/clicks',
    body: { job: 'clicks' },
  })
  const [taken] = a.jobs.files
  expect(taken).toMatchObject({ key: 'once', file: { name: 'job.toml', as: 'other' } })
  expect(Buffer.from(taken?.file.bytes ?? []).toString()).toBe('name: clicks')
})

test.each([
  ['application/json', 'job.json'],
  ['application/yaml', 'job.yaml'],
  ['text/plain', 'job'],
])('a file of type %s is called %s', async (type, name) => {
  const a = await node('a')
  await ask(a, '/v1/jobs', file(type))
  expect(a.jobs.files).toMatchObject([{ key: '', file: { name } }])
})

test.each([
  ['not-sound', 400, false],
  ['unknown-job', 404, false],
  ['job-exists', 409, false],
  ['no-meta-leader', 503, true],
] as const)('%s is a problem of status %i', async (code, status, retryable) => {
  const a = await node('a')
  const errors = [{ line: 3, column: 1, message: 'no such field' }]
  a.jobs.refused = { code, message: 'it is not taken', errors }
  const answer = await ask(a, '/v1/jobs', file('application/yaml'))
  expect(answer).toMatchObject({ status, body: { code, retryable, errors } })
  expect(answer.body).toMatchObject({ detail: 'it is not taken' })
  expect(answer.type).toContain('application/problem+json')
})

test('a file beyond its bound is refused, and nobody is asked', async () => {
  const a = await node('a')
  const big = { ...file('application/yaml'), body: 'x'.repeat(512 * 1024 + 1) }
  expect(await ask(a, '/v1/jobs', big)).toMatchObject({
    status: 413,
    body: { code: 'body-too-large' },
  })
  expect(a.jobs.files).toEqual([])
})

test('stop, start and delete are wishes', async () => {
  const a = await node('a')
  expect(await ask(a, '/v1/jobs/clicks/stop', { method: 'POST' })).toMatchObject({ status: 202 })
  await ask(a, '/v1/jobs/clicks/start', { method: 'POST' })
  await ask(a, '/v1/jobs/clicks', { method: 'DELETE' })
  expect(a.jobs.wishes).toEqual(['clicks stopped', 'clicks running', 'clicks deleted'])
})

test('groups are told by those who lead them; a node that is down tells none', async () => {
  const [a, b] = [await node('a'), await node('b')]
  a.jobs.led.push(group(1))
  b.jobs.led.push(group(0))
  a.face.neighbours.push({ node: nodeId('b'), http: b.url.replace('http://', '') })
  a.face.neighbours.push({ node: nodeId('gone'), http: '127.0.0.1:1' })
  const names = ['clicks/count/0', 'clicks/count/1']
  const { body } = await ask(a, '/v1/jobs/clicks/groups')
  expect(body['groups']).toMatchObject(names.map(name => ({ group: name })))
  expect((await ask(a, '/v1/jobs/clicks')).body['troubles']).toEqual(names)
  expect((await ask(a, '/v1/jobs')).body['jobs']).toMatchObject([{ troubles: names }])
  const own = await ask(a, '/v1/jobs/clicks/groups?by=b')
  expect(own.body['groups']).toMatchObject([{ group: names[1] }])
})

test('what holds a job up on a node is told with its name', async () => {
  const [a, b] = [await node('a'), await node('b')]
  a.face.neighbours.push({ node: nodeId('b'), http: b.url.replace('http://', '') })
  a.jobs.held.push({ code: 'job-exists', message: 'another owns it' })
  b.jobs.held.push({ code: 'no-log', message: 'it was not told of one' })
  const { body } = await ask(a, '/v1/jobs/clicks')
  expect(body['troubles']).toEqual(['a job-exists', 'b no-log'])
  const own = await ask(b, '/v1/jobs/clicks/groups?by=a')
  expect(own.body['troubles']).toEqual([{ code: 'no-log', message: 'it was not told of one' }])
})

test('a node that does not know its jobs yet says so, and shows none', async () => {
  const a = await node('a')
  a.jobs.trouble = { code: 'meta-not-open', message: 'ask again' }
  for (const path of ['/v1/jobs', '/v1/jobs/clicks', '/v1/jobs/clicks/groups']) {
    const answer = await ask(a, path)
    expect(answer).toMatchObject({ status: 503, body: { code: 'meta-not-open', retryable: true } })
  }
  expect(await ask(a, '/v1/jobs', file('application/yaml'))).toMatchObject({ status: 503 })
  expect(a.jobs.files).toEqual([])
  a.jobs.trouble = { code: 'no-meta', message: 'found another' }
  expect(await ask(a, '/v1/jobs')).toMatchObject({ status: 200 })
})

test('of a job that nobody knows nothing is shown', async () => {
  const a = await node('a')
  for (const path of ['/v1/jobs/x', '/v1/jobs/x/groups']) {
    expect(await ask(a, path)).toMatchObject({ status: 404, body: { code: 'unknown-job' } })
  }
})
