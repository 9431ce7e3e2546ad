/** Claims of jobs against an embedded log, with `meta` applied at once: who begins, who ends. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../base/env.ts'
import { WeirError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import { RelayedLog } from '../base/relayed-log.ts'
import type { LogDone, TopicDescription } from '../base/stream-log.ts'
import { realClock } from '../io/clock.ts'
import { SystemRandom } from '../io/random.ts'
import { until } from '../io/testing/until.ts'
import { decodeRecord } from '../journal/record.ts'
import { apply } from '../meta/apply.ts'
import { type MetaCommand, metaRefusals } from '../meta/command.ts'
import { emptyMeta, type JobWish, type MetaState } from '../meta/state.ts'
import type { MetaAnswer } from '../node/jobs/body.ts'
import { ManualClock } from '../raft/host/testing/world.ts'
import { AGAIN_MS, Claims, SLOW_MS } from './claims.ts'
import { layoutOf } from './layout.ts'
import { Logs } from './logs.ts'
import { counting, mustRead } from './testing/jobs.ts'
import { MemoryLog } from './testing/memory-log.ts'

const GROUPS = 2
const JOURNAL = 'weir.counting.journal'
const MARKERS = 'weir.counting.markers.copies'
/** In another log, as far as the job knows. */
const both = counting
  .replace('- to: counts', '- to: counts\n  - { from: per-second, to: copies }')
  .concat('  copies: { log: { topic: copies, address: "far:1" }, key: [user, window_start] }\n')

const silent: Logger = { log: () => {} }

let memory: MemoryLog

beforeEach(async () => {
  memory = await MemoryLog.open()
  await memory.create(JOURNAL, GROUPS, 'journal')
  await memory.create(MARKERS, GROUPS, 'journal')
})
afterEach(() => memory.close())

class Cluster {
  state: MetaState = emptyMeta
  readonly told: MetaCommand['kind'][] = []
  /** Commands that are answered by nobody. */
  isMute = false
  readonly claims = this.node()

  node(logs = memory.logs, clock: Clock = realClock): Claims {
    return new Claims({
      ...{ clock, random: new SystemRandom(), logger: silent, logs },
      layoutOf: job => layoutOf(mustRead(both), job),
      propose: (command, done) => {
        if (this.isMute) return
        setImmediate(() => done(this.say(command)))
      },
    })
  }

  say(command: MetaCommand): MetaAnswer {
    this.told.push(command.kind)
    const { state, outcome } = apply(this.state, command)
    this.state = state
    if (outcome === 'done') return { done: true }
    return { refused: { code: outcome, message: metaRefusals[outcome] } }
  }

  submit(owner: string): void {
    const stages = [{ name: 'per-second', partitions: GROUPS }]
    const offsets = [{ source: 'events', partition: 0, offset: 0 }]
    const text = { text: '', digest: 'd', key: '', replication: 3 }
    const job = { name: 'counting', owner, stages, offsets, ...text }
    expect(this.say({ kind: 'submit', job })).toEqual({ done: true })
  }

  wish(wish: JobWish): void {
    this.say({ kind: 'wish', job: 'counting', wish })
  }

  get job() {
    return this.state.jobs[0]
  }

  async claimed(claims = this.claims): Promise<void> {
    await until(() => {
      claims.look(this.state, true)
      return this.job === undefined || this.job.claim === 'whole'
    })
  }
}

async function written(topic: string) {
  const partitions = await memory.each(topic)
  return partitions.flatMap((records, partition) => {
    return records.map(({ value, offset }) => {
      const place = { topic, partition, offset }
      const { kind, generation } = decodeRecord(value, `counting/per-second/${partition}`, place)
      return `${kind} ${generation}`
    })
  })
}

test('a job that was submitted is claimed in all its logs, and called so at the end', async () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  cluster.claims.look(cluster.state, false)
  expect(cluster.told).toEqual(['submit'])
  await cluster.claimed()
  expect(cluster.job).toMatchObject({ generation: 1, owner: 'ann', claim: 'whole' })
  expect(cluster.told).toEqual(['submit', 'generation', 'claimed'])
  for (const topic of [JOURNAL, MARKERS]) {
    expect(await written(topic)).toEqual(['generation 1', 'generation 1'])
  }
  cluster.claims.look(cluster.state, true)
  expect(memory.logs.size).toBe(0)
})

test('a job that is started again has a generation and an owner of its own', async () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  await cluster.claimed()
  cluster.wish('stopped')
  cluster.claims.look(cluster.state, true)
  expect(memory.logs.size).toBe(0)
  cluster.wish('running')
  await cluster.claimed()
  expect(cluster.job).toMatchObject({ generation: 2, claim: 'whole' })
  expect(cluster.job?.owner).not.toBe('ann')
  expect(await written(JOURNAL)).toEqual(
    Array(GROUPS).fill(['generation 1', 'generation 2']).flat(),
  )
})

