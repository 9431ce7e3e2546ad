/** Submits against an embedded log: what is resolved, made and refused. */

import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Prepared } from '../node/jobs/body.ts'
import { blueprintOf } from './blueprint.ts'
import { prepare } from './prepare.ts'
import { counting } from './testing/jobs.ts'
import { MemoryLog } from './testing/memory-log.ts'
import { shownText, textIn } from './text.ts'

let memory: MemoryLog

beforeEach(async () => {
  memory = await MemoryLog.open()
})
afterEach(() => memory.close())

function prepared(text: string, environment = {}): Promise<Prepared> {
  const sent = { name: 'job.yaml', bytes: new TextEncoder().encode(text) }
  return new Promise(resolve =>
    prepare(sent, { logs: memory.logs, environment, nodes: 3 }, resolve),
  )
}

async function job(text: string, environment = {}) {
  const answer = await prepared(text, environment)
  if ('refused' in answer) throw new Error(answer.refused.message)
  return answer.job
}

async function refusal(text: string) {
  const answer = await prepared(text)
  return 'refused' in answer ? answer.refused : undefined
}

test('a submit resolves where sources begin and how many groups there are', async () => {
  await memory.create('events', 2)
  await memory.put('events', 1, [{ user: 'ann' }, { user: 'bob' }])
  const submission = await job(counting.replace('topic: events', 'topic: events, start: latest'))
  expect(submission).toMatchObject({
    name: 'counting',
    replication: 3,
    stages: [{ name: 'per-second', partitions: 6 }],
    offsets: [
      { source: 'events', partition: 0, offset: 0 },
      { source: 'events', partition: 1, offset: 2 },
    ],
  })
  expect(submission.owner).not.toBe('')
})

test('topics that are missing are made: journals by group, outputs as the input', async () => {
  await memory.create('events', 2)
  await job(counting)
  expect(await memory.partitions('weir.counting.journal')).toBe(6)
  expect(await memory.partitions('counts')).toBe(2)
  expect(await memory.partitions('counting.dead-letters')).toBe(2)
  // Once more they are found as they should be.
  await job(counting)
})

const passing = `
name: passing
sources: { s: { log: { topic: events }, schema: { n: bigint } } }
steps: [{ filter: n > 0 }, { to: k }]
sinks: { k: { log: { topic: positive } } }
`

test('as many groups as the job names', async () => {
  await memory.create('events', 2)
  const own = `${counting}options: { partitions: 4 }\n`
  expect((await job(own)).stages).toEqual([{ name: 'per-second', partitions: 4 }])
})

test('without operators there are no more groups than partitions to read', async () => {
  await memory.create('events', 2)
  expect((await job(passing)).stages).toEqual([{ name: 's', partitions: 2 }])
})

test('a source that is not there refuses the submit, and makes no topic', async () => {
  expect(await refusal(counting)).toMatchObject({ code: 'no-such-topic' })
  await expect(memory.partitions('counts')).rejects.toThrow()
})

test('a file that is no job says where', async () => {
  const refused = await refusal(counting.replace('count(*)', 'count('))
  expect(refused?.code).toBe('bad-job')
  expect(refused?.errors).toHaveLength(1)
})

test('a journal of an earlier job with other groups is said to be so', async () => {
  await memory.create('events', 1)
  await job(`${counting}options: { partitions: 4 }\n`)
  const narrow = await refusal(`${counting}options: { partitions: 2 }\n`)
  expect(narrow).toMatchObject({ code: 'bad-settings' })
  const wide = await refusal(`${counting}options: { partitions: 5 }\n`)
  expect(wide).toMatchObject({ code: 'bad-settings' })
})

test('variables stand for what they stood for when it was submitted', async () => {
  await memory.create('events', 1)
  const text = counting.replace('{ topic: counts }', `{ topic: "\${OUT:counts}" }`)
  const { text: kept, digest } = await job(text, { OUT: 'elsewhere', SECRET: 'x' })
  expect(kept).not.toContain('SECRET')
  expect(shownText(kept)).toBe(text)
  const { blueprint } = blueprintOf(textIn(kept).file)
  expect(blueprint?.sinks.get('counts')?.topic).toBe('elsewhere')
  expect((await job(text)).digest).not.toBe(digest)
})

test('all logs are given back', async () => {
  await memory.create('events', 1)
  await job(counting)
  await refusal('name: j')
  expect(memory.logs.size).toBe(0)
})
