/** Each code that a node refuses with, as HTTP; and the shape of every problem on the wire. */

import express from 'express'
import { expect, test } from 'vitest'
import { type HttpServer, listenHttp } from '../io/http.ts'
import { refusalCodes } from '../raft/refusal.ts'
import { type Problem, problemOf, sendProblem } from './problem.ts'

test.each([
  ['unknown-group', 404, false],
  ['unknown-node', 404, false],
  ['no-route', 404, false],
  ['bad-request', 400, false],
  ['body-too-large', 413, false],
  ['no-leader', 503, true],
  ['not-leader', 503, true],
  ['too-much-uncommitted', 503, true],
  ['too-many-proposals', 503, true],
  ['too-much-unapplied', 503, true],
  ['restoring', 503, true],
  ['closed', 503, true],
  ['node-unreachable', 502, true],
  ['took-too-long', 504, true],
  ['not-a-voter', 409, true],
  ['transferring', 409, true],
  ['a code of a later version', 409, true],
  ['job-exists', 409, false],
  ['too-many-groups', 409, false],
  ['bad-stages', 400, false],
  ['job-deleted', 409, true],
  ['no-meta', 409, false],
  ['no-meta-leader', 503, true],
  ['unknown', 504, true],
])('%s is %i', (code, status, isRetryable) => {
  expect(problemOf(code, 'why')).toEqual({ status, code, detail: 'why', isRetryable })
})

test('whatever the core refuses is the state’s fault or the node’s, never the caller’s', () => {
  for (const code of refusalCodes) {
    const { status, isRetryable } = problemOf(code, 'why')
    expect([409, 503]).toContain(status)
    expect(isRetryable).toBe(true)
  }
})

async function sent(problem: Problem) {
  const app = express()
  app.get('/', (_request, response) => sendProblem(response, problem))
  const server: HttpServer = await listenHttp({ host: '127.0.0.1', port: 0 }, app)
  try {
    const response = await fetch(`http://127.0.0.1:${server.port}/`)
    const type = response.headers.get('content-type')
    return { status: response.status, type, body: await response.json() }
  } finally {
    await server.close()
  }
}

test('on the wire it is problem+json with the members of RFC 9457', async () => {
  const { status, type, body } = await sent(problemOf('no-leader', 'nobody leads kv/1'))
  expect(status).toBe(503)
  expect(type).toMatch(/^application\/problem\+json/)
  expect(body).toEqual({
    type: 'about:blank',
    title: 'Not available',
    status: 503,
    code: 'no-leader',
    detail: 'nobody leads kv/1',
    retryable: true,
  })
})

test('what is not said to be worth asking again is not', async () => {
  const { body } = await sent({ status: 500, code: 'internal', detail: 'broken' })
  expect(body).toMatchObject({ title: 'Broken', retryable: false })
})

test('each status that a code has comes with a title of its own', async () => {
  const codes = ['no-route', 'bad-request', 'body-too-large', 'node-unreachable', 'took-too-long']
  const titles = await Promise.all(
    [...codes, 'not-leader', 'not-a-voter'].map(async code => {
      const { body } = await sent(problemOf(code, ''))
      return (body as { title: string }).title
    }),
  )
  expect(new Set(titles).size).toBe(titles.length)
  expect(titles).not.toContain('Refused')
})