test('whoever leads next goes on with what was recorded and not finished', async () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  cluster.isMute = true
  const lost = cluster.node()
  lost.look(cluster.state, true)
  await until(() => memory.logs.size > 0)
  lost.look(cluster.state, false)
  expect(memory.logs.size).toBe(0)
  cluster.isMute = false
  cluster.say({ kind: 'generation', job: 'counting', generation: 1, owner: 'ann' })
  await cluster.claimed()
  expect(cluster.job).toMatchObject({ claim: 'whole', owner: 'ann' })
})

test('a whole claim of which meta does not know is no foreign one', async () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  await cluster.claimed()
  const recorded = { ...cluster.state.jobs[0], claim: 'none' }
  cluster.state = { ...cluster.state, jobs: [recorded] } as MetaState
  await cluster.claimed(cluster.node())
  expect(cluster.job).toMatchObject({ claim: 'whole', generation: 2 })
})

test('a job of the same name elsewhere refuses the submit, in words', async () => {
  const elsewhere = new Cluster()
  elsewhere.submit('bob')
  await elsewhere.claimed()
  const cluster = new Cluster()
  cluster.submit('ann')
  await until(() => {
    cluster.claims.look(cluster.state, true)
    return cluster.claims.troubleOf('counting') !== undefined
  })
  expect(cluster.claims.troubleOf('counting')?.code).toBe('job-exists')
  expect(cluster.job?.claim).toBe('none')
  expect(memory.logs.size).toBe(0)
})

test('a deletion is written, empties the journals and drops the job', async () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  await cluster.claimed()
  cluster.wish('deleted')
  await cluster.claimed()
  await until(() => {
    cluster.claims.look(cluster.state, true)
    return cluster.job === undefined
  })
  expect(await written(JOURNAL)).toEqual(['deleted 1', 'deleted 1'])
  // The name is free, and goes on with its generations.
  cluster.submit('cid')
  await cluster.claimed()
  expect(cluster.job).toMatchObject({ generation: 2, owner: 'cid', claim: 'whole' })
})

test('a job that was never claimed is dropped at once', async () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  cluster.wish('deleted')
  await cluster.claimed()
  await until(() => {
    cluster.claims.look(cluster.state, true)
    return cluster.job === undefined
  })
  expect(await written(JOURNAL)).toEqual([])
})

test('a node without the log refuses to claim, in words, and tries again later', () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  let asked = 0
  const logs = new Logs(() => {
    asked++
    throw new WeirError('no-log', 'this node was not told of a log; say --log')
  })
  const clock = new ManualClock()
  const claims = cluster.node(logs, clock)
  claims.look(cluster.state, true)
  expect(claims.troubleOf('counting')).toEqual({
    code: 'no-log',
    message: 'this node was not told of a log; say --log',
  })
  clock.pass(AGAIN_MS - 1)
  claims.look(cluster.state, true)
  expect(asked).toBe(1)
  clock.pass(1)
  claims.look(cluster.state, true)
  expect(asked).toBe(2)
  // Who does not lead any more knows nothing of it.
  claims.look(cluster.state, false)
  expect(claims.troubleOf('counting')).toBeUndefined()
  expect(cluster.told).toEqual(['submit'])
})

/** Answers nothing but that it is away. */
class AwayLog extends RelayedLog {
  asked = 0

  override describe(_: string, done: LogDone<TopicDescription>): void {
    this.asked++
    const message = 'no broker of 127.0.0.1:9092 answers'
    done({ error: { code: 'unavailable', message } })
  }
}

test('a claim that takes long says what was heard of the logs, and goes on', () => {
  const cluster = new Cluster()
  cluster.submit('ann')
  const log = new AwayLog(memory.log)
  const clock = new ManualClock()
  const claims = cluster.node(new Logs(() => ({ log, close: () => {} })), clock)
  claims.look(cluster.state, true)
  clock.pass(SLOW_MS - 1)
  expect(claims.troubleOf('counting')).toBeUndefined()
  clock.pass(1)
  const { code, message } = claims.troubleOf('counting') ?? {}
  expect(code).toBe('unavailable')
  expect(message).toBe('no broker of 127.0.0.1:9092 answers; the claim goes on by itself')
  const before = log.asked
  clock.pass(60_000)
  expect(log.asked).toBeGreaterThan(before)
  claims.close()
})

test('a refusal is forgotten when the job is claimed, or is not to run any more', async () => {
  const elsewhere = new Cluster()
  elsewhere.submit('bob')
  await elsewhere.claimed()
  const cluster = new Cluster()
  cluster.submit('ann')
  await until(() => {
    cluster.claims.look(cluster.state, true)
    return cluster.claims.troubleOf('counting') !== undefined
  })
  cluster.wish('stopped')
  cluster.claims.look(cluster.state, true)
  expect(cluster.claims.troubleOf('counting')).toBeUndefined()
})
