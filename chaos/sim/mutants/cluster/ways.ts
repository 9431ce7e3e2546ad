/**
 * Known bugs of what lies between the groups of a job at work: who reads for whom, what is said of
 * time, what one stage has for the next. Played by whole nodes that run random jobs. Those marked
 * blind were written before any of them was played.
 */

import type { Mutant } from '../mutant.ts'

const GROUP = 'src/group'
const CHANNELS = 'src/engine/channels'
const SENDING = 'src/engine/exchange'
const JOURNAL = 'src/journal'
const scenario = 'cluster'
const blind = true

const time: readonly Mutant[] = [
  {
    name: 'silence-is-taken-for-idleness',
    scenario,
    file: `${SENDING}/clock.ts`,
    find: 'return { watermark: this.#clock.watermark, idle: isEnd && isQuiet }',
    replace: 'return { watermark: this.#clock.watermark, idle: isQuiet }',
    why: 'The log does not answer, and the partition is said to be idle: what lies there is late.',
    origin: 'exactly-once.md: idle inferred from silence; Flink FLINK-29748',
    blind,
  },
  {
    name: 'idle-at-the-end-of-what-was-fetched',
    scenario,
    file: `${SENDING}/clock.ts`,
    find: 'const isQuiet = from === to && atMs - this.#movedMs >= this.#idleMs',
    replace: 'const isQuiet = atMs - this.#movedMs >= 0 && this.#idleMs < Infinity',
    why: 'Who has read all there is at the moment is said to have nothing to wait for.',
    origin: 'an end that moves is taken for the end',
    blind,
  },
  {
    name: 'time-of-the-head-for-all-who-follow',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'if (to === head?.position) watermark = Math.max(watermark, head.watermark)',
    replace: 'watermark = Math.max(watermark, head?.watermark ?? -Infinity)',
    why: 'A group that is behind hears the time of where the head reads: its records are late.',
    origin: "exactly-once.md: head's watermark taken by a detached group",
    blind,
  },
  {
    name: 'time-waits-for-the-idle',
    scenario,
    file: `${CHANNELS}/book.ts`,
    find: 'if (!idle) least = Math.min(least, watermark)',
    replace: 'if (!idle || watermark < largest) least = Math.min(least, watermark)',
    why: 'A partition that fell silent holds the windows of all others open for ever.',
    origin: 'Flink: withIdleness and what it was made for',
    blind,
  },
  {
    name: 'a-channel-that-nobody-heard-holds-nothing',
    scenario,
    file: `${CHANNELS}/book.ts`,
    find: '    open++\n    largest',
    replace: '    if (watermark === -Infinity) continue\n    open++\n    largest',
    why: 'The first channel that speaks says what time it is, and what others bring is late.',
    origin: 'Kafka Streams KAFKA-3514: stream time of the partitions that have records',
    blind,
  },
  {
    name: 'a-stage-says-a-time-at-which-it-owes',
    scenario,
    file: `${GROUP}/leader.ts`,
    find: 'const isOwed = this.#isInDebt\n    const watermark',
    replace: 'const isOwed = this.#isInDebt && this.depth < 0\n    const watermark',
    why:
      'More is due than fits into one batch; the next stage hears of the time before it has the ' +
      'results, and finds them late.',
    origin: 'a watermark that overtakes what it has made due',
  },
  {
    name: 'a-stage-says-the-time-of-what-is-not-out',
    scenario,
    file: `${GROUP}/leader.ts`,
    find: 'while ((this.#said[1]?.seq ?? Infinity) <= seq) this.#said.shift()\n    const [first]',
    replace: 'while (this.#said.length > 1) this.#said.shift()\n    const [first]',
    why:
      'The next stage hears of a time before the results of it are released; or of one that a ' +
      'leader had speculated on, and lost.',
    origin: 'a watermark that overtakes what it has made due',
  },
]

