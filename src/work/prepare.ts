/**
 * A submit, before `meta` hears of it: the file is read, its topics are looked at or made, and
 * where the sources begin is resolved, once and for ever. It changes nothing besides topics that
 * the job wants and that are missing; what is refused can be submitted again.
 */

import { WeirError } from '../base/errors.ts'
import type { LogAnswer, LogDone, StreamLog, TopicDescription } from '../base/stream-log.ts'
import { wiringOf } from '../group/wiring.ts'
import { newHasher, randomId } from '../io/random.ts'
import type { Environment } from '../job/document/variables.ts'
import { findingText } from '../job/finding.ts'
import { judgePartitions, judgeTopic, newTopic, type TopicWanted } from '../journal/settings.ts'
import type { MetaStage, StartingOffset } from '../meta/state.ts'
import type { Prepared, Trouble } from '../node/jobs/body.ts'
import { type Blueprint, blueprintOf } from './blueprint.ts'
import type { Connection } from './connection.ts'
import { topicsWanted } from './lanes.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { LogInUse, Logs } from './logs.ts'
import { keptText, type SentFile, textOf } from './text.ts'

export interface PrepareParts {
  readonly logs: Logs
  readonly environment: Environment
  /** How many nodes the cluster has. */
  readonly nodes: number
}

/** Copies that a topic gets, where the log makes as many. */
const COPIES = 3
/** Groups of a stage for each node, where nobody said how many. */
const GROUPS_A_NODE = 2

export function prepare(
  sent: SentFile,
  parts: PrepareParts,
  done: (prepared: Prepared) => void,
): void {
  const read = textOf(sent, parts.environment)
  const { blueprint, findings } = blueprintOf(read.file, read.as)
  if (blueprint === undefined) {
    const message = findings.map(findingText).join('\n')
    done({ refused: { code: 'bad-job', message, errors: findings } })
    return
  }
  const digest = digestOf(blueprint)
  const text = keptText(read)
  new Preparing(blueprint, parts, answer => {
    if ('refused' in answer) done(answer)
    else {
      const { job: name, replication } = blueprint
      const owner = randomId()
      done({ job: { name, text, digest, key: '', owner, replication, ...answer.laid } })
    }
  }).begin()
}

/** Of the plan, with the options of its sources and sinks. */
function digestOf({ plan }: Blueprint): string {
  const hasher = newHasher()
  hasher.update(new TextEncoder().encode(JSON.stringify(plan)))
  return hasher.hex()
}

type Resolved =
  | {
      readonly laid: {
        readonly stages: readonly MetaStage[]
        readonly offsets: readonly StartingOffset[]
      }
    }
  | { readonly refused: Trouble }

/** One question after the other: a submit is rare, and a log is shared. */
class Preparing {
  readonly #blueprint: Blueprint
  readonly #parts: PrepareParts
  readonly #done: (answer: Resolved) => void
  readonly #used: LogInUse[] = []
  /** What is still to be done, first come first. */
  readonly #steps: ((next: () => void) => void)[] = []
  readonly #offsets: StartingOffset[] = []
  /** Partitions of the source that has most: an output topic that is made gets as many. */
  #partitions = 1

  constructor(blueprint: Blueprint, parts: PrepareParts, done: (answer: Resolved) => void) {
    this.#blueprint = blueprint
    this.#parts = parts
    this.#done = done
  }

  begin(): void {
    for (const id of this.#blueprint.sources.keys()) {
      this.#steps.push(next => this.#lookAtSource(id, next))
    }
    this.#steps.push(next => this.#lookAtLanes(next))
    this.#next()
  }

  #next(): void {
    const step = this.#steps.shift()
    if (step !== undefined) {
      step(() => this.#next())
      return
    }
    this.#finish({ laid: { stages: this.#stages(), offsets: this.#offsets } })
  }

  #finish(answer: Resolved): void {
    for (const one of this.#used) one.giveBack()
    this.#done(answer)
  }

