/** The topics of one turn, and who writes where in them. */

import type { LogDone, StreamLog } from '../../src/base/stream-log.ts'
import { randomId } from '../../src/io/random.ts'
import type { Seat } from '../../src/journal/plan.ts'
import { journalTopic } from '../../src/journal/settings.ts'
import type { Target } from './output.ts'

/** What a log answers, as a promise; an error of its is one of ours. */
export function answerOf<T>(ask: (done: LogDone<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask(answer => {
      if (answer.error === undefined) resolve(answer.value)
      else reject(new Error(`${answer.error.code}: ${answer.error.message}`))
    })
  })
}

export interface Scene {
  readonly target: Target
  seatOf(group: number): Seat
  /** With all that was written. */
  drop(): Promise<void>
}

/** Topics that nobody has: outputs of all groups in one, journals in the other. */
export async function scene(
  log: StreamLog,
  groups: number,
  partitions: number,
  copies = 1,
): Promise<Scene> {
  const name = `bench-${randomId()}`
  const outputs = journalTopic(`${name}-outputs`, partitions, copies)
  const journals = journalTopic(`${name}-journal`, groups, copies)
  for (const topic of [outputs, journals]) await answerOf<void>(done => log.create(topic, done))
  return {
    target: { topic: outputs.topic, partitions },
    seatOf: group => ({
      group: `${name}/publish/${group}`,
      journal: { topic: journals.topic, partition: group },
      transactionalId: `${name}-${group}`,
      sinks: ['home'],
      hasJournal: true,
    }),
    async drop() {
      for (const { topic } of [outputs, journals]) {
        await answerOf<void>(done => log.drop(topic, done))
      }
    },
  }
}
