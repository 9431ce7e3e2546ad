/** What a replica's work is told of the wish, and when it may lead. */

import { expect, test } from 'vitest'
import { groupId } from '../base/ids.ts'
import { JobMachine } from '../group/machine.ts'
import type { WorkFacts } from '../group/work.ts'
import type { MetaJob } from '../meta/state.ts'
import type { JobReplica } from '../node/jobs/body.ts'
import { Body, type Work } from './body.ts'

const SUBMITTED: MetaJob = {
  ...{ name: 'j', text: '', digest: '', key: '', wish: 'running', claim: 'none' },
  ...{ generation: 0, owner: 'ann', replication: 3, stages: [], offsets: [] },
}
const CLAIMED: MetaJob = { ...SUBMITTED, generation: 1, claim: 'whole' }

function rig(job = SUBMITTED) {
  const told: string[] = []
  let facts: WorkFacts = { leads: true, generation: 1, state: 'running' }
  const silent = { onEntry() {}, onApplied() {}, onRestored() {}, beforeCut() {} }
  const work: Work = {
    machine: new JobMachine(0, silent),
    isDrained: false,
    get facts() {
      return facts
    },
    onChanged: () => void told.push('changed'),
    onMoved: () => {},
    onClaim: ({ generation, owner }) => void told.push(`claim ${generation} ${owner}`),
    stop: () => void told.push('stop'),
    look: () => {
      throw new Error('nobody looks')
    },
    close: () => void told.push('close'),
  }
  const body = new Body({
    ...{ job, group: groupId(7), place: { stage: 's', index: 0 } },
    make: () => work,
    onClosed: () => void told.push('closed'),
  })
  const replica: JobReplica = {
    leads: () => 5,
    propose: (term, data) => {
      told.push(`propose ${term} ${data.length}`)
      return true
    },
    read: done => done(true),
  }
  const say = (more: WorkFacts) => {
    facts = more
  }
  /** What was told since the last time. */
  const since = () => told.splice(0)
  return { body, replica, say, since }
}

test('nobody works before the claim is whole', () => {
  const { body, replica, since } = rig()
  body.take(replica)
  expect(body.leads).toBe(0)
  expect(since()).toEqual(['changed'])
  body.onJob({ ...SUBMITTED, generation: 1 })
  expect(body.leads).toBe(0)
  expect(since()).toEqual(['changed'])
  body.onJob(CLAIMED)
  expect(body.leads).toBe(5)
  expect(since()).toEqual(['claim 1 ann', 'changed'])
})

test('a body that is made late has its claim at once, and no replica yet', () => {
  const { body, replica, since } = rig(CLAIMED)
  expect(since()).toEqual(['claim 1 ann'])
  expect(body.leads).toBe(0)
  expect(body.propose(5, new Uint8Array(1), () => {})).toBe(false)
  body.take(replica)
  expect(body.leads).toBe(5)
  expect(body.propose(5, new Uint8Array(1), () => {})).toBe(true)
  expect(since()).toEqual(['changed', 'propose 5 1'])
})

test('the same wish tells nothing twice', () => {
  const { body, replica, since } = rig(CLAIMED)
  body.take(replica)
  since()
  body.onJob(CLAIMED)
  expect(since()).toEqual([])
  body.onJob({ ...CLAIMED })
  expect(since()).toEqual(['changed'])
})

test('a job is stopped, and begins anew by another claim alone', () => {
  const { body, replica, since } = rig(CLAIMED)
  body.take(replica)
  since()
  body.onJob({ ...CLAIMED, wish: 'stopped' })
  expect(since()).toEqual(['stop', 'changed'])
  // It still leads: what is committed leaves.
  expect(body.leads).toBe(5)
  body.onJob({ ...CLAIMED, claim: 'due' })
  expect(body.leads).toBe(0)
  body.onJob({ ...CLAIMED, claim: 'due', generation: 2, owner: 'bob' })
  expect(body.leads).toBe(0)
  expect(since()).toEqual(['changed', 'changed'])
  body.onJob({ ...CLAIMED, generation: 2, owner: 'bob' })
  expect(body.leads).toBe(5)
  expect(since()).toEqual(['claim 2 bob', 'changed'])
})

test('an older claim, told late, is not gone back to', () => {
  const { body, since } = rig({ ...CLAIMED, generation: 2 })
  since()
  body.onJob(CLAIMED)
  expect(since()).toEqual([])
})

test('a deleted job is not worked on, and no other of its name is taken for it', () => {
  const { body, replica } = rig(CLAIMED)
  body.take(replica)
  body.onJob({ ...CLAIMED, wish: 'deleted' })
  expect(body.leads).toBe(0)
  const gone = rig(CLAIMED)
  gone.body.take(replica)
  gone.body.onGone()
  expect(gone.body.leads).toBe(0)
})

test('facts have what people should know', () => {
  const { body, replica, say } = rig(CLAIMED)
  expect(body.facts()).toEqual({ leads: false, generation: 1, isDrained: false })
  body.take(replica)
  const trouble = { code: 'c', message: 'm' }
  say({ leads: true, generation: 1, state: 'stalled', trouble })
  expect(body.facts()).toMatchObject({ leads: true, trouble: { code: 'c', isFinal: false } })
  say({ leads: true, generation: 1, state: 'failed', trouble })
  expect(body.facts()).toMatchObject({ trouble: { isFinal: true } })
})

test('it is closed once', () => {
  const { body, since } = rig()
  body.close()
  body.close()
  expect(since()).toEqual(['close', 'closed'])
})
