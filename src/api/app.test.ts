/** The HTTP interface over real sockets, told what to know. */

import { afterEach, expect, test } from 'vitest'
import { nodeId, replicaId } from '../base/ids.ts'
import { report, type Served, serve, serveAll, ToldFace } from './testing/cluster.ts'

const open: Served[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function nodes(...names: readonly string[]) {
  const all = await serveAll(...names)
  open.push(...all)
  return all as readonly [Served, Served, Served]
}

async function get(served: Served, path: string) {
  const response = await fetch(served.url + path)
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  return {
    status: response.status,
    type,
    text,
    body: type.includes('json') ? JSON.parse(text) : {},
  }
}

async function post(served: Served, path: string, body: unknown, raw?: string) {
  const response = await fetch(served.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: raw ?? JSON.stringify(body),
  })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, type, body: (await response.json()) as Record<string, unknown> }
}

const leads = (node: string) => ({ role: 'leader' as const, leader: nodeId(node) })

test('every group is listed once, as its leader sees it', async () => {
  const [a, b, c] = await nodes('a', 'b', 'c')
  a.face.known.push(report('a', 1, leads('a')), report('a', 2, { leader: nodeId('b') }))
  b.face.known.push(report('b', 1, { leader: nodeId('a') }), report('b', 2, leads('b')))
  for (const one of [a, b, c]) {
    const { status, body } = await get(one, '/v1/raft')
    expect(status).toBe(200)
    expect(
      body.groups.map((group: { id: number; node: string }) => [group.id, group.node]),
    ).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    expect(body.unreachable).toEqual([])
  }
})

test('a node that does not answer is named, and the others are shown', async () => {
  const [a] = await nodes('a')
  a.face.known.push(report('a', 1))
  a.face.neighbours.push({ node: nodeId('gone'), http: '127.0.0.1:1' })
  const { status, body } = await get(a, '/v1/raft')
  expect(status).toBe(200)
  expect(body.groups).toHaveLength(1)
  expect(body.unreachable).toMatchObject([
    { node: 'gone', why: expect.stringContaining('no answer') },
  ])
})

test('?node shows the replicas of one node, wherever it is asked', async () => {
  const [a, b] = await nodes('a', 'b')
  b.face.known.push(report('b', 1))
  for (const one of [a, b]) {
    const { body } = await get(one, '/v1/raft?node=b')
    expect(body.groups.map((group: { node: string }) => group.node)).toEqual(['b'])
  }
  expect((await get(a, '/v1/raft?node=a')).body.groups).toEqual([])
  expect(await get(a, '/v1/raft?node=x')).toMatchObject({
    status: 404,
    type: expect.stringContaining('application/problem+json'),
    body: { code: 'unknown-node', retryable: false },
  })
})

test.each(['/v1/raft/kv/2', '/v1/raft/kv%2F2', '/v1/raft/2'])('%s is one group', async path => {
  const [a, b] = await nodes('a', 'b')
  a.face.known.push(report('a', 2, { term: 7 }))
  b.face.known.push(report('b', 2, { ...leads('b'), term: 7 }))
  const { status, body } = await get(a, path)
  expect(status).toBe(200)
  expect(body).toMatchObject({ group: 'kv/2', node: 'b', role: 'leader', term: 7 })
  expect((await get(b, `${path}?node=a`)).body).toMatchObject({ node: 'a' })
})

test('a group that nobody has', async () => {
  const [a] = await nodes('a')
  for (const path of ['/v1/raft/kv/9', '/v1/raft/kv/9/hash', '/v1/raft/hash']) {
    const answer = await get(a, path)
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown-group', status: 404 } })
    expect(answer.body.detail).toContain('GET /v1/raft lists them')
  }
  const moved = await post(a, '/v1/raft/kv/9/transfer', { to: 'b' })
  expect(moved).toMatchObject({ status: 404, body: { code: 'unknown-group' } })
})

