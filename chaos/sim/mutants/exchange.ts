/**
 * Known bugs of exchanges: each row of the table by which frames are taken, and what the sending
 * end promises. Played by courses of events between real senders and the channels of groups.
 */

import type { Mutant } from './mutant.ts'

const CHANNELS = 'src/engine/channels'
const SENDING = 'src/engine/exchange'
const scenario = 'exchange'

/** One row of the table each, and where the harm differs more than one. */
const rows: readonly Mutant[] = [
  {
    name: 'row-older-reader-is-heard',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: "if (compareReaders(reader, state.reader) < 0) return 'older-reader'",
    replace: '',
    why: 'A reader of a generation that is over runs another plan, and what it sends is taken.',
    origin: 'fencing left out: Kafka Streams KAFKA-9274 and its like',
  },
  {
    name: 'row-nothing-takes-words',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: "if (to < cursor) return 'nothing'",
    replace: "if (to < cursor) return 'words'",
    why: 'A frame that ends before the cursor turns it back: what lies between is taken again.',
    origin: 'positions set to what was heard last',
  },
  {
    name: 'row-words-are-nothing',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: "if (to === cursor) return 'words'",
    replace: "if (to === cursor) return 'nothing'",
    why: 'Frames without offsets are dropped: a quiet partition carries no time, and time stands.',
    origin: 'FLINK-5017: what idle sources say is not handed on',
  },
  {
    name: 'row-all-is-asked-again',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: 'if (from > cursor) {',
    replace: 'if (from >= cursor && to > cursor) {',
    why: 'A frame that begins at the cursor is taken for one behind a gap, again and again.',
    origin: 'one off at the edge of a range',
  },
  {
    name: 'row-tail-from-its-first-row',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: 'rowOf(frame.records, received.state.cursor)',
    replace: 'rowOf(frame.records, frame.from)',
    why: 'A stream begins anew from before the cursor: the overlap is taken twice.',
    origin: 'at-least-once delivery taken for exactly-once',
  },
  {
    name: 'row-tail-is-dropped-whole',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: "const row = verdict === 'words' ? size",
    replace: "const row = verdict === 'words' || verdict === 'tail' ? size",
    why: 'The part of a frame that is new is dropped with the part that is known.',
    origin: 'overlap dropped whole: deduplication by the first offset of a batch',
  },
  {
    name: 'row-rewind-is-not-asked',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: "return isAsked ? 'awaiting-rewind' : 'rewind'",
    replace: "return 'awaiting-rewind'",
    why: 'A gap is seen and nobody is told: the group waits for what was lost for ever.',
    origin: 'a request that only the happy path makes',
  },
  {
    name: 'row-awaiting-rewind-asks-again',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: 'const isAsked = rewind !== undefined && compareReaders(reader, rewind) <= 0',
    replace: 'const isAsked = false',
    why: 'Each frame behind a gap asks for it once more, and each request sends all of it again.',
    origin: 'storms of requests to send again',
  },
  {
    name: 'words-used-in-spite-of-a-gap',
    scenario,
    file: `${CHANNELS}/table.ts`,
    find: 'if (from > cursor) {',
    replace: 'if (from > cursor && from < to) {',
    why: 'A frame that has only words is used behind a gap: its records are never taken.',
    origin: 'watermarks that overtake records',
  },
]

const time: readonly Mutant[] = [
  {
    name: 'watermark-of-the-head-for-the-detached',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'if (to === head?.position) watermark = Math.max(watermark, head.watermark)',
    replace: 'if (head !== undefined) watermark = Math.max(watermark, head.watermark)',
    why: 'A detached group is told the time of the head: all that it still has to take is late.',
    origin: 'the design of this exchange, by a refuter',
  },
  {
    name: 'idleness-of-the-head-for-the-detached',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'const idle = to === head?.position && head.idle',
    replace: 'const idle = head?.idle === true',
    why: 'The head has reached the end; a group that is behind is told that nothing comes.',
    origin: 'FLINK-18934: idleness and what ends it',
  },
  {
    name: 'idleness-inferred-from-silence',
    scenario,
    file: `${SENDING}/clock.ts`,
    find: 'idle: isEnd && isQuiet',
    replace: 'idle: isQuiet',
    why: 'An answer without records before the end of the source counts as idleness.',
    origin: 'Flink withIdleness: KAFKA sources that stall are taken for idle ones',
  },
  {
    name: 'idle-as-soon-as-the-end-is-reached',
    scenario,
    file: `${SENDING}/clock.ts`,
    find: 'const isQuiet = from === to && atMs - this.#movedMs >= this.#idleMs',
    replace: 'const isQuiet = from === to',
    why: 'A reader that is quicker than its source says between any two records that none comes.',
    origin: 'timeouts left out',
  },
  {
    name: 'watermark-of-a-stretch-within-it',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'if (to === stretch.to) watermark = Math.max(watermark, stretch.watermark)',
    replace: 'watermark = Math.max(watermark, stretch.watermark)',
    why: 'A stretch is sent in parts, and the first part tells the time of the last.',
    origin: 'words that stand behind records told before them',
  },
  {
    name: 'words-not-told-again-after-a-rewind',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'Object.assign(this.#stream, SILENT, { position: cursor })',
    replace: 'Object.assign(this.#stream, { position: cursor })',
    why: 'Words in the frames that were lost are not told again: time, or a barrier, is missing.',
    origin: 'what was said taken for what was heard',
  },
]

