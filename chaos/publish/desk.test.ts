/** A group of one over a model of a log: when inputs are answered, and by what. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupId } from '../../src/base/ids.ts'
import { Prng } from '../../src/base/prng.ts'
import { begin, told } from '../../src/io/level/testing/run.ts'
import { tempFolder } from '../../src/io/testing/folder.ts'
import { Budget } from '../../src/journal/budget.ts'
import { ModelClock } from '../../src/journal/testing/clock.ts'
import { ModelLog } from '../../src/journal/testing/model-log.ts'
import type { ProposeOutcome, ReadOutcome, ServedGroup } from '../../src/node/group.ts'
import type { SinkName } from '../sim/publish/output.ts'
import { Desk, type Fed } from './desk.ts'
import { StoredMachine } from './machine.ts'
import { type JobPlan, outputTopic, topicsOf } from './plan.ts'

let store: Awaited<ReturnType<typeof begin>>
let groups = 0
beforeAll(async () => {
  store = await begin(tempFolder())
})
afterAll(() => store.close())

const plan: JobPlan = {
  name: 'job',
  brokers: [],
  claim: { generation: 1, owner: 'we' },
  transactionMs: 1000,
}
const input = (id: number) => ({ id, home: 1, side: 1, away: 1, bytes: 4 })

/** What is proposed is committed at once, and applied a moment later. */
class Stage implements ServedGroup<StoredMachine> {
  readonly id = groupId(1)
  readonly clock = new ModelClock()
  readonly log = new ModelLog()
  readonly proposed: string[] = []
  readonly machine: StoredMachine
  term = 0
  #desk: Desk | undefined

  private constructor(machine: StoredMachine) {
    this.machine = machine
  }

  static async open(): Promise<Stage> {
    let stage: Stage | undefined
    const space = store.space(groupId(++groups), 0)
    const onApplied = () => stage?.desk.onApplied()
    const machine = await told<StoredMachine>(done =>
      StoredMachine.open({ generation: 1, space, onApplied }, done),
    )
    stage = new Stage(machine)
    for (const { topic, partitions, settings } of topicsOf(plan, 1)) {
      stage.log.topics.set(topic, { partitions, replication: 3, settings })
    }
    return stage
  }

  get desk(): Desk {
    const { clock, log } = this
    this.#desk ??= new Desk({
      ...{ group: this, groups: 1, plan, clock, log, random: new Prng(1) },
      budgets: { home: new Budget(8), away: new Budget(8) },
      leads: () => this.term,
      tell: (what, code) => this.proposed.push(`${what}: ${code}`),
    })
    return this.#desk
  }

  /** Its own-term entry is applied. */
  lead(term: number): void {
    this.term = term
    this.#apply('term', new Uint8Array(0), () => {})
  }

  /** All that waits is answered, and what comes of it. */
  settle(): void {
    for (let turns = 0; turns < 30; turns++) {
      this.clock.pass(50)
      this.log.settle()
    }
  }

  propose(data: Uint8Array, done: (outcome: ProposeOutcome) => void): void {
    this.proposed.push(['', 'input', 'progress', 'beginning'][data[0] ?? 0] ?? '')
    this.#apply('data', data, done)
  }

  read(done: (outcome: ReadOutcome) => void): void {
    this.clock.after(0, () => done({ kind: 'ready' }))
  }

  leaderAddress(): undefined {
    return undefined
  }

  feed(id: number): Fed[] {
    const fed: Fed[] = []
    this.desk.feed(input(id), one => fed.push(one))
    return fed
  }

  shown(sink: SinkName): readonly string[] {
    const partitions = [0, 1].map(partition => ({ topic: outputTopic(plan, sink), partition }))
    const records = partitions.flatMap(of => this.log.visible(of))
    return records.map(({ value }) => new TextDecoder().decode(value ?? undefined))
  }

  #apply(kind: 'data' | 'term', data: Uint8Array, done: (outcome: ProposeOutcome) => void): void {
    this.clock.after(0, () => {
      const index = this.machine.appliedIndex + 1
      this.machine.apply([{ index, term: this.term, kind, data }], ([result]) => {
        this.clock.after(0, () => done({ kind: 'applied', index, result }))
      })
    })
  }
}

async function leading(): Promise<Stage> {
  const stage = await Stage.open()
  expect(stage.feed(1)).toEqual([{ kind: 'refused', code: 'not-leader' }])
  stage.lead(3)
  expect(stage.feed(1)).toEqual([{ kind: 'refused', code: 'not-begun' }])
  stage.settle()
  return stage
}

test('an input is answered once its outputs are out, of all sinks', async () => {
  const stage = await leading()
  expect(stage.proposed).toEqual(['beginning'])
  const fed = stage.feed(7)
  stage.clock.pass(100)
  expect(stage.desk.isOut).toBe(false)
  expect(fed).toEqual([])
  stage.settle()
  expect(fed).toEqual([{ kind: 'ok', seq: 1 }])
  expect(stage.desk.isOut).toBe(true)
  expect(stage.shown('home')).toEqual(['1 1 7 0'])
  expect(stage.shown('side')).toEqual(['1 1 7 0'])
  expect(stage.shown('away')).toEqual(['1 1 7 0'])
  expect(stage.proposed).toContain('progress')
})

test('who is deposed does not know what becomes of inputs, and takes none', async () => {
  const stage = await leading()
  const fed = stage.feed(7)
  stage.clock.pass(0)
  stage.clock.pass(0)
  stage.lead(0)
  stage.clock.pass(0)
  expect(fed).toEqual([{ kind: 'unknown', code: 'leader-lost' }])
  expect(stage.feed(8)).toEqual([{ kind: 'refused', code: 'not-leader' }])
  stage.settle()
  expect(stage.shown('home')).toEqual([])
  expect(stage.desk.isOut).toBe(false)
  stage.lead(5)
  stage.settle()
  expect(stage.shown('home')).toEqual(['1 1 7 0'])
  expect(stage.proposed.filter(one => one === 'beginning')).toHaveLength(1)
})

test('what waits is bounded: beyond it inputs are refused', async () => {
  const stage = await leading()
  const large = { ...input(9), bytes: 2 * 1024 * 1024 }
  stage.desk.feed(large, () => {})
  stage.clock.pass(1)
  expect(stage.feed(10)).toEqual([{ kind: 'refused', code: 'outbox-full' }])
  stage.settle()
  const fed = stage.feed(11)
  stage.settle()
  expect(fed).toEqual([{ kind: 'ok', seq: 2 }])
})

test('a trouble is told', async () => {
  const stage = await Stage.open()
  stage.log.topics.clear()
  stage.lead(1)
  stage.settle()
  expect(stage.proposed).toContain('publishing stalls: no-such-topic')
  stage.desk.close()
})
