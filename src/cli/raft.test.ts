/** `weir raft` against real HTTP interfaces that are told what to say. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { report, type Served, serve, ToldFace } from '../api/testing/cluster.ts'
import { nodeId, replicaId } from '../base/ids.ts'
import { listenHttp } from '../io/http.ts'
import { runCommand } from './command.ts'
import { showItems, showTable } from './output.ts'
import { groupsText, groupText, hashText } from './raft-text.ts'

let served: Served

const members = [
  { replica: replicaId(1), node: nodeId('n1'), kind: 'voter' as const },
  { replica: replicaId(4), kind: 'learner' as const },
]
const peer = {
  replica: replicaId(4),
  match: 8,
  next: 9,
  inflight: 1,
  state: 'replicate',
  rttMs: 0.256,
}

beforeEach(async () => {
  served = await serve(new ToldFace('n1'))
  const leads = { role: 'leader' as const, leader: nodeId('n1'), term: 3, snapshot: 5 }
  served.face.known.push(report('n1', 1, { ...leads, members, peers: [peer] }), report('n1', 2))
  const whole = { replica: replicaId(1), node: nodeId('n1'), kind: 'voter' as const }
  served.face.known.push(report('n1', 3, { ...leads, members: [whole] }))
  served.face.prints.set(11, { index: 11, chain: 255, digest: 'ab'.repeat(32) })
})
afterEach(() => served.close())

async function weir(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runCommand(['raft', ...args], {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
  })
  return { out, err, code }
}

const there = () => ['--url', `${served.url}/`]

test('groups, for people', async () => {
  expect(await weir('groups', ...there())).toEqual({
    out: [
      'GROUP  LEADER  TERM  COMMIT  APPLIED  SNAPSHOT  MEMBERS',
      'kv/1   n1      3     10      10       5         n1/1 ?/4 (learner)',
      'kv/2   none    1     10      10       0',
      'kv/3   n1      3     10      10       5         n1/1',
      '',
    ].join('\n'),
    err: 'weir: without a leader: kv/2\n',
    code: 5,
  })
})

test('groups, for programs', async () => {
  const json = await weir('groups', ...there(), '-o', 'json')
  expect(JSON.parse(json.out)).toHaveLength(3)
  const lines = (await weir('groups', ...there(), '-o', 'jsonl')).out.trim().split('\n')
  expect(lines.map(line => JSON.parse(line).group)).toEqual(['kv/1', 'kv/2', 'kv/3'])
})

test('a node that does not answer is told beside', async () => {
  served.face.known.splice(1, 1)
  expect(await weir('groups', ...there())).toMatchObject({ err: '', code: 0 })
  served.face.neighbours.push({ node: nodeId('n2'), http: '127.0.0.1:1' })
  const { code, err, out } = await weir('groups', ...there(), '-o', 'json')
  expect(code).toBe(5)
  expect(err).toContain('no answer from node n2')
  expect(err).toContain('weir: silent: n2\n')
  expect(JSON.parse(out)).toHaveLength(2)
})

test('one group, with what the leader knows of its peers', async () => {
  const { out } = await weir('show', 'kv/1', ...there())
  expect(out).toContain('leader    n1\nseen by   n1/1 as leader\nterm      3\n')
  expect(out).toContain('PEER  STATE      MATCH  NEXT  INFLIGHT  RTT MS\n')
  expect(out).toContain('?/4   replicate  8      9     1         0.26\n')
  const json = await weir('show', '1', ...there(), '-o', 'json')
  expect(JSON.parse(json.out)).toMatchObject({ group: 'kv/1', term: 3 })
})

test('a group that nobody has is bad input', async () => {
  for (const args of [['show'], ['hash'], ['transfer', '--to', 'n2']]) {
    const [verb = '', ...rest] = args
    expect(await weir(verb, 'kv/9', ...rest, ...there())).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('weir: unknown-group: '),
    })
  }
})

test('leadership is handed over, or it is said why not', async () => {
  const done = await weir('transfer', 'kv/1', '--to', 'n2', ...there())
  expect(done).toEqual({ out: 'n2 leads kv/1\n', err: '', code: 0 })
  expect(served.face.transfers).toEqual(['1 n2'])
  const json = await weir('transfer', 'kv/1', '--to', 'n2', ...there(), '-o', 'jsonl')
  expect(JSON.parse(json.out)).toEqual({ group: 'kv/1', leader: 'n2' })
  served.face.refusal = { refused: 'not-a-voter', message: 'only a voter can lead' }
  expect(await weir('transfer', 'kv/1', '--to', 'n3', ...there())).toMatchObject({
    code: 1,
    err: 'weir: not-a-voter: only a voter can lead\n',
  })
  expect(await weir('transfer', 'kv/1', ...there())).toMatchObject({ code: 128 })
})

test('replicas that are equal, and those of whom nobody knows', async () => {
  const equal = await weir('hash', 'kv/3', ...there())
  expect(equal).toEqual({
    out:
      'kv/3 at 11: equal\nREPLICA  CHAIN          STATE\n' +
      'n1/1     00000000000ff  abababababababab\n',
    err: '',
    code: 0,
  })
  const partly = await weir('hash', 'kv/1', ...there())
  expect(partly).toMatchObject({ code: 5, err: 'weir: not proved equal: kv/1\n' })
  expect(partly.out).toContain('equal, but not all were heard')
})

test('the hashes of all groups: one that cannot be had fails the command', async () => {
  const { code, err } = await weir('hash', ...there())
  expect(code).toBe(5)
  expect(err).toContain('no-leader')
  served.face.known.splice(1, 1)
  const all = await weir('hash', ...there(), '-o', 'json')
  expect(all.code).toBe(5)
  expect(JSON.parse(all.out).map((one: { group: string }) => one.group)).toEqual(['kv/1', 'kv/3'])
})

test('a group that nobody leads is ill, and the command says so', async () => {
  for (const args of [
    ['hash', 'kv/2'],
    ['transfer', 'kv/2', '--to', 'n1'],
  ]) {
    const { code, err } = await weir(...args, ...there())
    expect([code, err]).toEqual([5, expect.stringContaining('weir: no-leader: nobody leads kv/2')])
  }
  expect((await weir('groups', '--help')).out).toContain('Exit code 5: a group has no leader')
})

test.each([
  ['took-too-long', 2],
  ['node-unreachable', 2],
  ['too-many-proposals', 5],
  ['replaced', 1],
])('a refusal by %s ends with %i', async (refused, code) => {
  served.face.refusal = { refused, message: 'because' }
  expect(await weir('transfer', 'kv/1', '--to', 'n2', ...there())).toMatchObject({
    code,
    err: `weir: ${refused}: because\n`,
  })
})

test('a node that is no member yet is not healthy', async () => {
  const waiting = await serve(undefined)
  for (const args of [['groups'], ['show', 'kv/1'], ['hash']]) {
    const { code, err } = await weir(...args, '--url', waiting.url)
    expect([code, err]).toEqual([5, expect.stringContaining('weir: not-joined: ')])
  }
  await waiting.close()
})

test('a node that leads and does not answer is no connection', async () => {
  const leader = nodeId('n2')
  const away = await serve(new ToldFace('n2'))
  away.face.known.push(report('n2', 9, { role: 'leader', leader }))
  const http = away.url.replace('http://', '')
  served.face.neighbours.push({ node: leader, http })
  // It says who it is, and is gone when it is asked to do something.
  away.face.askFingerprint = () => {
    void away.close()
  }
  const { code, err } = await weir('hash', 'kv/9', ...there())
  expect([code, err]).toEqual([2, expect.stringContaining('weir: node-unreachable: ')])
})

test('nobody there, something else there, and no URL', async () => {
  const gone = await listenHttp({ host: '127.0.0.1', port: 0 }, () => {})
  await gone.close()
  const url = `http://127.0.0.1:${gone.port}`
  expect(await weir('groups', '--url', url)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--url or WEIR_URL'),
  })
  const other = await listenHttp({ host: '127.0.0.1', port: 0 }, (_, response) => {
    response.end('hello')
  })
  const answer = await weir('groups', '--url', `http://127.0.0.1:${other.port}`)
  expect(answer).toMatchObject({ code: 2, err: expect.stringContaining('not as a node does') })
  await other.close()
  for (const text of ['nonsense', 'ftp://a', '']) {
    expect(await weir('groups', '--url', text)).toMatchObject({ code: 3 })
  }
})

test('the URL may be in the environment; the flag is before it', async () => {
  process.env['WEIR_URL'] = served.url
  try {
    expect((await weir('show', 'kv/1')).code).toBe(0)
    expect((await weir('groups', '--url', 'nonsense')).code).toBe(3)
  } finally {
    delete process.env['WEIR_URL']
  }
})

test('each command has an example, and a slip a guess', async () => {
  for (const verb of ['groups', 'show', 'transfer', 'hash']) {
    const { out, code } = await weir(verb, '--help')
    expect(code).toBe(0)
    expect(out).toContain(`Example:\n  weir raft ${verb}`)
  }
  const { err, code } = await weir('gruops')
  expect(code).toBe(128)
  expect(err).toContain('Did you mean groups?')
})

test('no groups, no peers, different states', () => {
  expect(groupsText([])).toBe('no groups\n')
  const alone = { ...report('n1', 1), peers: [] }
  expect(groupText(alone)).not.toContain('PEER')
  const replicas = [
    { replica: 1, node: 'n1', chain: 1, digest: 'a' },
    { replica: 2, missing: 'away' },
  ]
  const hash = { group: 'kv/1', index: 7, equal: false, complete: true, replicas }
  expect(hashText(hash)).toContain('kv/1 at 7: DIFFERENT\n')
  expect(hashText(hash)).toContain('?/2      -              away\n')
})

test('tables are as wide as their words, and items one a line', () => {
  expect(
    showTable(
      ['A', 'B'],
      [
        ['long', 'x'],
        ['y', ''],
      ],
    ),
  ).toBe('A     B\nlong  x\ny\n')
  expect(showItems([1, { a: 2 }], 'jsonl')).toBe('1\n{"a":2}\n')
  expect(showItems([], 'jsonl')).toBe('')
  expect(showItems([], 'json')).toBe('[]\n')
})