test('leadership is transferred by the leader, wherever it is asked for', async () => {
  const [a, b] = await nodes('a', 'b')
  a.face.known.push(report('a', 1, { leader: nodeId('b') }))
  b.face.known.push(report('b', 1, leads('b')))
  const answer = await post(a, '/v1/raft/kv/1/transfer', { to: 'a' })
  expect(answer).toMatchObject({ status: 200, body: { group: 'kv/1', leader: 'a' } })
  expect(b.face.transfers).toEqual(['1 a'])
  b.face.refusal = { refused: 'not-a-voter', message: 'only a voter of this group can lead it' }
  expect(await post(a, '/v1/raft/kv%2F1/transfer', { to: 'c' })).toMatchObject({
    status: 409,
    type: expect.stringContaining('application/problem+json'),
    body: { code: 'not-a-voter', retryable: true },
  })
})

test('a transfer that names nobody, and a group without a leader', async () => {
  const [a] = await nodes('a')
  a.face.known.push(report('a', 1))
  for (const body of [{}, { to: 7 }, { to: '' }]) {
    expect(await post(a, '/v1/raft/kv/1/transfer', body)).toMatchObject({
      status: 400,
      body: { code: 'bad-request' },
    })
  }
  expect(await post(a, '/v1/raft/kv/1/transfer', { to: 'b' })).toMatchObject({
    status: 503,
    body: { code: 'no-leader', retryable: true },
  })
})

const members = [
  { replica: replicaId(1), node: nodeId('a'), kind: 'voter' as const },
  { replica: replicaId(2), node: nodeId('b'), kind: 'voter' as const },
]
const print = (digest: string) => ({ index: 11, chain: 5, digest })

test('replicas that are equal', async () => {
  const [a, b] = await nodes('a', 'b')
  a.face.known.push(report('a', 1, { ...leads('a'), members }))
  b.face.known.push(report('b', 1, { leader: nodeId('a'), members }))
  a.face.prints.set(11, print('x'))
  // The follower is a little late.
  b.face.prints.set(11, { index: 11, chain: 5, digest: undefined })
  setImmediate(() => b.face.prints.set(11, print('x')))
  for (const one of [a, b]) {
    expect((await get(one, '/v1/raft/kv/1/hash')).body).toEqual({
      group: 'kv/1',
      index: 11,
      equal: true,
      complete: true,
      replicas: [
        { node: 'a', replica: 1, chain: 5, digest: 'x' },
        { node: 'b', replica: 2, chain: 5, digest: 'x' },
      ],
    })
  }
})

test.each([
  ['state', { index: 11, chain: 5, digest: 'y' }],
  ['entries', { index: 11, chain: 6, digest: 'x' }],
])('replicas of different %s', async (_, other) => {
  const [a, b] = await nodes('a', 'b')
  a.face.known.push(report('a', 1, { ...leads('a'), members }))
  b.face.known.push(report('b', 1))
  a.face.prints.set(11, print('x'))
  b.face.prints.set(11, other)
  expect((await get(a, '/v1/raft/kv/1/hash')).body).toMatchObject({ equal: false, complete: true })
})

test('a replica that says nothing is named', async () => {
  const [a] = await nodes('a')
  const strangers = [
    { replica: replicaId(3), kind: 'learner' as const },
    { replica: replicaId(4), node: nodeId('z'), kind: 'voter' as const },
  ]
  a.face.known.push(report('a', 1, { ...leads('a'), members: [...members, ...strangers] }))
  a.face.neighbours.push({ node: nodeId('b'), http: '127.0.0.1:1' })
  a.face.prints.set(11, print('x'))
  const { body } = await get(a, '/v1/raft/kv/1/hash')
  expect(body).toMatchObject({ equal: true, complete: false })
  expect(body.replicas.map((one: { missing?: string }) => one.missing ?? 'known')).toEqual([
    'known',
    expect.stringContaining('no answer'),
    'nobody knows its node',
    'nobody knows where its HTTP interface is',
  ])
})

test('a replica that never gets there, and a leader that refuses', async () => {
  const [a] = await nodes('a')
  a.face.known.push(report('a', 1, { ...leads('a'), members: members.slice(0, 1) }))
  expect((await get(a, '/v1/raft/kv/1/hash')).body).toMatchObject({
    complete: false,
    replicas: [{ missing: 'it has not applied the entry in time' }],
  })
  a.face.refusal = { refused: 'not-leader', message: 'ask again' }
  expect(await get(a, '/v1/raft/kv/1/hash')).toMatchObject({ status: 503 })
})

