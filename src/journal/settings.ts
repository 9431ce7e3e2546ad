/**
 * What the topics of a job must be set to, judged at every start: a journal that forgets, or a log
 * that may lose what it acknowledged, makes exactly once impossible. Pure; the tables are total, by
 * the names that Kafka gives the settings. A setting that a log does not have needs no judgement.
 */

import type { LogError, NewTopic, TopicDescription } from '../base/stream-log.ts'

export type TopicUse = 'journal' | 'output'

export interface SettingFinding {
  readonly code: 'bad-settings'
  readonly message: string
}

interface Rule {
  readonly setting: string
  /** What makes it so, for `create` and for people. */
  readonly wanted: (topic: TopicDescription) => string
  isMet(value: string, topic: TopicDescription): boolean
  readonly why: string
}

const REPLICATION_WANTED = 3

/** With fewer than three copies there is none to spare. */
const minIsrFor = (replication: number) => (replication >= REPLICATION_WANTED ? 2 : 1)

const mostOf = ({ replication, replicationMax }: TopicDescription) => replicationMax ?? replication

const inSync: Rule = {
  setting: 'min.insync.replicas',
  wanted: topic => String(minIsrFor(mostOf(topic))),
  isMet: (value, topic) =>
    Number(value) >= minIsrFor(mostOf(topic)) && Number(value) <= topic.replication,
  why: 'what one broker alone acknowledged is lost with it, and more than there are never answer',
}

const durable: readonly Rule[] = [
  inSync,
  {
    setting: 'unclean.leader.election.enable',
    wanted: () => 'false',
    isMet: value => value === 'false',
    why: 'a broker that lags may become leader, and what was committed is gone',
  },
]

const unforgetting: readonly Rule[] = [
  {
    setting: 'cleanup.policy',
    wanted: () => 'delete',
    isMet: value => value === 'delete',
    why: 'compaction takes records out of the middle, and what a replay needs with them',
  },
  {
    setting: 'retention.ms',
    wanted: () => '-1',
    isMet: value => value === '-1',
    why: 'the journal is trimmed behind checkpoints, and must not be by age',
  },
  {
    setting: 'retention.bytes',
    wanted: () => '-1',
    isMet: value => value === '-1',
    why: 'the journal is trimmed behind checkpoints, and must not be by size',
  },
]

/** What the broker makes of the records that it is sent; those of other codecs are not read. */
const readable: Rule = {
  setting: 'compression.type',
  wanted: () => 'producer',
  isMet: value => ['none', 'producer', 'uncompressed', 'gzip'].includes(value),
  why: 'what a broker compresses otherwise cannot be read back, and no replay would come of it',
}

const rules: Readonly<Record<TopicUse, readonly Rule[]>> = {
  journal: [...unforgetting, readable, ...durable],
  output: durable,
}

/** A sentence for each setting that is wrong. */
export function judgeTopic(
  topic: string,
  use: TopicUse,
  found: TopicDescription,
): readonly SettingFinding[] {
  return rules[use].flatMap(rule => {
    const value = found.settings[rule.setting]
    if (value === undefined || rule.isMet(value, found)) return []
    if (rule === inSync && isUneven(found)) return [tooUneven(topic, found)]
    const wanted = rule.wanted(found)
    const message =
      `topic ${topic} has ${rule.setting} = ${value} and needs ${wanted}: ${rule.why}; ` +
      `set ${rule.setting}=${wanted} and start again`
    return [{ code: 'bad-settings', message }]
  })
}

/** No setting fits all of its partitions. */
function isUneven(found: TopicDescription): boolean {
  return minIsrFor(mostOf(found)) > found.replication
}

function tooUneven(topic: string, found: TopicDescription): SettingFinding {
  const message =
    `topic ${topic} has partitions of ${found.replication} and of ${mostOf(found)} copies, and ` +
    `no ${inSync.setting} fits all of them: ${inSync.why}; give each as many copies and start again`
  return { code: 'bad-settings', message }
}

/** One partition for each group. */
export function judgePartitions(
  topic: string,
  wanted: number,
  { partitions }: TopicDescription,
): readonly SettingFinding[] {
  if (partitions >= wanted) return []
  const message =
    `topic ${topic} has ${partitions} partitions and the job has ${wanted} groups, each of which ` +
    'needs one of its own; add partitions and start again'
  return [{ code: 'bad-settings', message }]
}

/** A journal as it should be made on a log that can make so many copies. */
export function journalTopic(topic: string, partitions: number, copies: number): NewTopic {
  return newTopic(topic, 'journal', partitions, copies)
}

export function newTopic(
  topic: string,
  use: TopicUse,
  partitions: number,
  copies: number,
): NewTopic {
  const replication = Math.min(copies, REPLICATION_WANTED)
  const made = { partitions, replication, settings: {} }
  const entries = rules[use].map(({ setting, wanted }) => [setting, wanted(made)])
  return { topic, ...made, settings: Object.fromEntries(entries) }
}

export interface TopicWanted {
  readonly topic: string
  readonly use: TopicUse
  /** At least. */
  readonly partitions: number
}

/**
 * Done when a publisher begins to lead, before it writes anything: one topic is asked about after
 * the other, each until it is as it should be. What was good is not asked again in the same term.
 */
export class Inspection {
  readonly #topics: readonly TopicWanted[]
  #good = 0
  #isRefused = false

  constructor(topics: readonly TopicWanted[]) {
    this.#topics = topics
  }

  /** In another term: what was good may have been changed since. */
  begin(): void {
    this.#good = 0
  }

  /** One was of no use, in whatever term, and they have not all been good since. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  refuse(): void {
    this.#isRefused = true
  }

  /** To be asked about; undefined: all are as they should be. */
  get topic(): string | undefined {
    return this.#topics[this.#good]?.topic
  }

  /** What is wrong with the topic that was asked about. */
  take(found: TopicDescription): LogError | undefined {
    const wanted = this.#topics[this.#good]
    if (wanted === undefined) return undefined
    const { topic, use, partitions } = wanted
    const wrong = [...judgePartitions(topic, partitions, found), ...judgeTopic(topic, use, found)]
    if (wrong.length === 0) {
      this.#good++
      if (this.topic === undefined) this.#isRefused = false
      return undefined
    }
    return { code: 'bad-settings', message: wrong.map(({ message }) => message).join('. ') }
  }
}
