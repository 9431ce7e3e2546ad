/**
 * Three real processes of `weir node`: founded, joined, written to through the key-value service,
 * killed, restarted, robbed of a data folder, and asked by the real command.
 */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callKinds, outcomes, type WireAnswer } from '../../chaos/kv/service/calls.ts'
import { KvClient } from '../../chaos/kv/service/client.ts'
import { freePorts } from '../../scripts/services/ports.ts'
import { tempFolder } from '../io/testing/folder.ts'
import type { GroupReport } from '../node/face.ts'
import { bundleCommand } from './testing/bundle.ts'
import { type Ended, Started } from './testing/process.ts'

interface Plan {
  readonly id: string
  readonly listen: string
  readonly http: string
  readonly data: string
  process: Started
  client: KvClient
}

const WAIT = { timeout: 30_000, interval: 50 }
const GROUPS = 3
/** And meta. */
const ALL = GROUPS + 1
const folder = tempFolder()
let command = ''
let plans: readonly Plan[] = []
const plan = (at: number) => plans[at] as Plan

beforeAll(async () => {
  command = await bundleCommand()
  const ports = await freePorts(6)
  plans = ['n1', 'n2', 'n3'].map((id, at) => {
    const listen = `127.0.0.1:${ports[2 * at]}`
    const http = `127.0.0.1:${ports[2 * at + 1]}`
    const data = join(folder, id)
    return { id, listen, http, data, process: undefined as never, client: new KvClient(listen) }
  })
  for (const one of plans) start(one)
})

afterAll(() => {
  for (const { client } of plans) client.close()
})

function start(one: Plan): void {
  const others = plans.filter(other => other !== one).map(other => other.listen)
  const args = ['node', '--id', one.id, '--listen', one.listen, '--http', one.http]
  args.push('--data', one.data, '--join', others.join(','), '--groups', String(GROUPS))
  // All are told to: one of them does.
  one.process = new Started(command, [...args, '--bootstrap'])
}

const weir = (...args: string[]): Promise<Ended> =>
  new Started(command, args, { WEIR_URL: `http://${plan(2).http}` }).ended

async function groupsAt(one: Plan, query = ''): Promise<readonly GroupReport[]> {
  const response = await fetch(`http://${one.http}/v1/raft${query}`)
  return ((await response.json()) as { groups?: GroupReport[] }).groups ?? []
}

const votersOf = ({ members }: GroupReport) =>
  members.filter(one => one.kind === 'voter').map(one => `${one.node}/${one.replica}`)

/** Every group has a leader and three voters. */
async function expectWhole(at: Plan): Promise<readonly GroupReport[]> {
  await expect
    .poll(async () => {
      const groups = await groupsAt(at).catch(() => [])
      return groups.map(one => [one.role, votersOf(one).length, one.members.length])
    }, WAIT)
    .toEqual(Array.from({ length: ALL }, () => ['leader', 3, 3]))
  return groupsAt(at)
}

const utf8 = (text: string) => new TextEncoder().encode(text)

/** Asks node after node until one that leads has done it; `unknown` is asked again too. */
async function done(call: Parameters<KvClient['ask']>[0]): Promise<WireAnswer> {
  for (let at = 0; ; at++) {
    const answer = await plan(at % plans.length).client.ask(call)
    if (answer.outcome === outcomes.OK || answer.code === 'not-done') return answer
    expect(at).toBeLessThan(3000)
    await new Promise(resolve => setImmediate(resolve))
  }
}

const write = (group: number, key: string, value: string) =>
  done({ group, key, kind: callKinds.WRITE, value: utf8(value) })
async function read(group: number, key: string): Promise<string> {
  const { value } = await done({ group, key, kind: callKinds.READ })
  return new TextDecoder().decode(value)
}

test('one founds, the others join, and every group has three voters', async () => {
  const groups = await expectWhole(plan(1))
  expect(groups.map(one => one.group)).toEqual(['kv/1', 'kv/2', 'kv/3', 'meta'])
  const clusters = plans.map(one => one.process.lines.find(line => line['cluster'])?.['cluster'])
  expect(new Set(clusters).size).toBe(1)
  const founders = plans.filter(one => one.process.has('founding a cluster'))
  expect(founders.map(one => one.id)).toEqual(['n1'])
})

test('what is written through one node is read through any leader', async () => {
  for (let group = 1; group <= GROUPS; group++) await write(group, 'k', `v${group}`)
  expect(await read(2, 'k')).toBe('v2')
  await done({ group: 1, key: 'log', kind: callKinds.APPEND, value: utf8('a') })
  await done({ group: 1, key: 'log', kind: callKinds.APPEND, value: utf8('b') })
  expect(await read(1, 'log')).toBe('ab')
  const swap = { group: 3, key: 'k', kind: callKinds.CAS, value: utf8('w') }
  expect(await done({ ...swap, expected: utf8('x') })).toMatchObject({ code: 'not-done' })
  expect(await done({ ...swap, expected: utf8('v3') })).toMatchObject({ outcome: outcomes.OK })
})

