/**
 * Processes that publish to real brokers are killed, or stand still until another has taken over,
 * or until their transaction has timed out, and wake: everything is out once and in order. kcat is
 * the judge.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Partition, StreamLog } from '../../base/stream-log.ts'
import { packageRoot } from '../../io/package-root.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { journalTopic } from '../../journal/settings.ts'
import { useBrokers } from './testing/brokers.ts'
import { decided, value } from './testing/caller.ts'
import { PARTITIONS, textsOf } from './testing/lone-group.ts'

const MINUTES = 60_000
const OUTPUTS = 1500
const ROUNDS = 8
/** Published by each process before its fault. */
const PROGRESS = 50
const brokers = useBrokers()
const outfile = join(
  ...[packageRoot(), 'node_modules', '.cache', 'weir', 'tests', `publisher-${process.pid}.mjs`],
)
beforeAll(() =>
  build({
    entryPoints: [join(packageRoot(), 'src/connectors/kafka/testing/publisher.ts')],
    ...{ outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' },
  }),
)

const running = new Set<Publisher>()
afterAll(() => {
  for (const one of running) one.child.kill('SIGKILL')
})

class Publisher {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  published = 0
  complaint = ''
  #wake = () => {}

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [outfile, ...args])
    running.add(this)
    this.child.stdout?.on('data', data => {
      this.published = Number(`${data}`.trimEnd().split('\n').at(-1))
      this.#wake()
    })
    this.child.stderr?.on('data', data => {
      this.complaint += data
      this.#wake()
    })
    this.ended = new Promise(resolve => {
      this.child.once('close', code => {
        running.delete(this)
        resolve(code)
        this.#wake()
      })
    })
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.complaint !== '') throw new Error(this.complaint)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}

class Stage {
  readonly log: StreamLog
  readonly output = brokers.name()
  readonly journal = journalTopic(brokers.name(), 1, 3)
  readonly #id = brokers.name()
  readonly #file = join(tempFolder(), 'leader')
  #names = 0

  constructor(log: StreamLog) {
    this.log = log
  }

  async open(): Promise<void> {
    const wanted = { topic: this.output, partitions: PARTITIONS, replication: 3, settings: {} }
    for (const topic of [this.journal, wanted]) {
      await value<void>(done => this.log.create(topic, done))
    }
  }

  /** Leads from now on, and nobody else. */
  begin(): Publisher {
    const name = `p${this.#names++}`
    writeFileSync(this.#file, name)
    const topics = [this.journal.topic, this.output]
    const more = [this.#id, `${OUTPUTS}`, this.#file, name]
    return new Publisher([brokers.list.join(','), ...topics, ...more])
  }

  get partitions(): readonly Partition[] {
    const data = Array.from({ length: PARTITIONS }, (_, partition) => partition)
    return data.map(partition => ({ topic: this.output, partition }))
  }

  /** A transaction is open: it holds back what readers see. */
  async isOpen(): Promise<boolean> {
    const at = { topic: this.journal.topic, partition: 0 }
    const committed = await value<number>(done => this.log.end(at, 'committed', done))
    return committed < (await value<number>(done => this.log.end(at, 'uncommitted', done)))
  }
}

type Fault = 'kill' | 'pause' | 'pause-long'

test(
  'publishers are killed and paused: lost 0, repeated 0',
  async () => {
    const stage = new Stage(brokers.open())
    await stage.open()
    const faults: readonly Fault[] = ['kill', 'pause', 'pause-long', 'kill']
    let open = 0
    let one = stage.begin()
    const sleepers: Publisher[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const before = one
      const from = round === 0 ? 0 : before.published
      await before.until(() => before.published >= from + PROGRESS)
      const fault = faults[round % faults.length]
      before.child.kill(fault === 'kill' ? 'SIGKILL' : 'SIGSTOP')
      if (await stage.isOpen()) open++
      if (fault === 'pause-long') {
        // The log ends what it had open, and it is the only one that could go on.
        for (const at of stage.partitions) await decided(stage.log, at)
        before.child.kill('SIGCONT')
        continue
      }
      one = stage.begin()
      const next = one
      await next.until(() => next.published > before.published)
      if (fault === 'pause') {
        before.child.kill('SIGCONT')
        sleepers.push(before)
      }
    }
    const last = one
    await last.until(() => last.published === OUTPUTS)
    expect(await last.ended).toBe(0)
    for (const { child } of sleepers) child.kill('SIGKILL')
    for (const at of stage.partitions) {
      await decided(stage.log, at)
      expect(brokers.judged(at.topic, at.partition)).toEqual(textsOf(OUTPUTS, at.partition))
    }
    // Otherwise no fault had anything to hit.
    expect(open).toBeGreaterThan(0)
  },
  5 * MINUTES,
)
