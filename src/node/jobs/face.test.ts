/** The states of a job, from the wish and from what its groups say; and what is carried on. */

import { expect, test } from 'vitest'
import type { MetaCommand, Submission } from '../../meta/command.ts'
import type { MetaState } from '../../meta/state.ts'
import { ManualClock } from '../../raft/host/testing/world.ts'
import type { MemberMeta } from '../meta/member-meta.ts'
import { FIRST, metaAfter, SECOND } from '../testing/wishes.ts'
import type { JobGroupFacts, MetaAnswer, Prepared, Trouble } from './body.ts'
import { type JobGroupReport, JobsFace } from './face.ts'

const claimed = { kind: 'generation', job: 'j', generation: 2, owner: 'p' } as const
const stopped = { kind: 'wish', job: 'j', wish: 'stopped' } as const

function scene(state: MetaState | undefined, answer: MetaAnswer = { done: true }) {
  const clock = new ManualClock()
  const said: MetaCommand[] = []
  const facts = new Map<number, JobGroupFacts>()
  const claim: { trouble: Trouble | undefined } = { trouble: undefined }
  const waiting: Trouble[] = []
  const seats = { areSettled: true }
  const meta = {
    replica: state && { machine: { state } },
    jobs: { facts, troublesOf: () => waiting },
    bodies: {
      troubleOf: () => claim.trouble,
      prepare: (_: unknown, nodes: number, done: (prepared: Prepared) => void) => {
        const { stages, ...rest } = job
        done(nodes === 4 ? { job: { ...rest, stages } } : { refused: { code: 'x', message: '' } })
      },
    },
    line: {
      say: (command: MetaCommand, done: (answer: MetaAnswer) => void) => {
        said.push(command)
        done(answer)
      },
    },
  }
  return {
    face: new JobsFace(meta as unknown as MemberMeta, clock, () => seats.areSettled),
    clock,
    said,
    facts,
    claim,
    waiting,
    seats,
  }
}

const job: Submission = {
  ...{ name: 'k', text: '', digest: 'd', key: '', owner: 'o', replication: 3, offsets: [] },
  stages: [{ name: 's', partitions: 1 }],
}

const says = (index: number, more: Partial<JobGroupFacts> = {}): JobGroupReport => ({
  ...{ group: `j/s/${index}`, id: index === 0 ? FIRST : SECOND },
  ...{ leads: true, generation: 2, isDrained: false, ...more },
})
const trouble = { code: 'log-away', message: 'it gives no answer' }

const rows: readonly (readonly [string, MetaCommand[], JobGroupReport[], string])[] = [
  ['nobody answers', [claimed], [], 'starting'],
  ['one group is not heard of', [claimed], [says(0)], 'starting'],
  ['all run', [claimed], [says(0), says(1)], 'running'],
  [
    'nobody has claimed it',
    [],
    [says(0, { generation: 0 }), says(1, { generation: 0 })],
    'starting',
  ],
  ['one is still in the one before', [claimed], [says(0), says(1, { generation: 1 })], 'starting'],
  ['one is held up', [claimed], [says(0), says(1, { trouble })], 'stalled'],
  [
    'one waits for somebody',
    [claimed],
    [says(0), says(1, { trouble: { ...trouble, isFinal: true } })],
    'failed',
  ],
  ['one has not drained', [claimed, stopped], [says(0, { isDrained: true }), says(1)], 'stopping'],
  [
    'one that drained is not heard of',
    [claimed, stopped],
    [says(0, { isDrained: true })],
    'stopping',
  ],
  [
    'all have drained',
    [claimed, stopped],
    [says(0, { isDrained: true }), says(1, { isDrained: true })],
    'stopped',
  ],
]

test.each(rows)('%s', (_, commands, said, state) => {
  expect(scene(metaAfter(...commands)).face.report('j', said)?.state).toBe(state)
})

