/** A job that is measured, and its load: what is put in, and how its outputs are told apart. */

import type { Home } from '../../../chaos/live/jobs/job.ts'
import type { NewTopic, StreamLog } from '../../../src/base/stream-log.ts'

export interface Play {
  readonly name: string
  readonly groups: number
  topics(replication: number): readonly NewTopic[]
  text(home: Home): string
  /** Where the outputs are that are looked at, and of which groups they are. */
  readonly outputs: { readonly topic: string; readonly partitions: number }
  says(group: string): boolean
  /** Names the record that was put last of those that an output stands for. */
  nameOf(output: Readonly<Record<string, unknown>>): string
  load(log: StreamLog, perSecond: number, onPut: (name: string) => void): Promise<Load>
}

export interface Load {
  start(): void
  stop(): Promise<void>
}
