/**
 * Windows next to a bare `JSON.parse` of the same records: each shape in turns with it, in one
 * process, so that whatever else the machine does falls on both.
 */

import { median } from '../../chaos/live/quantile.ts'
import type { WindowSpec } from '../../src/engine/plan/plan.ts'
import type { Trial } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { type ClickOptions, Clicks } from './clicks.ts'
import { Pipeline, parsedAll } from './pipeline.ts'

interface Shape {
  readonly name: string
  readonly window: WindowSpec
  readonly clicks: ClickOptions
  /** Deltas are applied to the store as well: what a leader does beyond what is compared. */
  readonly applies: boolean
}

/** Of event time, in a turn: as long as the windows that end often, so that each has an end. */
const TURN_MS = 10_000
const NS_PER_MS = 1e6

const often = { batchRecords: 1000, recordsPerSecond: 10_000 }
const everybody: ClickOptions = { ...often, users: 10_000, turns: 1 }
const few: ClickOptions = { ...often, users: 100, turns: 1 }
/** A thousand users at a time, about ten clicks of each, then silence for nine seconds. */
const visits: ClickOptions = { ...often, users: 10_000, turns: 10 }

const tumbling = (sizeMs: number): WindowSpec => ({
  kind: 'tumbling',
  sizeMs,
  offsetMs: 0,
  time: 'event',
})
const hopping = {
  kind: 'hopping',
  sizeMs: 60_000,
  everyMs: 1000,
  offsetMs: 0,
  time: 'event',
} as const
/** Of an hour, 3600 slices: of so many is each result, once an hour has passed. */
const long: WindowSpec = { ...hopping, sizeMs: 3_600_000 }
const session: WindowSpec = { kind: 'session', gapMs: 2000, time: 'event' }

const shapes = {
  tumbling: {
    name: 'tumbling 10 s, 10 000 users',
    window: tumbling(10_000),
    clicks: everybody,
    applies: false,
  },
  applied: {
    name: 'the same, applied to the store as well',
    window: tumbling(10_000),
    clicks: everybody,
    applies: true,
  },
  large: {
    name: 'the first, in batches of 10 000',
    window: tumbling(10_000),
    clicks: { ...everybody, batchRecords: 10_000 },
    applies: false,
  },
  minute: {
    name: 'tumbling 60 s, 100 users',
    window: tumbling(60_000),
    clicks: few,
    applies: false,
  },
  hopping: { name: 'hopping 60 s by 1 s, 100 users', window: hopping, clicks: few, applies: false },
  long: {
    name: 'hopping 1 h by 1 s, 100 users, 1 000 records a second',
    window: long,
    clicks: { ...few, recordsPerSecond: 1000 },
    applies: false,
  },
  session: {
    name: 'sessions of about ten clicks',
    window: session,
    clicks: visits,
    applies: false,
  },
} satisfies Record<string, Shape>

interface Measured {
  readonly name: string
  readonly oursNs: number
  readonly parseNs: number
  /** Of `JSON.parse` to ours: how many times as many records a second. */
  readonly ratio: number
  readonly deltaBytes: number
  readonly outputs: number
}

function measured({ name, window, clicks: options, applies }: Shape, forMs: number): Measured {
  const clicks = new Clicks(options)
  const pipeline = new Pipeline(window, applies)
  const records = (TURN_MS / 1000) * options.recordsPerSecond
  const count = records / options.batchRecords
  const ours: number[] = []
  const theirs: number[] = []
  const until = performance.now() + forMs
  do {
    const batches = Array.from({ length: count }, () => clicks.next())
    ours.push(timed(() => pipeline.takeAll(batches)) / records)
    theirs.push(timed(() => parsedAll(batches)) / records)
  } while (performance.now() < until)
  // What came before the code was compiled is left out of both.
  const late = (all: readonly number[]) => all.slice(all.length >> 2)
  const [oursNs, parseNs] = [median(late(ours)), median(late(theirs))]
  const total = ours.length * records
  const { deltaBytes, outputs } = pipeline
  const each = { deltaBytes: deltaBytes / total, outputs: outputs / total }
  return { name, oursNs, parseNs, ratio: parseNs / oursNs, ...each }
}

function timed(run: () => void): number {
  const before = performance.now()
  run()
  return (performance.now() - before) * NS_PER_MS
}

function tableOf(rows: readonly Measured[]): readonly string[] {
  return [
    '| windows | ours ns | JSON.parse ns | x | delta bytes a record | results a record |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ name, oursNs, parseNs, ratio, deltaBytes, outputs }) => {
      const cells = [oursNs, parseNs, ratio, deltaBytes, outputs].map(shown)
      return `| ${[name, ...cells].join(' | ')} |`
    }),
  ]
}

const atLeast = (name: string, least: number, unit: string) => ({
  name,
  wanted: `at least ${least} x JSON.parse`,
  unit,
  isMet: (value: number) => value >= least,
})

export const windows: Trial = {
  name: 'windows',
  run: ({ options }) => {
    const forMs = 1000 * (options.heatSeconds + options.seconds * options.rounds)
    const rows = Object.values(shapes).map(shape => measured(shape, forMs))
    const of = (shape: Shape) => rows.find(({ name }) => name === shape.name)
    const hop = {
      name: 'hopping 60 s by 1 s, 100 keys',
      wanted: 'at most 2 x the cost of a tumbling one',
      unit: 'x',
      isMet: (value: number) => value <= 2,
    }
    const [hopNs, minuteNs] = [of(shapes.hopping)?.oursNs, of(shapes.minute)?.oursNs]
    const hopRatio = hopNs && minuteNs && hopNs / minuteNs
    return Promise.resolve({
      trial: 'windows',
      lines: tableOf(rows),
      details: rows,
      judgements: [
        judgedValue(atLeast('filter and tumbling count', 1.5, 'x'), of(shapes.tumbling)?.ratio),
        judgedValue(hop, hopRatio),
        judgedValue(atLeast('session windows', 0.6, 'x'), of(shapes.session)?.ratio),
      ],
    })
  },
}