test('troubles are told with their group, and of a job that nobody knows nothing is', () => {
  const { face } = scene(metaAfter(claimed))
  const report = face.report('j', [says(1, { trouble })])
  expect(report?.troubles).toEqual(['j/s/1: log-away: it gives no answer'])
  expect(face.report('x', [])).toBeUndefined()
  expect(face.names()).toEqual(['j'])
})

test('what nodes say is told with it; a job that waits for that is stalled, and no other', () => {
  const { face } = scene(metaAfter(claimed))
  const besides = [{ node: 'n2', code: 'no-log', message: 'it has none' }]
  const report = face.report('j', [says(0)], besides)
  expect(report).toMatchObject({ state: 'stalled', troubles: ['n2: no-log: it has none'] })
  expect(face.report('j', [says(0), says(1)], besides)?.state).toBe('running')
})

test('why a job is not claimed is told before what waits here', () => {
  const { face, claim, waiting } = scene(metaAfter())
  expect(face.troubles('j')).toEqual([])
  waiting.push(trouble)
  expect(face.troubles('j')).toEqual([trouble])
  claim.trouble = { code: 'job-exists', message: 'another owns it' }
  expect(face.troubles('j').map(({ code }) => code)).toEqual(['job-exists', 'log-away'])
})

test('a node speaks for the groups that it leads, and for no other', () => {
  const { face, facts } = scene(metaAfter())
  facts.set(FIRST, says(0, { leads: false }))
  facts.set(SECOND, says(1))
  expect(face.groups('j')).toMatchObject([{ group: 'j/s/1', id: SECOND }])
  expect(face.groups('x')).toEqual([])
})

test('a submit is prepared for as many nodes as there are, and carried with its key', () => {
  const { face, said } = scene(metaAfter())
  const answers: unknown[] = []
  const file = { name: 'job.yaml', bytes: new Uint8Array(0) }
  face.submit(file, { key: 'again' }, answer => answers.push(answer))
  expect(answers).toEqual([{ job: 'k' }])
  expect(said).toEqual([{ kind: 'submit', job: { ...job, key: 'again' } }])
})

test('what meta refuses is told as it says it, and what nobody prepared is not carried', () => {
  const refused = { code: 'job-exists', message: 'there is one' }
  const answers: unknown[] = []
  const file = { name: 'job.yaml', bytes: new Uint8Array(0) }
  const { face } = scene(metaAfter(), { refused })
  face.submit(file, { key: '' }, answer => answers.push(answer))
  face.wish('j', 'stopped', answer => answers.push(answer))
  expect(answers).toEqual([{ refused }, { refused }])
  const fewer = scene({ ...metaAfter(), nodes: [] })
  fewer.face.submit(file, { key: '' }, answer => answers.push(answer))
  expect(answers.at(-1)).toEqual({ refused: { code: 'x', message: '' } })
  expect(fewer.said).toEqual([])
})

test('without a meta group it is said that there is none, later and never at once', () => {
  const { face, clock } = scene(undefined)
  const answers: MetaAnswer[] = []
  face.wish('j', 'stopped', answer => answers.push(answer))
  expect(answers).toEqual([])
  clock.pass(1)
  expect(answers).toMatchObject([{ refused: { code: 'no-meta' } }])
  expect(face.names()).toEqual([])
})

test('before all seats are taken it is not known whether there is a meta group', () => {
  const { face, clock, seats } = scene(undefined)
  seats.areSettled = false
  const answers: unknown[] = []
  face.wish('j', 'stopped', answer => answers.push(answer))
  face.submit({ name: 'job', bytes: new Uint8Array(0) }, { key: '' }, one => answers.push(one))
  expect(answers).toEqual([])
  clock.pass(1)
  const refused = { code: 'meta-not-open' }
  expect(answers).toMatchObject([{ refused }, { refused }])
  seats.areSettled = true
  expect(face.trouble?.code).toBe('no-meta')
  expect(scene(metaAfter()).face.trouble).toBeUndefined()
})
