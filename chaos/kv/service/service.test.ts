/** The key-value service over a real socket, in front of groups that answer as they are told. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupId } from '../../../src/base/ids.ts'
import { type GrpcTransport, openTransport } from '../../../src/io/grpc/transport.ts'
import { begin, told } from '../../../src/io/level/testing/run.ts'
import { tempFolder } from '../../../src/io/testing/folder.ts'
import type { ProposeOutcome, ReadOutcome } from '../../../src/node/group.ts'
import { decodeCommand, KEY_BYTES_MAX, type KvCommand } from '../command.ts'
import { KvMachine } from '../machine.ts'
import { answerCall, callKinds, type KvGroup, outcomes, type WireAnswer } from './calls.ts'
import { KvClient } from './client.ts'
import { kvService, OPEN_CALLS_MAX } from './server.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** A group whose log is this process: what is proposed is applied at once, unless told so. */
class ToldGroup implements KvGroup {
  readonly id = groupId(1)
  readonly machine: KvMachine
  readonly commands: KvCommand[] = []
  next: ProposeOutcome | undefined
  reads: ReadOutcome = { kind: 'ready' }
  leader: string | undefined
  /** Answers wait until they are let go. */
  held: (() => void)[] | undefined

  constructor(machine: KvMachine) {
    this.machine = machine
  }

  propose(data: Uint8Array, done: (outcome: ProposeOutcome) => void): void {
    this.commands.push(decodeCommand(data))
    if (this.held !== undefined) this.held.push(() => this.#apply(data, done))
    else if (this.next === undefined) this.#apply(data, done)
    else done(this.next)
  }

  read(done: (outcome: ReadOutcome) => void): void {
    done(this.reads)
  }

  leaderAddress(): string | undefined {
    return this.leader
  }

  #tail: Promise<void> = Promise.resolve()

  #apply(data: Uint8Array, done: (outcome: ProposeOutcome) => void): void {
    this.#tail = this.#tail.then(async () => {
      const index = this.machine.appliedIndex + 1
      const entry = { index, term: 1, kind: 'data' as const, data }
      const [result] = await told<readonly unknown[]>(end => this.machine.apply([entry], end))
      done({ kind: 'applied', index, result })
    })
  }
}

let store: Awaited<ReturnType<typeof begin>>
let group: ToldGroup
let transport: GrpcTransport
let client: KvClient

beforeAll(async () => {
  store = await begin(tempFolder())
  const space = store.space(groupId(1), 0)
  group = new ToldGroup(await told<KvMachine>(done => KvMachine.open(space, done)))
  const services = [kvService(id => (id === 1 ? group : undefined))]
  transport = await new Promise((resolve, reject) => {
    openTransport({ listen: '127.0.0.1:0', frameBytesMax: 2 ** 20, services }, opened => {
      if ('transport' in opened) resolve(opened.transport)
      else reject(new Error(opened.refused.message))
    })
  })
  client = new KvClient(`127.0.0.1:${transport.port}`)
})

afterAll(async () => {
  client.close()
  transport.destroy()
  await store.close()
})

const { READ, WRITE, APPEND, CAS } = callKinds

test('commands are done and reads see them', async () => {
  const key = 'k'
  expect(await client.ask({ group: 1, kind: READ, key })).toMatchObject({
    outcome: outcomes.OK,
    nothing: true,
  })
  const written = await client.ask({ group: 1, kind: WRITE, key, value: utf8('a') })
  expect(written).toMatchObject({ outcome: outcomes.OK, index: 1 })
  await client.ask({ group: 1, kind: APPEND, key, value: utf8('b') })
  const read = await client.ask({ group: 1, kind: READ, key })
  expect(new TextDecoder().decode(read.value)).toBe('ab')
  expect(read.nothing).toBe(false)
})

test('a cas that finds something else says what, or that there is nothing', async () => {
  const cas = { group: 1, kind: CAS, value: utf8('new') }
  const found = await client.ask({ ...cas, key: 'k', expected: utf8('x') })
  expect(found).toMatchObject({ outcome: outcomes.FAIL, code: 'not-done' })
  expect(new TextDecoder().decode(found.value)).toBe('ab')
  const nothing = await client.ask({ ...cas, key: 'none', expected: utf8('x') })
  expect(nothing).toMatchObject({ outcome: outcomes.FAIL, nothing: true })
  const taken = await client.ask({ ...cas, key: 'k', expect_nothing: true })
  expect(taken).toMatchObject({ outcome: outcomes.FAIL })
  const free = await client.ask({ ...cas, key: 'none', expect_nothing: true })
  expect(free).toMatchObject({ outcome: outcomes.OK })
})

test('an empty value is not nothing', async () => {
  await client.ask({ group: 1, kind: WRITE, key: 'empty' })
  expect(await client.ask({ group: 1, kind: READ, key: 'empty' })).toMatchObject({ nothing: false })
  const swap = { group: 1, kind: CAS, key: 'empty', value: utf8('x') }
  expect(await client.ask(swap)).toMatchObject({ outcome: outcomes.OK })
})

function answered(call: Partial<Parameters<typeof answerCall>[1]>): WireAnswer {
  const nothing = new Uint8Array(0)
  const whole = { id: 7, group: 1, kind: WRITE, key: 'k', value: nothing, expected: nothing }
  const answers: WireAnswer[] = []
  const find = (id: number) => (id === 1 ? group : undefined)
  answerCall(find, { ...whole, expect_nothing: false, ...call }, answer => answers.push(answer))
  expect(answers).toHaveLength(1)
  return answers[0] as WireAnswer
}

