/**
 * The life of a job on three nodes as processes: submitted over HTTP, carried on while a node is
 * killed and comes back, stopped, started and deleted; and what is said where it cannot go on.
 */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestDriver } from '../trial/driver.ts'
import { counting } from '../work/testing/jobs.ts'
import { bundleCommand } from './testing/bundle.ts'
import { JobNode, logProcess, WAIT } from './testing/job-nodes.ts'

const PARTITIONS = 2
/** What topics keep is young: a day has more than all of it. */
const START = Math.floor(Date.now() / 86_400_000) * 86_400_000
const POST = { method: 'POST' }
const FINISH = '2027-01-01T00:00:00.000Z'

let command = ''
let backing: Awaited<ReturnType<typeof logProcess>>

beforeAll(async () => {
  command = await bundleCommand()
  backing = await logProcess(command)
  await backing.log.create('events', PARTITIONS)
})
afterAll(() => backing.log.close())

/** The job under another name, with topics of its own. */
const jobOf = (name: string) =>
  counting
    .replace('name: counting', `name: ${name}\noptions: { partitions: 2 }`)
    .replace('topic: events', `topic: ${name}-in`)
    .replace('topic: counts', `topic: ${name}-out`)

/** `without`: nodes that are not told of the log. */
async function three(without: readonly string[] = []) {
  const log = (id: string) => (without.includes(id) ? [] : ['--log', backing.address])
  const first = await new JobNode(command, 'n1', ['--bootstrap', ...log('n1')]).listening()
  const join = ['--join', first.address]
  const others = ['n2', 'n3'].map(id => new JobNode(command, id, [...join, ...log(id)]))
  for (const one of others) await one.listening()
  const all = [first, ...others] as [JobNode, JobNode, JobNode]
  for (const one of all) await expect.poll(() => one.isReady(), WAIT).toBe(true)
  return all
}

/** To begin it again: whom it asks, and its log. */
const again = (other: JobNode) => ['--join', other.address, '--log', backing.address]

/** Who has just begun may not know who leads meta: he says so, and is asked again. */
const wished = (node: JobNode, path: string, options: RequestInit) =>
  expect.poll(() => node.ask(path, options), WAIT).toMatchObject({ status: 202 })

class Play {
  readonly name: string
  readonly #sent: object[] = []
  #at = START

  constructor(name: string) {
    this.name = name
  }

  async put(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      this.#at += 37
      const ts = new Date(this.#at).toISOString()
      await this.#send(n % PARTITIONS, { user: `u${n % 7}`, ms: n % 90, ts })
    }
  }

  /** Closes all windows before it. */
  async end(): Promise<void> {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await this.#send(partition, { user: 'last', ms: 1, ts: FINISH })
    }
  }

  async #send(partition: number, event: object): Promise<void> {
    this.#sent.push(event)
    await backing.log.put(`${this.name}-in`, partition, [event])
  }

  async out(): Promise<readonly string[]> {
    const records = await backing.log.all(`${this.name}-out`)
    return records.map(({ value }) => Buffer.from(value ?? []).toString()).sort()
  }

  /** Of all that was sent, each result once. */
  async expectAll(): Promise<void> {
    const driver = new TestDriver({ file: 'job.yaml', text: jobOf(this.name) })
    driver.send('events', ...this.#sent.map(event => ({ ...event })))
    const expected = driver.received('counts').map(one => JSON.stringify(one))
    expect(expected.length).toBeGreaterThan(20)
    await expect.poll(async () => (await this.out()).length, WAIT).toBe(expected.length)
    expect(await this.out()).toEqual(expected.sort())
  }
}

async function begun(name: string, node: JobNode): Promise<Play> {
  await backing.log.create(`${name}-in`, PARTITIONS)
  expect((await node.submit(jobOf(name))).status).toBe(202)
  return new Play(name)
}

const shown = async (node: JobNode, name: string) => (await node.ask(`/v1/jobs/${name}`)).body
const stateOf = async (node: JobNode, name: string) =>
  (await node.ask(`/v1/jobs/${name}`)).body['state']
const troublesOf = async (node: JobNode, name: string) =>
  (await node.ask(`/v1/jobs/${name}`)).body['troubles']

