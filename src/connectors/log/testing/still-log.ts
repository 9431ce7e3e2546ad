/** An embedded log on a disk and a clock of tests: nothing happens until it is told to step. */

import { invariant } from '../../../base/errors.ts'
import type {
  Fetched,
  Isolation,
  LogAnswer,
  LogDone,
  Partition,
  StreamLog,
} from '../../../base/stream-log.ts'
import { CrashDisk } from '../../../base/testing/crash-disk.ts'
import { LogClient } from '../client.ts'
import { EmbeddedLog } from '../embedded.ts'
import { defaultLogLimits, type LogLimits } from '../limits.ts'
import { type FilesAnswer, openFiles } from '../store/opening.ts'
import { StillClock } from './still-clock.ts'

/** Small, so that little is written until segments follow one another and go. */
export const smallLimits: LogLimits = {
  ...defaultLogLimits,
  segmentBytes: 3000,
  frameBytesMax: 1500,
  cacheBytes: 600,
  loadBytesMax: 500,
  idsMs: 40_000,
}

const decoder = new TextDecoder()

export function openAnswer(disk: CrashDisk, limits = smallLimits): FilesAnswer {
  const answers: FilesAnswer[] = []
  openFiles(disk, { name: 'log-of-tests', limits, nowMs: 0 }, answer => answers.push(answer))
  disk.settle()
  const [answer] = answers
  invariant(answer !== undefined && answers.length === 1, 'one answer comes', answers.length)
  return answer
}

export class StillLog {
  readonly disk: CrashDisk
  readonly clock = new StillClock()
  readonly log: EmbeddedLog
  readonly client: StreamLog
  readonly failures: string[] = []

  constructor(disk = new CrashDisk(), limits = smallLimits) {
    this.disk = disk
    const { files, refused } = openAnswer(disk, limits)
    invariant(files !== undefined, 'the log opens', refused?.message)
    const onFailed = (code: string) => this.failures.push(code)
    this.log = new EmbeddedLog({ files, clock: this.clock, limits, onFailed })
    this.client = new LogClient(this.log)
  }

  step(): boolean {
    return this.clock.step() || this.disk.step()
  }

  settle(): void {
    while (this.step());
  }

  answer<T>(ask: (done: LogDone<T>) => void): LogAnswer<T> {
    const answers: LogAnswer<T>[] = []
    ask(answer => answers.push(answer))
    invariant(answers.length === 0, 'nothing is answered at once')
    while (answers.length === 0) invariant(this.step(), 'somebody answers')
    return answers[0] as LogAnswer<T>
  }

  value<T>(ask: (done: LogDone<T>) => void): T {
    const answer = this.answer(ask)
    invariant(answer.error === undefined, 'the log does it', answer.error?.message)
    return answer.value
  }

  code<T>(ask: (done: LogDone<T>) => void): string {
    return this.answer(ask).error?.code ?? 'ok'
  }

  topic(topic: string, partitions: number, settings: Readonly<Record<string, string>> = {}): void {
    const kept = { 'retention.ms': '-1', ...settings }
    const wanted = { topic, partitions, replication: 1, settings: kept }
    this.value<void>(done => this.client.create(wanted, done))
  }

  /** By offset, up to the end as it is now. */
  read(from: Partition, isolation: Isolation): ReadonlyMap<number, string> {
    const found = new Map<number, string>()
    let position = this.value<number>(done => this.client.start(from, done))
    const end = this.value<number>(done => this.client.end(from, isolation, done))
    while (position < end) {
      const how = { isolation, maxBytes: 300, waitMs: 0 }
      const at = position
      const fetched = this.value<Fetched>(done => void this.client.fetch(from, at, how, done))
      invariant(fetched.position > position, 'a reader goes on', position)
      for (const { offset, value } of fetched.records) {
        found.set(offset, decoder.decode(value ?? undefined))
      }
      position = fetched.position
    }
    return found
  }
}