test('one replica’s own fingerprint', async () => {
  const [a] = await nodes('a')
  a.face.known.push(report('a', 1))
  a.face.prints.set(11, print('x'))
  const at = (index: string) => get(a, `/v1/raft/kv/1/hash?node=a&index=${index}`)
  expect((await at('11')).body).toEqual(print('x'))
  expect((await at('12')).body).toEqual({ index: 12 })
  for (const index of ['', '0', 'x', '1.5']) expect((await at(index)).status).toBe(400)
  expect(await get(a, '/v1/raft/kv/9/hash?node=a&index=1')).toMatchObject({ status: 404 })
})

test('alive is who answers; ready is who can be relied on', async () => {
  const [a] = await nodes('a')
  expect(await get(a, '/livez')).toMatchObject({ status: 200, text: 'ok\n' })
  expect(await get(a, '/readyz')).toMatchObject({ status: 200, text: 'ok\n' })
  expect((await get(a, '/readyz?verbose')).text).toBe('[+] log: it is written to\nok\n')
  a.face.checks = [...a.face.checks, { name: 'leaders', isGood: false, message: 'kv/1 has none' }]
  for (const path of ['/readyz', '/healthz']) {
    expect(await get(a, path)).toMatchObject({
      status: 503,
      text: '[-] leaders: kv/1 has none\nnot ready\n',
    })
  }
  expect((await get(a, '/readyz?exclude=leaders')).status).toBe(200)
  expect((await get(a, '/livez')).status).toBe(200)
})

test('a node that has not joined is alive, and says what it is', async () => {
  const waiting = await serve(undefined)
  open.push(waiting)
  expect((await get(waiting, '/livez')).status).toBe(200)
  expect(await get(waiting, '/readyz')).toMatchObject({ status: 503 })
  expect((await get(waiting, '/version')).body).toEqual({ weir: '1.2.3', node: '20' })
  expect((await get(waiting, '/metrics')).text).toContain('weir_build_info')
  expect(await get(waiting, '/v1/raft')).toMatchObject({
    status: 503,
    body: { code: 'not-joined', retryable: true },
  })
})

test('what is not served, and what cannot be read', async () => {
  const [a] = await nodes('a')
  expect(await get(a, '/v2')).toMatchObject({ status: 404, body: { code: 'no-route' } })
  expect(await post(a, '/v1/raft/kv/1', {})).toMatchObject({ status: 404 })
  const broken = await post(a, '/v1/raft/kv/1/transfer', {}, '{"to":')
  expect(broken).toMatchObject({ status: 400, body: { code: 'bad-request' } })
  const large = await post(a, '/v1/raft/kv/1/transfer', { to: 'x'.repeat(70_000) })
  expect(large).toMatchObject({ status: 413, body: { code: 'body-too-large' } })
  expect(a.broken).toEqual([])
})

test('a verb is asked by its own method; the other way it is nothing', async () => {
  const [a] = await nodes('a')
  a.face.known.push(report('a', 1, leads('a')))
  expect(await get(a, '/v1/raft/kv/1/transfer')).toMatchObject({
    status: 404,
    body: {
      code: 'no-route',
      detail:
        'nothing is served at GET /v1/raft/kv/1/transfer; docs/reference/http.md lists what is',
    },
  })
  expect(await post(a, '/v1/raft/kv/1/hash', {})).toMatchObject({ status: 404 })
  expect(a.face.transfers).toEqual([])
})

test('what is thrown is logged, and not told', async () => {
  const [a] = await nodes('a')
  a.face.reports = () => {
    throw new Error('a secret')
  }
  const { status, text } = await get(a, '/v1/raft?node=a')
  expect(status).toBe(500)
  expect(text).not.toContain('secret')
  expect(a.broken).toMatchObject([{ message: 'a secret' }])
})