  #refuse(code: string, message: string): void {
    this.#finish({ refused: { code, message } })
  }

  /** undefined: it cannot be opened, and that was said. */
  #log(connection: Connection): StreamLog | undefined {
    try {
      const used = this.#parts.logs.use(connection)
      this.#used.push(used)
      return used.log
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#refuse(error.code, error.message)
      return undefined
    }
  }

  /** Goes on with what was answered; an error ends it. */
  #then<T>(what: string, go: (value: T) => void): LogDone<T> {
    return (answer: LogAnswer<T>) => {
      if (answer.error === undefined) go(answer.value)
      else this.#refuse(answer.error.code, `${what}: ${answer.error.message}`)
    }
  }

  #lookAtSource(source: string, next: () => void): void {
    const end = this.#blueprint.sources.get(source)
    const log = end && this.#log(end.connection)
    if (end === undefined || log === undefined) return
    const { topic, start } = end
    const what = `source ${source}`
    log.describe(
      topic,
      this.#then(what, ({ partitions }) => {
        this.#partitions = Math.max(this.#partitions, partitions)
        const resolve = (partition: number): void => {
          if (partition === partitions) {
            next()
            return
          }
          const told = this.#then<number>(what, offset => {
            this.#offsets.push({ source, partition, offset })
            resolve(partition + 1)
          })
          if (start === 'earliest') log.start({ topic, partition }, told)
          else log.end({ topic, partition }, 'committed', told)
        }
        resolve(0)
      }),
    )
  }

  /** Only now it is known how many groups and partitions there are. */
  #lookAtLanes(next: () => void): void {
    const { lanes, wiring } = this.#layout()
    for (const lane of lanes) {
      const log = this.#log(lane.connection)
      if (log === undefined) return
      for (const wanted of topicsWanted(lane, wiring.groups.length)) {
        this.#steps.push(go => this.#lookAtTopic(log, wanted, go))
      }
    }
    next()
  }

  #lookAtTopic(log: StreamLog, wanted: TopicWanted, next: () => void): void {
    const { topic } = wanted
    log.describe(topic, answer => {
      if (answer.error?.code === 'no-such-topic') {
        this.#make(log, wanted, log.isOneProcess ? 1 : COPIES, next)
        return
      }
      this.#then<TopicDescription>(`topic ${topic}`, found => this.#judge(wanted, found, next))(
        answer,
      )
    })
  }

  /** A log that makes fewer copies than we thought needs other settings: it is made once more. */
  #make(log: StreamLog, wanted: TopicWanted, copies: number, next: () => void): void {
    const { topic, use, partitions } = wanted
    const many = use === 'journal' ? partitions : this.#partitions
    log.create(newTopic(topic, use, many, copies), made => {
      const told = this.#then<TopicDescription>(`topic ${topic}`, found => {
        const isOurs = made.error === undefined
        if (!isOurs || found.replication >= copies) this.#judge(wanted, found, next)
        else {
          const again = () => this.#make(log, wanted, found.replication, next)
          log.drop(topic, this.#then(`topic ${topic}`, again))
        }
      })
      // Somebody may have made it at the same moment: what is there says it.
      if (made.error === undefined || made.error.code === 'topic-exists') log.describe(topic, told)
      else told(made)
    })
  }

  #judge({ topic, use, partitions }: TopicWanted, found: TopicDescription, next: () => void): void {
    const isJournal = use === 'journal'
    const wrong = [
      ...(isJournal ? judgePartitions(topic, partitions, found) : []),
      ...judgeTopic(topic, use, found),
    ].map(({ message }) => message)
    if (isJournal && found.partitions > partitions) {
      const what = `topic ${topic} has ${found.partitions} partitions, the job ${partitions} groups`
      wrong.push(`${what}: as many as an earlier job had are wanted; say so in options.partitions`)
    }
    if (wrong.length === 0) next()
    else this.#refuse('bad-settings', wrong.join('. '))
  }

  #stages(): readonly MetaStage[] {
    const { wiring } = this.#layout()
    return wiring.stages.map(({ name, groups }) => ({ name, partitions: groups }))
  }

  #layout(): Layout {
    const { plan, schemas } = this.#blueprint
    const usual = GROUPS_A_NODE * Math.max(1, this.#parts.nodes)
    const offsets = this.#offsets
    const said = (stage: string) => plan.operators.find(({ id }) => id === stage)?.partitions
    const many = (stage: string) => said(stage) ?? this.#blueprint.groups ?? usual
    // Who only passes on what a source has has nothing to do without a partition of it.
    const read = (stage: string) => offsets.filter(({ source }) => source === stage).length
    const groupsOf = (stage: string) => Math.min(many(stage), read(stage) || many(stage))
    const partitionsOf = () => []
    const { stages } = wiringOf({ plan, schemas, groupsOf, partitionsOf })
    const laid = stages.map(({ name, groups }) => ({ name, partitions: groups }))
    return layoutOf(this.#blueprint, { stages: laid, offsets })
  }
}
