/**
 * The first takeover of a process that has followed and never published: when each of its steps was
 * done, counted from when it began to lead. Whoever led before left a transaction open.
 */

import type { Clock, Random } from '../../src/base/env.ts'
import { RelayedLog } from '../../src/base/relayed-log.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  Isolation,
  LogDone,
  Partition,
  ProducerOptions,
  StreamLog,
  TopicDescription,
  TransactionalProducer,
} from '../../src/base/stream-log.ts'
import { defaultJournalBounds } from '../../src/journal/bounds.ts'
import { Budget } from '../../src/journal/budget.ts'
import { SmallGroup } from './small-group.ts'
import { OUTPUTS } from './takeovers.ts'
import type { SuccessorWork } from './work.ts'

/**
 * In the order in which one who asks one thing after the other comes to them. `fencing`: the first
 * answer to a new producer, perhaps that a transaction is being finished; `producer`: the last.
 */
const steps = [
  'settings',
  'confirmed',
  'fencing',
  'producer',
  'end',
  'read',
  'sent',
  'committed',
] as const
export type Step = (typeof steps)[number]
/** Milliseconds from the beginning of the lead. */
export type Steps = Partial<Readonly<Record<Step, number>>>

export function medians(all: readonly Steps[], median: (of: number[]) => number): Steps {
  const found: Partial<Record<Step, number>> = {}
  for (const step of steps) {
    const times = all.flatMap(one => one[step] ?? [])
    if (times.length > 0) found[step] = median(times)
  }
  return found
}

/** Of all others the last counts, where they are done several times. */
const firstOnly: ReadonlySet<Step> = new Set<Step>(['confirmed', 'fencing'])

class TracedLog extends RelayedLog {
  readonly #onDone: (step: Step) => void

  constructor(log: StreamLog, onDone: (step: Step) => void) {
    super(log)
    this.#onDone = onDone
  }

  override describe(topic: string, done: LogDone<TopicDescription>): void {
    super.describe(topic, this.#traced('settings', done))
  }

  override end(of: Partition, isolation: Isolation, done: LogDone<number>): void {
    super.end(of, isolation, this.#traced('end', done))
  }

  override fetch(from: Partition, at: number, how: FetchOptions, done: LogDone<Fetched>): Asked {
    return super.fetch(from, at, how, this.#traced('read', done))
  }

  override producer(options: ProducerOptions): TransactionalProducer {
    const producer = super.producer(options)
    return {
      init: done => {
        producer.init(this.#traced('fencing', this.#traced('producer', done)))
      },
      send: (records, done) => producer.send(records, this.#traced('sent', done)),
      end: (how, done) => producer.end(how, this.#traced('committed', done)),
      close: () => producer.close(),
    }
  }

  #traced<T>(step: Step, done: LogDone<T>): LogDone<T> {
    return answer => {
      this.#onDone(step)
      done(answer)
    }
  }
}

export interface SuccessorParts extends Omit<SuccessorWork, 'kind' | 'log' | 'followMs'> {
  readonly clock: Clock
  readonly random: Random
  readonly nowMs: () => number
  readonly log: StreamLog
  /** Until it is to lead. */
  follow(): Promise<void>
}

/** Until its first transaction is committed. */
export async function succeeded(parts: SuccessorParts): Promise<Steps> {
  const { clock, target, seat, groups } = parts
  const found: Partial<Record<Step, number>> = {}
  let beganMs = Number.NaN
  const onDone = (step: Step) => {
    if (!(beganMs >= 0) || (firstOnly.has(step) && step in found)) return
    found[step] = clock.monotonicMs() - beganMs
  }
  const bounds = defaultJournalBounds
  const budget = new Budget(bounds.transactionsMax)
  const topics = [
    { topic: seat.journal.topic, use: 'journal', partitions: groups },
    { topic: target.topic, use: 'output', partitions: target.partitions },
  ] as const
  return await new Promise<Steps>(resolve => {
    const group: SmallGroup = new SmallGroup(
      { ...parts, topics, bounds, budget, logs: [new TracedLog(parts.log, onDone)] },
      {
        onPlanned: () => {},
        onConfirmed: () => onDone('confirmed'),
        onPublished: () => {
          group.close()
          resolve(found)
        },
      },
    )
    // Applied by whoever follows, too: it is there when the lead begins.
    group.commit(OUTPUTS)
    void parts.follow().then(() => {
      beganMs = clock.monotonicMs()
      group.elect(0)
    })
  })
}