test('metrics: gauges of groups, counters of the node, what was measured', async () => {
  const [a] = await nodes('a')
  a.face.known.push(report('a', 1, { ...leads('a'), term: 3, commit: 44, applied: 43 }))
  a.metrics.onSync(3)
  a.metrics.onApply(250)
  a.metrics.onImage(20)
  const { text, type } = await get(a, '/metrics')
  expect(type).toContain('text/plain')
  for (const line of [
    'weir_raft_has_leader{group="kv/1"} 1',
    'weir_raft_is_leader{group="kv/1"} 1',
    'weir_raft_term{group="kv/1"} 3',
    'weir_raft_commit_index{group="kv/1"} 44',
    'weir_raft_applied_index{group="kv/1"} 43',
    'weir_raft_leader_changes_total 2',
    'weir_raft_proposals_committed_total 30',
    'weir_raft_proposals_applied_total 29',
    'weir_raft_proposals_failed_total 1',
    'weir_raft_proposals_pending 4',
    'weir_raft_read_index_failed_total 5',
    'weir_raft_heartbeat_send_failures_total 6',
    'weir_raft_peer_sent_bytes_total{peer="b"} 10',
    'weir_raft_peer_received_bytes_total{peer="b"} 20',
    'weir_raft_peer_rtt_seconds{peer="b"} 0.0005',
    'weir_raft_peer_up{peer="b"} 1',
    'weir_raft_wal_fsync_duration_seconds_bucket{le="0.004"} 1',
    'weir_raft_wal_fsync_duration_seconds_bucket{le="0.002"} 0',
    'weir_raft_apply_duration_seconds_count 1',
    'weir_raft_slow_apply_total 1',
    'weir_raft_snapshot_save_duration_seconds_count 1',
    'weir_build_info{weir="1.2.3",node="20"} 1',
  ]) {
    expect(text).toContain(`${line}\n`)
  }
  expect(text).toContain('process_cpu_seconds_total')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
})

test('a counter is read anew at each scrape, not added up', async () => {
  const [a] = await nodes('a')
  await get(a, '/metrics')
  expect((await get(a, '/metrics')).text).toContain('weir_raft_leader_changes_total 2\n')
})

test('a face that knows nobody lists its own', async () => {
  const alone = await serve(new ToldFace('a'))
  open.push(alone)
  alone.face.known.push(report('a', 1))
  expect((await get(alone, '/v1/raft')).body.groups).toHaveLength(1)
})

test('a question about another node’s replica is passed on, with its answer', async () => {
  const [a, b] = await nodes('a', 'b')
  b.face.known.push(report('b', 1, { term: 9 }))
  b.face.prints.set(11, print('x'))
  expect((await get(a, '/v1/raft/kv/1?node=b')).body).toMatchObject({ node: 'b', term: 9 })
  expect((await get(a, '/v1/raft/kv/1/hash?node=b&index=11')).body).toEqual(print('x'))
  expect(await get(a, '/v1/raft/kv/9?node=b')).toMatchObject({
    status: 404,
    type: expect.stringContaining('application/problem+json'),
    body: { code: 'unknown-group' },
  })
})

test('a node that is asked for and does not answer is a bad gateway', async () => {
  const [a] = await nodes('a')
  a.face.neighbours.push({ node: nodeId('gone'), http: '127.0.0.1:1' })
  for (const path of ['/v1/raft?node=gone', '/v1/raft/kv/1?node=gone']) {
    expect(await get(a, path)).toMatchObject({
      status: 502,
      body: { code: 'node-unreachable', retryable: true, detail: expect.stringContaining('gone') },
    })
  }
})

test('answers name no program, and nothing is cached', async () => {
  const [a] = await nodes('a')
  const response = await fetch(`${a.url}/v1/raft`)
  expect(response.headers.get('x-powered-by')).toBeNull()
  expect(response.headers.get('etag')).toBeNull()
})

test('words at the end of a group’s id are verbs only there', async () => {
  const [a] = await nodes('a')
  const named = { ...report('a', 1), group: 'hash/transfer/x' }
  a.face.known.push(named)
  expect((await get(a, '/v1/raft/hash/transfer/x')).body).toMatchObject({
    group: 'hash/transfer/x',
  })
  expect(await post(a, '/v1/raft/transfer', { to: 'b' })).toMatchObject({ status: 404 })
})

test.each(['/v1/raft/', '/v1/raft//', '/v1/raft/%2F', '/v1/raft/%zz', '/v1/raft/..%2f..'])(
  '%s is answered, not broken',
  async path => {
    const [a] = await nodes('a')
    const { status } = await get(a, path)
    expect([200, 400, 404]).toContain(status)
    expect(a.broken).toEqual([])
  },
)
