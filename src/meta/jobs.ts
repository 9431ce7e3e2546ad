/** Commands about jobs. */

import { groupId } from '../base/ids.ts'
import {
  GRAVES_MAX,
  GROUPS_MAX,
  JOBS_MAX,
  OFFSETS_ALL_MAX,
  OFFSETS_MAX,
  PARTITIONS_MAX,
  REPLICAS_MAX,
  STAGES_MAX,
  TEXT_MAX,
  TEXTS_MAX,
  WORD_MAX,
} from './bounds.ts'
import type { MetaRefusal, Submission } from './command.ts'
import { withRow } from './rows.ts'
import {
  type ClaimState,
  type JobWish,
  jobIn,
  type MetaGroup,
  type MetaJob,
  type MetaStage,
  type MetaState,
  type StartingOffset,
} from './state.ts'

type Changed = MetaState | MetaRefusal

/** As in job files. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
/** The step that a stage is named after, or its kind and number. */
const STAGE = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/

/** The job, and groups that have numbers and no place yet. */
export function submit(state: MetaState, job: Submission): Changed {
  const known = jobIn(state, job.name)
  if (known !== undefined) return again(state, known, job)
  const trouble = shapeTrouble(job) ?? roomTrouble(state, job)
  if (trouble !== undefined) return trouble
  const groups = groupsOf(job, state.nextGroup)
  const buried = state.graves.find(one => one.name === job.name)
  const { generation } = buried ?? { generation: 0 }
  return {
    ...withJob(state, { ...job, wish: 'running', generation, claim: 'none' }),
    graves: state.graves.filter(one => one !== buried),
    nextGroup: state.nextGroup + groups.length,
    groups: [...state.groups, ...groups],
  }
}

/** The same request, of which the answer was lost. */
function again(state: MetaState, known: MetaJob, { key, digest }: Submission): Changed {
  if (known.wish === 'deleted') return 'job-deleted'
  const isSame = key !== '' && known.key === key && known.digest === digest
  return isSame ? state : 'job-exists'
}

function shapeTrouble(job: Submission): MetaRefusal | undefined {
  const { name, owner, digest, key, text, stages, offsets, replication } = job
  const isNamed = NAME.test(name) && owner !== ''
  if (!isNamed || [owner, digest, key].some(one => one.length > WORD_MAX)) return 'bad-job'
  if (text.length > TEXT_MAX) return 'too-much-text'
  if (!areStages(stages)) return 'bad-stages'
  if (!areOffsets(offsets)) return 'bad-offsets'
  return replication < 1 || replication > REPLICAS_MAX ? 'bad-replication' : undefined
}

function areStages(stages: readonly MetaStage[]): boolean {
  const isEach = stages.every(({ name, partitions }) => {
    return STAGE.test(name) && partitions >= 1 && partitions <= PARTITIONS_MAX
  })
  const names = new Set(stages.map(one => one.name))
  return isEach && stages.length > 0 && names.size === stages.length && names.size <= STAGES_MAX
}

function areOffsets(offsets: readonly StartingOffset[]): boolean {
  const places = new Set(offsets.map(({ source, partition }) => `${partition} ${source}`))
  const areNamed = offsets.every(({ source }) => NAME.test(source))
  return areNamed && places.size === offsets.length && offsets.length <= OFFSETS_MAX
}

function roomTrouble({ jobs, groups }: MetaState, job: Submission): MetaRefusal | undefined {
  const sum = (of: (one: Submission) => number) => [job, ...jobs].reduce((n, x) => n + of(x), 0)
  const added = job.stages.reduce((count, { partitions }) => count + partitions, 0)
  if (jobs.length >= JOBS_MAX) return 'too-many-jobs'
  if (groups.length + added > GROUPS_MAX) return 'too-many-groups'
  if (sum(({ text }) => text.length) > TEXTS_MAX) return 'too-much-text'
  return sum(({ offsets }) => offsets.length) > OFFSETS_ALL_MAX ? 'bad-offsets' : undefined
}

function groupsOf({ name: job, stages }: Submission, first: number): readonly MetaGroup[] {
  const places = stages.flatMap(({ name: stage, partitions }) =>
    Array.from({ length: partitions }, (_, index) => ({ job, stage, index })),
  )
  return places.map((one, at) => ({ ...one, id: groupId(first + at), founding: [], replicas: [] }))
}

export function wish(state: MetaState, name: string, wished: JobWish): Changed {
  const known = jobIn(state, name)
  if (known === undefined) return 'unknown-job'
  if (known.wish === wished) return state
  if (known.wish === 'deleted') return 'job-deleted'
  return withJob(state, {
    ...known,
    wish: wished,
    claim: wished === 'running' ? over(known) : known.claim,
  })
}

/** Another claim is to come. */
const over = ({ claim }: MetaJob): ClaimState => (claim === 'whole' ? 'due' : claim)

interface Claim {
  readonly job: string
  readonly generation: number
  readonly owner: string
}

/** Also of a job that is being deleted: a deletion has a generation of its own. */
export function claim(state: MetaState, { job, generation, owner }: Claim): Changed {
  const known = jobIn(state, job)
  if (known === undefined) return 'unknown-job'
  if (owner === '' || owner.length > WORD_MAX) return 'bad-job'
  if (generation === known.generation && owner === known.owner) return state
  if (generation <= known.generation) return 'generation-not-higher'
  return withJob(state, { ...known, generation, owner, claim: over(known) })
}

/** Whoever wrote it has seen it in each journal: groups begin by it. */
export function settleClaim(
  state: MetaState,
  { job, generation }: Pick<Claim, 'job' | 'generation'>,
): Changed {
  const known = jobIn(state, job)
  if (known === undefined) return 'unknown-job'
  if (generation === 0 || known.generation !== generation) return 'claim-not-recorded'
  return known.claim === 'whole' ? state : withJob(state, { ...known, claim: 'whole' })
}

export function drop(state: MetaState, name: string): Changed {
  const known = jobIn(state, name)
  if (known === undefined) return 'unknown-job'
  if (known.wish !== 'deleted') return 'job-not-deleted'
  const { generation } = known
  return {
    ...state,
    jobs: state.jobs.filter(one => one !== known),
    groups: state.groups.filter(one => one.job !== name),
    graves: [...state.graves, { name, generation }].slice(-GRAVES_MAX),
  }
}

const withJob = (state: MetaState, job: MetaJob): MetaState => ({
  ...state,
  jobs: withRow(state.jobs, job, one => one.name),
})
