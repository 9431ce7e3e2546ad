/** Known bugs of what drives exchanges: readers of sources, and the streams between groups. */

import type { Mutant } from './mutant.ts'

const FEED = 'src/group/feed'
const scenario = 'feed'

export const feedMutants: readonly Mutant[] = [
  {
    name: 'feed-idle-without-the-end',
    scenario,
    file: `${FEED}/source-reader.ts`,
    find: 'this.#heard({ from, to, parts, times, isEnd: this.#isIdle })',
    replace: 'this.#heard({ from, to, parts, times, isEnd: true })',
    why: 'Answers without records count as the end: what a transaction holds back is late then.',
    origin: 'Flink withIdleness: sources that stall are taken for idle ones',
  },
  {
    name: 'feed-reader-outlives-its-lead',
    scenario,
    file: `${FEED}/feed.ts`,
    find: 'for (const sender of this.#work?.senders ?? []) sender.close()',
    replace: '',
    why: 'Who lost the lead reads on for ever: two read, and the log is asked twice as much.',
    origin: 'timers and calls that nobody cancels',
  },
  {
    name: 'feed-barrier-before-its-place',
    scenario,
    file: `${FEED}/source-reader.ts`,
    find: '    listener.onBarrierAt(barrier, committed => {',
    replace: `    this.#sender.onBarrierCommitted(barrier)
    listener.onBarrierAt(barrier, committed => {`,
    why: 'A barrier is sent as soon as it is proposed; refused, or led anew, it stands elsewhere.',
    origin: 'the design of exchanges: BarrierAt is committed first',
  },
  {
    name: 'feed-hello-with-a-stale-cursor',
    scenario,
    file: `${FEED}/wire.ts`,
    find: 'const { cursor, bytes } = group.hello(channel)',
    replace: `const { bytes } = group.hello(channel)
    const cursor = group.taken(channel)`,
    why: 'A stream begins where the group has committed, not where it stands: much comes twice.',
    origin: 'two positions of one name: Kafka, committed offset and position',
  },
  {
    name: 'feed-letters-dropped',
    scenario,
    file: `${FEED}/shaping.ts`,
    find: 'if (letters !== undefined) parts.set(this.branches.length - 1, letters)',
    replace: '',
    why: 'Records that cannot be read are left out in silence: nobody ever hears of them.',
    origin: 'deserialization handlers that log and continue',
  },
  {
    name: 'feed-answer-of-another-place',
    scenario,
    file: `${FEED}/lane.ts`,
    find: 'if (this.#answer !== undefined && this.#answer.at !== from) this.#answer = undefined',
    replace: '',
    why: 'What was fetched for one group is taken for what another, further back, has asked for.',
    origin: 'answers that are not held against their question',
  },
  {
    name: 'feed-reads-what-is-not-decided',
    scenario,
    file: `${FEED}/lane.ts`,
    find: "isolation: 'committed' as const",
    replace: "isolation: 'uncommitted' as const",
    why: 'Records of a transaction that is aborted later are taken as input.',
    origin: 'the default isolation of Kafka consumers',
  },
  {
    name: 'feed-stream-ends-for-good',
    scenario,
    file: `${FEED}/wire.ts`,
    find: 'this.#timer = clock.after(this.#pause.nextMs(), () => this.dial())',
    replace: '',
    why: 'A stream that broke is not opened again until the sender moves: the group waits.',
    origin: 'reconnection left to whoever notices',
  },
  {
    name: 'feed-piece-covers-the-whole-answer',
    scenario,
    file: `${FEED}/lane.ts`,
    find: 'const to = isLast ? position : (records[end - 1] as StoredRecord).offset + 1',
    replace: 'const to = position',
    why: 'The first piece of an answer says that it is all of it: the others are never sent.',
    origin: 'positions of a batch taken for those of its part',
  },
  {
    name: 'feed-credit-not-told',
    scenario,
    file: `${FEED}/asking.ts`,
    find: "this.#wires.get(channel)?.say({ kind: 'grant', bytes })",
    replace: '',
    why: 'Credit is given back and nobody tells the sender: he falls silent with the first.',
    origin: 'window updates lost: HTTP/2 stalls',
  },
]
