/**
 * A job at work: its text, an embedded log, groups that commit by themselves. What is committed in
 * the output topic is what the same job says when it is tried out, each result once; also over a
 * restart, a stop and another start.
 */

import { afterEach, beforeEach, expect, test } from 'vitest'
import { Prng } from '../base/prng.ts'
import { until } from '../io/testing/until.ts'
import { TestDriver } from '../trial/driver.ts'
import { counting, passing, twice } from './testing/jobs.ts'
import { LoneNode } from './testing/lone-node.ts'
import { MemoryLog } from './testing/memory-log.ts'

const PARTITIONS = 2
const START = Date.UTC(2026, 0, 1)
const LAST = START + 3_600_000

let memory: MemoryLog
let node: LoneNode

beforeEach(async () => {
  memory = await MemoryLog.open()
  await memory.create('events', PARTITIONS)
  node = new LoneNode(memory)
  await node.start()
})
afterEach(async () => {
  node.kill()
  await memory.close()
})

interface Event {
  readonly user: string
  readonly ms: number
  readonly ts: string
}

/** In order of their times; all of it, and what of it lies in which partition. */
class Input {
  readonly all: Event[] = []
  readonly #prng = new Prng(7)
  #at = START

  async put(count: number): Promise<void> {
    const parts: Event[][] = Array.from({ length: PARTITIONS }, () => [])
    for (let n = 0; n < count; n++) {
      this.#at += this.#prng.below(60)
      const event = this.#event(`u${this.#prng.below(9)}`, this.#at)
      parts[this.#prng.below(PARTITIONS)]?.push(event)
    }
    await this.#write(parts)
  }

  /** Closes all windows before it. */
  async end(): Promise<void> {
    const last = Array.from({ length: PARTITIONS }, () => [this.#event('last', LAST)])
    await this.#write(last)
  }

  #event(user: string, at: number): Event {
    const event = { user, ms: this.#prng.below(100), ts: new Date(at).toISOString() }
    this.all.push(event)
    return event
  }

  async #write(parts: readonly (readonly Event[])[]): Promise<void> {
    for (const [partition, events] of parts.entries()) await memory.put('events', partition, events)
  }
}

/** What comes out, in no order. */
function answer(text: string, events: readonly Event[], sink = 'counts'): readonly string[] {
  const driver = new TestDriver({ file: 'job.yaml', text })
  driver.send('events', ...events.map(event => ({ ...event })))
  expect(driver.lateCount).toBe(0)
  const received = driver.received(sink)
  expect(received.length).toBeGreaterThan(events.length / 50)
  return received.map(record => JSON.stringify(record)).sort()
}

const utf8 = new TextDecoder()

async function outputs(topic = 'counts'): Promise<readonly string[]> {
  const records = await memory.all(topic)
  return records.map(({ value }) => utf8.decode(value ?? new Uint8Array(0))).sort()
}

/** Until as much is out as is due; more than that would stay. */
async function expectOutputs(expected: readonly string[], topic = 'counts'): Promise<void> {
  let seen: readonly string[] = []
  while (seen.length < expected.length) seen = await outputs(topic)
  expect(seen).toEqual(expected)
}

const jobOf = () => node.state.jobs.find(({ name }) => name === 'counting')

test('what is committed is what the job says when it is tried out', async () => {
  const input = new Input()
  await node.submit(counting)
  await input.put(500)
  await input.end()
  await expectOutputs(answer(counting, input.all))
  expect(jobOf()).toMatchObject({ generation: 1, claim: 'whole' })
})

test('a restart in the middle loses nothing and repeats nothing', async () => {
  const input = new Input()
  await node.submit(counting)
  await input.put(400)
  const before = answer(counting, input.all)
  while ((await outputs()).length < before.length / 2) await until(() => true)
  node.kill()
  await input.put(400)
  await node.start()
  await input.put(200)
  await input.end()
  await expectOutputs(answer(counting, input.all))
})

test('a job is stopped, and goes on where it was when it is started again', async () => {
  const input = new Input()
  await node.submit(counting)
  await input.put(400)
  while ((await outputs()).length === 0) await until(() => true)
  node.wish('counting', 'stopped')
  await until(() => node.bodies.every(body => body.facts().isDrained))
  const stopped = await outputs()
  await input.put(400)
  await input.end()
  expect(await outputs()).toEqual(stopped)
  node.wish('counting', 'running')
  await expectOutputs(answer(counting, input.all))
  expect(jobOf()).toMatchObject({ generation: 2, claim: 'whole' })
})

test('a job of two stages says both, also over a restart', async () => {
  const input = new Input()
  await node.submit(twice)
  await input.put(300)
  while ((await outputs()).length === 0) await until(() => true)
  node.kill()
  await node.start()
  await input.put(1500)
  await input.end()
  await expectOutputs(answer(twice, input.all))
  await expectOutputs(answer(twice, input.all, 'minutes'), 'minutes')
})

test('a job without state passes on what it reads', async () => {
  const input = new Input()
  await node.submit(passing)
  await input.put(400)
  await expectOutputs(answer(passing, input.all, 'slow'), 'slow')
})

test('records that nobody can read become letters', async () => {
  const input = new Input()
  await node.submit(counting)
  await memory.put('events', 0, [{ user: 'ann', ms: 'many', ts: '2026-01-01T00:00:00Z' }])
  await input.put(50)
  await input.end()
  await expectOutputs(answer(counting, input.all))
  let letters = await memory.all('counting.dead-letters')
  while (letters.length === 0) letters = await memory.all('counting.dead-letters')
  const [letter] = letters
  expect(JSON.parse(utf8.decode(letter?.value ?? new Uint8Array(0)))).toMatchObject({
    operator: 'events',
    offset: 0,
  })
})

test('a job that is deleted is gone, and its name is free', async () => {
  const input = new Input()
  await node.submit(counting)
  await input.put(100)
  await input.end()
  await expectOutputs(answer(counting, input.all))
  node.wish('counting', 'deleted')
  await until(() => jobOf() === undefined && node.bodies.length === 0)
  await node.submit(counting)
  await until(() => jobOf()?.claim === 'whole')
  expect(jobOf()?.generation).toBe(2)
})