test('a job lives through a kill, a stop, a start, and leaves nothing when deleted', async () => {
  const all = await three()
  const [first, second, third] = all
  const play = await begun('life', second)
  await play.put(200)
  await expect
    .poll(() => shown(third, 'life'), WAIT)
    .toMatchObject({ state: 'running', troubles: [] })
  await expect.poll(async () => (await play.out()).length, WAIT).toBeGreaterThan(5)
  await third.process.kill()
  await play.put(200)
  await third.start(again(first))
  await expect
    .poll(() => shown(third, 'life'), WAIT)
    .toMatchObject({ state: 'running', troubles: [] })
  await wished(third, '/v1/jobs/life/stop', POST)
  await expect.poll(() => shown(first, 'life'), WAIT).toMatchObject({ state: 'stopped' })
  const stopped = await play.out()
  await play.put(100)
  await play.end()
  expect(await play.out()).toEqual(stopped)
  await wished(first, '/v1/jobs/life/start', POST)
  await play.expectAll()
  await wished(first, '/v1/jobs/life', { method: 'DELETE' })
  for (const one of all) {
    await expect.poll(() => one.code('/v1/jobs/life'), WAIT).toBe('unknown-job')
    const own = async () => (await one.ask(`/v1/raft?node=${one.id}`)).body['groups'] as unknown[]
    await expect.poll(async () => JSON.stringify(await own()), WAIT).not.toContain('life/')
  }
  for (const one of all) expect((await one.process.stop()).code).toBe(0)
  for (const one of all) expect(await one.leftovers()).toEqual({ inLog: [], inRows: [] })
})

test('where nobody leads meta a wish is refused by a code, and taken by one who does', async () => {
  const [first, second, third] = await three()
  await second.process.kill()
  await third.process.kill()
  const stop = () => first.code('/v1/jobs/none/stop', POST)
  await expect.poll(stop, WAIT).toBe('no-meta-leader')
  expect((await first.ask('/v1/jobs/none/stop', POST)).status).toBe(503)
  expect((await first.ask('/v1/jobs')).body).toEqual({ jobs: [] })
  await second.start(again(first))
  await expect.poll(stop, WAIT).toBe('unknown-job')
  await first.process.stop()
  await second.process.stop()
})

test('a node without a log waits and says so; the others carry the job', async () => {
  const [first, second, third] = await three(['n3'])
  await backing.log.create('alone-in', PARTITIONS)
  expect(await third.submit(jobOf('alone'))).toMatchObject({ body: { code: 'no-log' } })
  expect((await first.submit(jobOf('alone'))).status).toBe(202)
  const play = new Play('alone')
  await play.put(200)
  await play.end()
  await play.expectAll()
  const said = async () => String(await troublesOf(second, 'alone'))
  await expect.poll(said, WAIT).toMatch(/^n3: no-log: this node was not told of an embedded log/)
  expect(third.process.has('a group of a job waits')).toBe(true)
  expect((await third.process.stop()).code).toBe(0)
  await third.start(again(first))
  await expect.poll(() => troublesOf(second, 'alone'), WAIT).toEqual([])
  await expect
    .poll(() => shown(third, 'alone'), WAIT)
    .toMatchObject({ state: 'running', troubles: [] })
  for (const one of [first, second, third]) await one.process.stop()
})

test('another owner of the name is said by the job itself', async () => {
  const [first, second, third] = await three()
  const there = await begun('taken', first)
  await there.put(1)
  await expect
    .poll(() => shown(first, 'taken'), WAIT)
    .toMatchObject({ state: 'running', troubles: [] })
  const [other] = await three()
  expect(await other.submit(jobOf('taken'))).toMatchObject({ status: 202 })
  const said = async () => String(await troublesOf(other, 'taken'))
  await expect.poll(said, WAIT).toMatch(/^n\d: job-exists: /)
  expect(await stateOf(other, 'taken')).toBe('stalled')
  expect(await stateOf(first, 'taken')).toBe('running')
  for (const one of [first, second, third]) await one.process.stop()
})

test('an input that vanishes is said by the job, which waits to be started', async () => {
  const all = await three()
  const [first, second] = all
  const play = await begun('gone', first)
  await play.put(200)
  await expect.poll(async () => (await play.out()).length, WAIT).toBeGreaterThan(5)
  const before = await play.out()
  await backing.log.drop('gone-in')
  await expect.poll(() => shown(second, 'gone'), WAIT).toMatchObject({ state: 'failed' })
  expect(String(await troublesOf(second, 'gone'))).toMatch(/: no-such-topic: there is no gone-in/)
  // Another topic of that name has fewer records: it is not read as if it were the old one.
  await backing.log.create('gone-in', PARTITIONS)
  await wished(first, '/v1/jobs/gone/stop', POST)
  await expect.poll(() => shown(second, 'gone'), WAIT).toMatchObject({ state: 'stopped' })
  await wished(first, '/v1/jobs/gone/start', POST)
  const said = async () => String(await troublesOf(second, 'gone'))
  await expect.poll(said, WAIT).toMatch(/: offset-out-of-range: /)
  expect(await stateOf(second, 'gone')).toBe('failed')
  // What was taken before may have left since: all of it once.
  const after = await play.out()
  expect(after).toEqual(expect.arrayContaining([...before]))
  expect(new Set(after).size).toBe(after.length)
  for (const one of all) await one.process.stop()
})
