/** What one node asks another: answered by that node itself, or not at all. */

import { afterEach, expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { askHttp } from '../io/http.ts'
import { report, type Served, serve, serveAll, ToldFace } from './testing/cluster.ts'

const open: Served[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const ask = ({ url }: Served, path: string, post?: unknown) =>
  askHttp(url + path, { timeoutMs: 5000, ...(post === undefined ? {} : { post }) })

/** Its neighbour tells others an address that leads to whoever dials it. */
async function misled(): Promise<Served> {
  const one = await serve(new ToldFace('a'))
  open.push(one)
  const http = one.url.replace('http://', '')
  one.face.neighbours.push({ node: nodeId('b'), http })
  one.face.known.push(report('a', 1))
  return one
}

const LEADS_HERE = 'a asked for b and got to a: the HTTP address that b tells others leads here'

test('a node that gets to itself in place of another says so, and asks no further', async () => {
  const one = await misled()
  const { status, body } = await ask(one, '/v1/raft')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    groups: [{ node: 'a', id: 1 }],
    unreachable: [{ node: 'b', why: expect.stringContaining(`answered with 421: ${LEADS_HERE}`) }],
  })
})

test('whoever asks for one node by name is told that its address leads elsewhere', async () => {
  const one = await misled()
  for (const path of ['/v1/raft', '/v1/raft/kv/1', '/v1/raft/kv/1/hash']) {
    const { status, body } = await ask(one, `${path}?node=b`)
    expect(status).toBe(421)
    expect(body).toMatchObject({ code: 'wrong-node', retryable: false })
    expect(body).toMatchObject({ detail: expect.stringContaining(LEADS_HERE) })
  }
})

test('a node that no longer leads hands on nothing that a node asked of it', async () => {
  const [a, b] = (await serveAll('a', 'b')) as [Served, Served]
  open.push(a, b)
  a.face.known.push(report('a', 1, { role: 'leader', leader: nodeId('a') }))
  b.face.known.push(report('b', 1, { leader: nodeId('a') }))
  const moved = await ask(b, '/v1/raft/kv/1/transfer?by=a', { to: 'b' })
  expect(moved).toMatchObject({ status: 503, body: { code: 'no-leader', retryable: true } })
  expect(await ask(b, '/v1/raft/kv/1/hash?by=a')).toMatchObject({ status: 503 })
  expect(a.face.transfers).toEqual([])
})
