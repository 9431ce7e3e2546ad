/** What is asked of a log, and what must come of it: one row a trial. */

import type { Trial } from '../frame/bench.ts'
import { judgedValue } from '../frame/target.ts'
import { serving } from './service.ts'
import { p50Of, p99Of, rateOf, type Turned, table, transactionsOf, turns } from './turns.ts'
import type { FirstWork, PublishWork, TakeoverWork } from './work.ts'

type Unplaced<W> = Omit<W, 'log' | 'warmMs' | 'measuredMs'>

interface Wanted {
  readonly name: string
  readonly unit: string
  readonly least?: number
  /** Not reached. */
  readonly most?: number
  readonly figure: (turned: readonly Turned[]) => number
}

export interface Question {
  readonly name: string
  /** A name of `bodies.ts`. */
  readonly body: string
  /** For people. */
  readonly title: string
  readonly work: Unplaced<PublishWork> | Unplaced<TakeoverWork> | Unplaced<FirstWork>
  readonly wanted: readonly Wanted[]
}

const PARTITIONS = 4
const SIZE_BYTES = 200
const common = { sizeBytes: SIZE_BYTES, partitions: PARTITIONS, readerRestMs: 0 } as const
/** Of a reader whose haste nobody asks about. */
const calm = { readerRestMs: 20 } as const
const publish = { kind: 'publish', ...common, groups: 1, bounds: {} } as const
const ms = 'ms'

/** An output every millisecond, a transaction every ten: half of them is waiting for it. */
const steady: Question = {
  name: 'steady',
  body: 'kafka',
  title: '1 000 outputs a second, one a millisecond, a transaction every 10 ms',
  work: {
    ...publish,
    beat: { everyMs: 1, outputs: 1 },
    bounds: { paceMinMs: 10, paceMaxMs: 10 },
  },
  wanted: [
    { name: 'commit to visible, p50', unit: ms, most: 9, figure: p50Of },
    { name: 'commit to visible, p99', unit: ms, most: 30, figure: p99Of },
  ],
}

const paced: Question = {
  name: 'paced',
  body: 'kafka',
  title: 'the same, with transactions when the publisher likes',
  work: { ...publish, beat: { everyMs: 1, outputs: 1 } },
  wanted: [],
}

const groups: Question = {
  name: 'groups',
  body: 'kafka',
  title: '12 groups, an output every 8 ms each (their reader rests 20 ms between fetches)',
  work: { ...publish, ...calm, groups: 12, beat: { everyMs: 8, outputs: 1 } },
  wanted: [
    { name: 'transactions of 12 groups', unit: 'a second', least: 1000, figure: transactionsOf },
  ],
}

const bulk: Question = {
  name: 'bulk',
  body: 'kafka',
  title: 'one group, all outputs of 200 bytes that it lets out (its reader rests 20 ms too)',
  work: { ...publish, ...calm, beat: { waiting: 20_000, outputs: 1000 } },
  wanted: [{ name: 'outputs of 200 bytes', unit: 'a second', least: 100_000, figure: rateOf }],
}

const takeover: Question = {
  name: 'takeover',
  body: 'kafka',
  title: 'takeovers of an id whose transaction is open: how long until the new leader publishes',
  work: { kind: 'takeover', ...common, ...calm },
  wanted: [{ name: 'takeover, median', unit: ms, most: 30, figure: p50Of }],
}

const first: Question = {
  name: 'first',
  body: 'kafka3',
  title: 'the first takeover of a process that followed, three brokers: from lead to commit',
  work: { kind: 'first', ...common, readerRestMs: 100, takeovers: 5, followMs: 2000 },
  wanted: [],
}

/** With transactions when the publisher likes: nobody names a pace for this log. */
const embedded: Question = {
  name: 'embedded',
  body: 'embedded',
  title: 'the embedded log: 2 000 outputs a second, two a millisecond',
  work: { ...publish, beat: { everyMs: 1, outputs: 2 } },
  wanted: [{ name: 'embedded: commit to visible, p50', unit: ms, most: 4, figure: p50Of }],
}

/** A transaction costs this log a sync, and no brokers anything. */
const brisk: Question = {
  ...embedded,
  name: 'brisk',
  title: 'the same, with pauses half as long: as long as transactions take, and 2 ms at least',
  work: { ...publish, beat: { everyMs: 1, outputs: 2 }, bounds: { paceMinMs: 2, paceTimes: 1 } },
  wanted: [],
}

/** What weighs most comes first: afterwards the broker's code is compiled. */
export const questions: readonly Question[] = [
  bulk,
  groups,
  takeover,
  first,
  steady,
  paced,
  embedded,
  brisk,
]

const wantedText = ({ least, most, unit }: Wanted) =>
  least === undefined ? `under ${most} ${unit}` : `at least ${least} ${unit}`

function isMet({ least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: Wanted) {
  return (value: number) => value >= least && value < most
}

export function judgements(wanted: readonly Wanted[], turned: readonly Turned[]) {
  return wanted.map(one => {
    const target = { name: one.name, wanted: wantedText(one), unit: one.unit, isMet: isMet(one) }
    return judgedValue(target, one.figure(turned))
  })
}

export const trialOf = ({ name, body, title, work, wanted }: Question): Trial => ({
  name,
  async run(workshop) {
    workshop.say(`${name}: ${title}`)
    const { address, pids } = await serving(body, workshop)
    const turned = await turns(workshop, { log: { body, address }, pids }, work)
    const lines = table(turned)
    return { trial: title, lines, details: turned, judgements: judgements(wanted, turned) }
  },
})