const barriers: readonly Mutant[] = [
  {
    name: 'barrier-before-it-is-committed',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'const isMarked = mark?.isCommitted === true && to === this.#limit(stream, view)',
    replace: 'const isMarked = mark !== undefined && to === this.#limit(stream, view)',
    why: 'A barrier is sent; its place is not committed, and its successor cuts elsewhere.',
    origin: 'the design of this exchange: BarrierAt is committed first',
  },
  {
    name: 'records-over-an-uncommitted-barrier',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'const isAhead = mark !== undefined && mark.epoch !== barrier && mark.offset >= position',
    replace:
      'const isAhead = mark?.isCommitted && mark.epoch !== barrier && mark.offset >= position',
    why: 'Records from behind the barrier leave while it is proposed; then it stands too far back.',
    origin: 'the design of this exchange: at an offset not yet sent',
  },
  {
    name: 'barrier-placed-where-the-head-is',
    scenario,
    file: `${SENDING}/sender.ts`,
    find: 'return this.#marking.place(Math.max(memory.end, this.#sentTo))',
    replace: 'return this.#marking.place(memory.end)',
    why: 'A group was further than the new head: the barrier stands behind what it has taken.',
    origin: 'the design of this exchange: at an offset not yet sent',
  },
  {
    name: 'successor-forgets-the-barrier',
    scenario,
    file: `${SENDING}/mark.ts`,
    find: 'if (committed !== undefined) this.#mark = { ...committed, isCommitted: true }',
    replace: '',
    why: 'The reader dies between two groups: one has the barrier, the other waits in vain.',
    origin: 'the design of this exchange: a successor repeats it at the same place',
  },
  {
    name: 'refused-barrier-is-not-placed-anew',
    scenario,
    file: `${SENDING}/mark.ts`,
    find: `    this.#mark = undefined
    this.onWish(epoch)`,
    replace: '    this.#mark = { ...this.#mark, isCommitted: false }',
    why: 'A refused proposal leaves its place behind: nothing is ever sent over it.',
    origin: 'a state that only the happy path leaves',
  },
  {
    name: 'asked-for-a-barrier-and-silent',
    scenario,
    file: `${SENDING}/sender.ts`,
    find: `  onEpochOpened(epoch: number): void {
    this.#marking.onWish(epoch)`,
    replace: `  onEpochOpened(epoch: number): void {
    if (this.#firstHelloMs !== undefined) return
    this.#marking.onWish(epoch)`,
    why: 'A reader hears of the epoch when it is at work already, and no barrier comes of it.',
    origin: 'the design of this exchange: the readers of the others are asked',
  },
  {
    name: 'group-past-the-barrier-is-told-nothing',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'if (stream.barrier === epoch || offset >= stream.position) return undefined',
    replace: 'if (epoch > 0) return undefined',
    why:
      'A group went on with a former reader, over the place of the barrier: nobody tells it, and ' +
      'the epoch never ends.',
    origin: 'seed 101080 of this play, on the first draft of this exchange',
    schedule: 'group-past-the-barrier-is-told-nothing',
  },
  {
    name: 'frame-over-the-barrier',
    scenario,
    file: `${SENDING}/stretch.ts`,
    find: 'const to = Math.min(stretch.to, limit)',
    replace: 'const { to } = stretch',
    why: 'A stretch that was read over the barrier is sent whole: the epoch cannot be cut there.',
    origin: 'ranges that are not cut at a mark',
  },
]