test('a node that does not lead names the leader; an unknown group is named', async () => {
  const [group] = await groupsAt(plan(0))
  const follower = plans.find(one => one.id !== group?.leader)
  const leader = plans.find(one => one.id === group?.leader)
  const call = { group: 1, key: 'k', kind: callKinds.WRITE, value: utf8('v') }
  expect(await follower?.client.ask(call)).toMatchObject({
    outcome: outcomes.FAIL,
    code: 'not-leader',
    leader: leader?.listen,
  })
  expect(await leader?.client.ask({ ...call, group: 99 })).toMatchObject({
    outcome: outcomes.FAIL,
    code: 'unknown-group',
  })
  const large = { ...call, value: new Uint8Array(2 ** 21) }
  expect(await leader?.client.ask(large)).toMatchObject({ code: 'bad-call' })
})

test('the command lists, shows, hands over and compares', async () => {
  const listed = await weir('raft', 'groups')
  expect(listed.code).toBe(0)
  expect(listed.out).toMatch(/^GROUP +LEADER +TERM .*\nkv\/1 .*n1\/1.*\n/)
  const shown = await weir('raft', 'show', 'kv/1', '-o', 'json')
  expect(JSON.parse(shown.out)).toMatchObject({ group: 'kv/1', role: 'leader' })
  const moved = await weir('raft', 'transfer', 'kv/2', '--to', 'n3')
  expect(moved).toMatchObject({ code: 0, out: 'n3 leads kv/2\n' })
  expect((await groupsAt(plan(0)))[1]?.leader).toBe('n3')
  const hashes = await weir('raft', 'hash', '-o', 'jsonl')
  expect(hashes.code).toBe(0)
  const compared = hashes.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(compared).toMatchObject(
    ['kv/1', 'kv/2', 'kv/3', 'meta'].map(group => ({ group, equal: true, complete: true })),
  )
  expect(await weir('raft', 'show', 'kv/9')).toMatchObject({ code: 3 })
  expect(await weir('raft', 'transfer', 'kv/1', '--to', 'n9')).toMatchObject({ code: 3 })
})

test('killed: the others lead its groups, and it comes back to what it had', async () => {
  await plan(0).process.kill()
  for (let group = 1; group <= GROUPS; group++) await write(group, 'after', `kill${group}`)
  const [, second] = plans
  await expect
    .poll(async () => (await groupsAt(second as Plan)).map(one => one.role), WAIT)
    .toEqual(Array(ALL).fill('leader'))
  start(plan(0))
  await expect.poll(() => plan(0).process.has('the node is a member'), WAIT).toBe(true)
  const state = plan(0).process.lines.find(line => line['msg'] === 'the state store is open')
  expect(state).toMatchObject({ kept: true, why: 'the machine ran on' })
  await expectWhole(plan(0))
  expect((await weir('raft', 'hash')).code).toBe(0)
  const own = await groupsAt(plan(0), '?node=n1')
  expect(own.map(one => one.replica)).toEqual(Array(ALL).fill(1))
})

test('robbed of its folder: it joins as another replica, though told to found', async () => {
  const before = await groupsAt(plan(1))
  await plan(2).process.kill()
  rmSync(plan(2).data, { recursive: true })
  start(plan(2))
  await expect
    .poll(async () => {
      const groups = await groupsAt(plan(2), '?node=n3').catch(() => [])
      return groups.map(one => one.replica)
    }, WAIT)
    .toEqual(Array(ALL).fill(4))
  await expect
    .poll(async () => (await groupsAt(plan(1))).map(one => votersOf(one).includes('n3/4')), WAIT)
    .toEqual(Array(ALL).fill(true))
  for (const group of await expectWhole(plan(1))) {
    const old = before.find(one => one.group === group.group)?.members
    const replaced = old?.find(one => one.node === 'n3')?.replica
    expect(group.members.map(one => one.replica)).not.toContain(replaced)
  }
  expect((await weir('raft', 'hash')).code).toBe(0)
  expect(await read(1, 'after')).toBe('kill1')
})

test('stopped: leaderships are handed over first, the next start finds all in order', async () => {
  const { code } = await plan(1).process.stop()
  expect(code).toBe(0)
  expect(plan(1).process.lines.at(-1)).toMatchObject({ msg: 'stopped' })
  await write(1, 'while', 'away')
  start(plan(1))
  await expect.poll(() => plan(1).process.has('the node is a member'), WAIT).toBe(true)
  const state = plan(1).process.lines.find(line => line['msg'] === 'the state store is open')
  expect(state).toMatchObject({ kept: true, why: 'closed in peace' })
  await expectWhole(plan(1))
  expect((await weir('raft', 'hash')).code).toBe(0)
})

test('all killed at once: everything is there again', async () => {
  await Promise.all(plans.map(one => one.process.kill()))
  for (const one of plans) start(one)
  await expectWhole(plan(0))
  expect(await read(1, 'while')).toBe('away')
  expect(await read(1, 'log')).toBe('ab')
  expect(await read(3, 'k')).toBe('w')
})

test('ready, alive and counted', async () => {
  for (const { http } of plans) {
    await expect.poll(async () => (await fetch(`http://${http}/readyz`)).status, WAIT).toBe(200)
    expect(await (await fetch(`http://${http}/metrics`)).text()).toMatch(
      /weir_raft_wal_fsync_duration_seconds_count [1-9]/,
    )
  }
})