test.each<[string, ProposeOutcome, Partial<WireAnswer>]>([
  [
    'refused',
    { kind: 'refused', code: 'not-leader', message: 'ask the leader' },
    { outcome: outcomes.FAIL, code: 'not-leader', message: 'ask the leader', leader: 'l:1' },
  ],
  [
    'of unknown fate',
    { kind: 'unknown' },
    { outcome: outcomes.UNKNOWN, code: 'leader-lost', leader: 'l:1' },
  ],
  [
    'applied and done',
    { kind: 'applied', index: 9, result: { isDone: true } },
    { outcome: outcomes.OK, index: 9 },
  ],
  [
    'applied and not done',
    { kind: 'applied', index: 9, result: { isDone: false } },
    { outcome: outcomes.FAIL, code: 'not-done', nothing: true, index: 9 },
  ],
])('a command that is %s', (_, next, answer) => {
  group.next = next
  group.leader = 'l:1'
  expect(answered({})).toMatchObject({ id: 7, ...answer })
  group.next = undefined
  group.leader = undefined
})

test.each<[ReadOutcome, Partial<WireAnswer>]>([
  [
    { kind: 'refused', code: 'no-leader', message: 'none' },
    { code: 'no-leader', message: 'none' },
  ],
  [{ kind: 'lost' }, { code: 'read-lost' }],
])('a read that is not answered certainly did nothing', (reads, answer) => {
  group.reads = reads
  expect(answered({ kind: READ })).toMatchObject({ outcome: outcomes.FAIL, ...answer })
  group.reads = { kind: 'ready' }
})

test('what cannot be is refused before it is proposed', () => {
  const before = group.commands.length
  for (const [call, code] of [
    [{ group: 2 }, 'unknown-group'],
    [{ kind: 9 }, 'bad-call'],
    [{ key: 'x'.repeat(KEY_BYTES_MAX + 1) }, 'bad-call'],
    [{ value: new Uint8Array(2 ** 21) }, 'bad-call'],
  ] as const) {
    expect(answered(call)).toMatchObject({ outcome: outcomes.FAIL, code })
  }
  expect(group.commands.length).toBe(before)
})

test('calls of one turn arrive in their order, and each has its answer', async () => {
  const calls = Array.from({ length: 3000 }, (_, at) => at)
  const answers = await Promise.all(
    calls.map(at => client.ask({ group: 1, kind: APPEND, key: 'order', value: utf8(`${at},`) })),
  )
  expect(answers.every(one => one.outcome === outcomes.OK)).toBe(true)
  const { value } = await client.ask({ group: 1, kind: READ, key: 'order' })
  expect(new TextDecoder().decode(value)).toBe(`${calls.join(',')},`)
  expect(OPEN_CALLS_MAX).toBeGreaterThan(calls.length)
})

test('answers may come in any order', async () => {
  group.held = []
  const first = client.ask({ group: 1, kind: WRITE, key: 'slow', value: utf8('x') })
  await expect.poll(() => group.held?.length).toBe(1)
  const read = await client.ask({ group: 1, kind: READ, key: 'slow' })
  expect(read).toMatchObject({ outcome: outcomes.OK, nothing: true })
  for (const letGo of group.held) letGo()
  group.held = undefined
  expect(await first).toMatchObject({ outcome: outcomes.OK })
})

test('when the connection breaks nobody knows, and the next call opens another', async () => {
  group.held = []
  const other = new KvClient(`127.0.0.1:${transport.port}`)
  const lost = other.ask({ group: 1, kind: WRITE, key: 'lost', value: utf8('x') })
  await expect.poll(() => group.held?.length).toBe(1)
  other.close()
  expect(await lost).toMatchObject({ outcome: outcomes.UNKNOWN, code: 'no-connection' })
  for (const letGo of group.held) letGo()
  group.held = undefined
  expect(await client.ask({ group: 1, kind: READ, key: 'lost' })).toMatchObject({ outcome: 0 })
})

test('nobody there is an answer too', async () => {
  const nobody = new KvClient('127.0.0.1:1')
  expect(await nobody.ask({ group: 1, kind: READ, key: 'k' })).toMatchObject({
    outcome: outcomes.UNKNOWN,
    code: 'no-connection',
  })
  nobody.close()
})

test('a node that is told to fills its groups by itself', async () => {
  const plan = { groups: [1, 1], warm_ms: 0, measured_ms: 20, size_bytes: 8 }
  const { latenciesMs, failed } = await client.fill(plan)
  expect(failed).toBe(0)
  expect(latenciesMs.length).toBeGreaterThan(0)
  const written = await client.ask({ group: 1, kind: READ, key: 'key-00000000' })
  expect(written.value).toHaveLength(8)
  group.next = { kind: 'refused', code: 'not-leader', message: 'ask the leader' }
  expect(await client.fill({ ...plan, groups: [1] })).toMatchObject({ latenciesMs: [] })
  group.next = undefined
  await expect(client.fill({ ...plan, groups: [1, 9] })).rejects.toThrow('not here')
  await expect(client.fill({ ...plan, groups: [] })).rejects.toThrow('groups are wanted')
  await expect(client.fill({ ...plan, warm_ms: 600_000 })).rejects.toThrow('it may last')
  await expect(client.fill({ ...plan, size_bytes: 2 ** 21 })).rejects.toThrow('at most')
})