const memory: readonly Mutant[] = [
  {
    name: 'head-waits-for-the-slowest',
    scenario,
    file: `${SENDING}/sender.ts`,
    find: 'return this.#branches.some(branch => branch.hasReached(end)) ? end : undefined',
    replace: 'return this.#branches.every(branch => branch.hasReached(end)) ? end : undefined',
    why: 'One group that takes nothing stops all others: back-pressure of one is that of all.',
    origin: 'Flink: a slow subtask back-pressures its source',
  },
  {
    name: 'words-wait-for-ever',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'dueMs > view.atMs) {',
    replace: 'dueMs > -Infinity) {',
    why: 'What is said of time alone never leaves: windows of groups without records stay open.',
    origin: 'words that wait, when they were new',
  },
  {
    name: 'detached-group-is-not-served',
    scenario,
    file: `${SENDING}/branch.ts`,
    find: 'return view.at(this.#number, position) === undefined',
    replace: 'return false',
    why: 'A group that lost its place in memory is never read for: it is stuck for good.',
    origin: 'a state that nothing leaves',
  },
  {
    name: 'memory-does-not-know-what-it-forgot',
    scenario,
    file: `${SENDING}/memory.ts`,
    find: 'shelf.from = Math.max(shelf.from, to)',
    replace: '',
    why: 'Records that gave way are gone, and their offsets are sent as if there were none.',
    origin: 'caches that answer for what they dropped',
  },
  {
    name: 'memory-grows-for-the-slow',
    scenario,
    file: `${SENDING}/memory.ts`,
    find: 'while (shelf.bytes > this.#bounds.branchBytes && index < last) {',
    replace: 'while (shelf.bytes < 0 && index < last) {',
    why: 'What a slow group was not sent is kept until there is no memory left.',
    origin: 'queues without a bound',
  },
  {
    name: 'stretches-are-kept-for-ever',
    scenario,
    file: `${SENDING}/memory.ts`,
    find: 'if (this.#kept.length > this.#bounds.stretchesMax) this.#forgetOldest()',
    replace: '',
    why: 'Stretches without records for anybody weigh nothing, and are kept for ever.',
    origin: 'bounds on bytes alone',
  },
  {
    name: 'records-of-the-same-offset-parted',
    scenario,
    file: `${SENDING}/stretch.ts`,
    find: 'if (row > first && offsetAt(part, row) !== offsetAt(part, row - 1)) {',
    replace: 'if (row > first) {',
    why: 'A frame ends between two records of one offset: no cursor can say which was taken.',
    origin: 'the design of this exchange: the records of one offset are never split',
  },
  {
    name: 'heavy-offset-joins-a-frame',
    scenario,
    file: `${SENDING}/stretch.ts`,
    find: 'if (weight > weightMax) return last === first ? row : last',
    replace: 'if (weight > weightMax) return row',
    why: 'An offset that alone fills a frame goes along with others: no group takes such a frame.',
    origin: 'the first draft of this exchange, which weighed an offset by its first record',
  },
  {
    name: 'credit-added-up',
    scenario,
    file: `${CHANNELS}/credit.ts`,
    find: 'this.#granted = Math.max(this.#granted, grantedBytes)',
    replace: 'this.#granted += grantedBytes',
    why: 'Grants say all that may be sent since the stream began, and are counted as more of it.',
    origin: 'absolute figures taken for differences',
  },
  {
    name: 'rewind-is-not-answered',
    scenario,
    file: `${SENDING}/sender.ts`,
    find: 'if (compareReaders(reader, this.#reader) === 0) this.#branch(branch).onRewind(cursor)',
    replace: 'if (compareReaders(reader, this.#reader) > 0) this.#branch(branch).onRewind(cursor)',
    why: 'The group waits for the reader to begin anew, and the reader goes on where it is.',
    origin: 'a request that nobody answers',
  },
  {
    name: 'outbox-cut-at-what-was-only-heard',
    scenario,
    file: `${SENDING}/sender.ts`,
    find: `    this.#cursors.set(branch, hello.cursor)
`,
    replace: `    this.#cursors.set(branch, hello.cursor)
    this.#taken.set(branch, hello.cursor)
`,
    why:
      'A group says hello where it has speculated to, and is replaced: its successor asks for ' +
      'what the outbox has cut.',
    origin: 'outbox of a stage trimmed too early',
  },
]

export const exchangeMutants: readonly Mutant[] = [...rows, ...time, ...barriers, ...memory]
