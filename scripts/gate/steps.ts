/**
 * The steps of the gate, in the order in which they begin: what fails soonest comes first. Each is
 * an npm script, so that a step that failed is repeated by its own command.
 */

/** The cores that `npm test` is measured on. */
const JOBS = ['--jobs', '2']

/**
 * Simulated seeds in `npm test`; a campaign that proves something is run by hand and is much
 * longer.
 */
const SEEDS = 200
/** Mutants drawn anew in each `npm test`; the runner prints the seed of the draw. */
const MUTANTS = 10
/** A few bugs need hundreds of seeds: what nobody noticed by then is left open, and said. */
const MUTANT_LIMITS = ['--time', '40', ...JOBS]
/** The same of whole nodes, which cost more. */
const HOST_SEEDS = 60
const HOST_MUTANTS = 3
/** Of publishers: clusters of whole nodes, and two logs. */
const PUBLISH_SEEDS = 60
const PUBLISH_MUTANTS = 3
/** Of clusters that run a job. */
const CLUSTER_SEEDS = 40
const CLUSTER_MUTANTS = 2
/** Of groups that read a log for each other. */
const FEED_SEEDS = 60
const FEED_MUTANTS = 2
const ENGINE_MUTANTS = 3
/** Of exchanges, whose courses are short. */
const EXCHANGE_MUTANTS = 3
const COURSES = 500
/** Random plans on the engine; so many that each operator stands in dozens. */
const PLANS = 500
/** Of the unit tests one part of so many, drawn anew, is run on the newest Node too. */
const LTS_PARTS = 3
const LTS_PART = `${1 + Math.floor(Math.random() * LTS_PARTS)}/${LTS_PARTS}`

const RAFT_DRILLS = ['raft-kill', 'raft-pause', 'raft-partition', 'raft-lost-disk']
/** Drills drawn anew in each `npm test`, out of these; a printed seed draws them again. */
const DRILLS = 2
/** Faults in each. */
const ROUNDS = 2
const DRILL_LIMITS = ['--slack', '4', '--rounds', String(ROUNDS)]
/** One of these besides. The fourth of them waits for brokers to come back, again and again. */
const PUBLISH_DRILLS = ['publish-kill', 'publish-pause', 'publish-lost-answer']
/** And one of a job on three nodes. Two nodes killed at once take longest to come back. */
const JOB_DRILLS = [
  'kill-leader',
  'kill-reader',
  'pause-leader',
  'isolate-leader',
  'rolling-restart',
  'lost-disk',
]
/** Their live tests take turns with one cluster of brokers, and wait most of the time. */
const WITH_BROKERS = ['src/connectors/kafka/', 'scripts/services/kafka/', 'bench/publish/']

export interface Step {
  readonly name: string
  /** The npm script, and what follows it. */
  readonly script: string
  readonly args: readonly string[]
  /** Part of `npm run check` too. */
  readonly inCheck: boolean
  /** Its last lines are worth reading even when it passed. */
  readonly isReport: boolean
  /** It waits more than it reckons: the steps that follow run beside it; the next aside, after. */
  readonly isAside: boolean
}

function step(name: string, options: Partial<Step> = {}): Step {
  return {
    name,
    script: name,
    args: [],
    inCheck: false,
    isReport: false,
    isAside: false,
    ...options,
  }
}

export const steps: readonly Step[] = [
  step('build'),
  step('types', { inCheck: true }),
  step('lint', { inCheck: true }),
  step('tidy', { inCheck: true, isReport: true }),
  step('knip', { inCheck: true }),
  step('unit', { inCheck: true }),
  step('services', { args: ['build', 'toxiproxy', 'kafka'] }),
  step('live:brokers', {
    script: 'live',
    args: [...WITH_BROKERS, '--maxWorkers', '1'],
    isAside: true,
  }),
  step('live', { args: WITH_BROKERS.flatMap(folder => ['--exclude', `${folder}**`]) }),
  step('chaos:publish', {
    script: 'chaos',
    args: [...PUBLISH_DRILLS, '--draw', '1', ...DRILL_LIMITS],
    isReport: true,
    isAside: true,
  }),
  step('chaos', {
    args: [...RAFT_DRILLS, '--draw', String(DRILLS), ...DRILL_LIMITS],
    isReport: true,
  }),
  step('chaos:job', {
    script: 'chaos',
    args: [...JOB_DRILLS, '--draw', '1', ...DRILL_LIMITS],
    isReport: true,
  }),
  step('engine', { args: ['--seeds', String(PLANS)], isReport: true }),
  step('exchange', { args: ['--seeds', String(COURSES)], isReport: true }),
  step('package'),
  step('unit:lts', { args: ['--shard', LTS_PART] }),
  step('sim', { args: ['--seeds', String(SEEDS), ...JOBS], isReport: true }),
  step('sim:host', {
    script: 'sim',
    args: ['--scenario', 'host', '--seeds', String(HOST_SEEDS), ...JOBS],
    isReport: true,
  }),
  step('sim:publish', {
    script: 'sim',
    args: ['--scenario', 'publish', '--seeds', String(PUBLISH_SEEDS), ...JOBS],
    isReport: true,
  }),
  step('sim:cluster', {
    script: 'sim',
    args: ['--scenario', 'cluster', '--seeds', String(CLUSTER_SEEDS), ...JOBS],
    isReport: true,
  }),
  step('sim:feed', {
    script: 'sim',
    args: ['--scenario', 'feed', '--seeds', String(FEED_SEEDS), ...JOBS],
    isReport: true,
  }),
  step('mutants', { args: ['raft', '--draw', String(MUTANTS), ...MUTANT_LIMITS], isReport: true }),
  step('mutants:host', {
    script: 'mutants',
    args: ['host', '--draw', String(HOST_MUTANTS), ...MUTANT_LIMITS],
    isReport: true,
  }),
  step('mutants:publish', {
    script: 'mutants',
    args: ['publish', '--draw', String(PUBLISH_MUTANTS), ...MUTANT_LIMITS],
    isReport: true,
  }),
  step('mutants:engine', {
    script: 'mutants',
    args: ['engine', '--draw', String(ENGINE_MUTANTS), ...MUTANT_LIMITS],
    isReport: true,
  }),
  step('mutants:exchange', {
    script: 'mutants',
    args: ['exchange', '--draw', String(EXCHANGE_MUTANTS), ...MUTANT_LIMITS],
    isReport: true,
  }),
  step('mutants:cluster', {
    script: 'mutants',
    args: ['cluster', '--draw', String(CLUSTER_MUTANTS), ...MUTANT_LIMITS],
    isReport: true,
  }),
  step('mutants:feed', {
    script: 'mutants',
    args: ['feed', '--draw', String(FEED_MUTANTS), ...MUTANT_LIMITS],
    isReport: true,
  }),
]

/** What a person would type to repeat the step. */
export function commandOf({ script, args }: Step): string {
  return ['npm run', script, ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
}