const keeping: readonly Mutant[] = [
  {
    name: 'who-fell-behind-is-not-read-for',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'return view.at(this.#number, position) === undefined',
    replace: 'return view.at(this.#number, position) === undefined && view.head === undefined',
    why: 'A group that was paused is not in the memory of its readers, and waits for ever.',
    origin: 'exactly-once.md: reader dies, readers rewind',
    blind,
  },
  {
    name: 'memory-answers-for-what-it-gave-up',
    scenario,
    file: `${SENDING}/memory.ts`,
    find:
      'if (parts.delete(branch)) shelf.bytes -= weights.get(branch) ?? 0\n' +
      '    shelf.from = Math.max(shelf.from, to)',
    replace:
      'if (parts.delete(branch)) shelf.bytes -= weights.get(branch) ?? 0\n' +
      '    shelf.from = Math.min(shelf.from, to)',
    why: 'Records gave way to newer ones; a group that asks for them is told that there are none.',
    origin: 'caches that answer for what they dropped',
    blind,
  },
  {
    name: 'outbox-of-a-stage-trimmed-by-the-quickest',
    scenario,
    file: `${SENDING}/sender.ts`,
    find: 'return Math.min(...this.#branches.map((_, number) => this.#taken.get(number) ?? 0))',
    replace: 'return Math.max(...this.#branches.map((_, number) => this.#taken.get(number) ?? 0))',
    why: 'One group of the next stage has taken it all, another has not, and finds it gone.',
    origin: 'exactly-once.md: outbox of a stage trimmed too early',
    blind,
  },
  {
    name: 'outbox-lets-go-of-what-is-not-out',
    scenario,
    file: `${JOURNAL}/outbox.ts`,
    find: 'this.#sinks.get(sink)?.runs.dropUpTo(upTo)',
    replace: 'this.#sinks.get(sink)?.runs.dropUpTo(upTo + 1)',
    why: 'The next output after the last that is out is let go of, and never comes out.',
    origin: 'offsets that are counted from 0 by one and from 1 by the other',
    blind,
  },
  {
    name: 'image-without-the-places-of-an-epoch',
    scenario,
    file: `${GROUP}/state.ts`,
    find: 'const places = Places.read(input)\n    const state',
    replace: 'Places.read(input)\n    const places = new Places()\n    const state',
    why: 'Whoever begins with an image does not know where the open epoch cuts: elsewhere, then.',
    origin: 'exactly-once.md, rule 6: one image of a group',
    blind,
  },
]

const claims: readonly Mutant[] = [
  {
    name: 'next-stage-is-given-what-is-not-released',
    scenario,
    file: `${GROUP}/feed/outbox-reader.ts`,
    find: 'if (run.seq <= released) {',
    replace: 'if (run.seq <= released || released >= 0) {',
    why:
      'The next stage takes what is committed and not in the journal: after the loss of all ' +
      'disks it comes out otherwise, and was used.',
    origin: 'exactly-once.md, the release rule: nor to the next stage',
    blind,
  },
  {
    name: 'taken-is-what-was-speculated',
    scenario,
    file: `${GROUP}/feed/feed.ts`,
    find: 'taken: (channel: number) => channels.applied.channels.get(channel)?.cursor ?? 0,',
    replace: 'taken: (channel: number) => channels.ahead.channels.get(channel)?.cursor ?? 0,',
    why: 'The stage before lets go of what this one has computed on and not committed, and loses.',
    origin: 'exactly-once.md: outbox of a stage trimmed too early',
    blind,
  },
  {
    name: 'journal-of-the-claim-before',
    scenario,
    file: `${GROUP}/job-group.ts`,
    find: 'this.#runtime.onClaim()\n    this.#renewJournal()\n',
    replace: 'this.#runtime.onClaim()\n',
    why: 'The job is started again, and its groups publish under the claim before: nothing leaves.',
    origin: 'exactly-once.md, rule 7: a start is a new generation',
    blind,
  },
  {
    name: 'generation-begins-before-the-journal-is-known',
    scenario,
    file: `${GROUP}/runtime.ts`,
    find: 'return isDue && mayBegin() ? encodeGeneration(generation) : undefined',
    replace: 'return isDue || mayBegin() ? encodeGeneration(generation) : undefined',
    why:
      'What earlier generations have journaled is stamped anew, or a generation is begun by ' +
      'whoever does not lead yet.',
    origin: 'decision 26: a generation begins behind what those before it have journaled',
    blind,
  },
  {
    name: 'whoever-proposes-a-place-believes-in-it',
    scenario,
    file: `${GROUP}/job-group.ts`,
    find: 'done(found?.epoch === place.epoch ? found : undefined)',
    replace: 'done(found?.epoch === place.epoch ? place : undefined)',
    why: 'Another place of the epoch was committed first, and barriers are sent at both.',
    origin: 'exactly-once.md: a barrier already placed is repeated at its offset',
    blind,
  },
  {
    name: 'barrier-behind-what-came-later',
    scenario,
    file: `${GROUP}/state.ts`,
    find: 'const outputs = new Map(exchanges.map(name => [name, this.outbox.lastOf(name)]))',
    replace: 'const outputs = new Map(exchanges.map(name => [name, this.outbox.lastOf(name) + 1]))',
    why: 'The next stage cuts the epoch one output further than the group before it.',
    origin: 'Chandy and Lamport: a cut through which a message goes back in time',
  },
]

export const wayMutants: readonly Mutant[] = [...time, ...keeping, ...claims]
