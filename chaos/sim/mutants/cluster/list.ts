/**
 * Known bugs of a group at work, and of what joins Raft, engine and journal in it. Played by whole
 * nodes that run random jobs. Those marked blind were written before any of them was played.
 */

import type { Mutant } from '../mutant.ts'
import { wayMutants } from './ways.ts'

const GROUP = 'src/group'
const ENGINE = 'src/engine'
const JOURNAL = 'src/journal'
const scenario = 'cluster'
const blind = true

const leading: readonly Mutant[] = [
  {
    name: 'speculation-kept-into-a-later-term',
    scenario,
    file: `${GROUP}/runtime.ts`,
    find: 'this.#lose()\n      this.#offered = undefined\n      this.#term = term',
    replace: 'this.#term = term',
    why:
      'Deposed and elected again while a batch was computed: what was computed for the former ' +
      'term is proposed in this one, on a base that has moved.',
    origin: 'exactly-once.md: deposed and elected again while a batch was computed',
    blind,
  },
  {
    name: 'leader-begins-on-a-stale-base',
    scenario,
    file: `${GROUP}/runtime.ts`,
    find: 'return this.#term > 0 && appliedTerm === this.#term && this.#unanswered === 0',
    replace: 'return this.#term > 0 && this.#unanswered === 0',
    why:
      'A new leader computes before the entry that opened its term is applied: what its ' +
      'predecessor committed last is not in its state, and its batch has a number that is taken.',
    origin:
      'Raft, section 8: a leader does not know what is committed until an entry of its own is',
    blind,
  },
  {
    name: 'refused-entry-is-forgotten',
    scenario,
    file: `${GROUP}/runtime.ts`,
    find: 'if (isTaken) this.#offered = undefined\n    return isTaken',
    replace: 'this.#offered = undefined\n    return isTaken',
    why: 'Raft refuses a batch for a moment, and the next one is proposed behind the gap.',
    origin: 'decision 26: a refusal must be known at once',
    blind,
  },
  {
    name: 'timers-wait-for-input',
    scenario,
    file: `${GROUP}/runtime.ts`,
    find: 'leader.depth === 0 ? leader.wakeAt - clock.wallMs() : Infinity',
    replace: 'Infinity',
    why: 'What is due by processing time is said when the next record comes, if one does.',
    origin: 'Kafka Streams: punctuation by stream time stands still without records',
    blind,
  },
  {
    name: 'debts-are-forgotten',
    scenario,
    file: `${GROUP}/leader.ts`,
    find: 'return this.#stage.owes(watermark, now)',
    replace: 'return this.#stage.owes(watermark, now) && now < 0',
    why: 'More is due than fits into one batch, and the next one takes records before it is said.',
    origin: 'a bound that cuts the work and not the promise',
  },
]

const state: readonly Mutant[] = [
  {
    name: 'overlay-shown-to-everybody',
    scenario,
    file: `${GROUP}/leader.ts`,
    find: 'return encodeBatch(this.term, batch)',
    replace: 'this.#state.store.apply(batch.delta)\n    return encodeBatch(this.term, batch)',
    why:
      'What a leader computed ahead is in the state that queries and images read, before anybody ' +
      'has committed it; where it is thrown away it stays there.',
    origin: 'dirty reads: Kafka Streams interactive queries before a commit (KAFKA-8135)',
    blind,
  },
  {
    name: 'cursor-outside-the-delta',
    scenario,
    file: `${GROUP}/leader.ts`,
    find: 'stage.step({ now, watermark, rows, inputs })',
    replace: 'stage.step({ now, watermark, rows: rows.slice(1), inputs })',
    why:
      'The place in the input is not written with what came of it: whoever begins with an image ' +
      'takes some of it again, or does not know which batch was the last.',
    origin: 'offsets and state committed apart: at-least-once taken for exactly-once',
  },
  {
    name: 'stage-of-the-state-before',
    scenario,
    file: `${GROUP}/runtime.ts`,
    find: 'this.#lose()\n    this.#stage = this.#newStage()',
    replace: 'this.#lose()',
    why: 'An image took the place of a state; whoever leads then computes on the one before.',
    origin: 'a reference that outlives what it referred to',
  },
  {
    name: 'journal-of-the-state-before',
    scenario,
    file: `${GROUP}/job-group.ts`,
    find:
      'this.#journal.close()\n' +
      '    this.#journal = this.#newJournal(this.machine.state.outbox)\n' +
      '    this.#led = 0',
    replace: '',
    why: 'An image took the place of a state; what is let out is that of the outbox before.',
    origin: 'a reference that outlives what it referred to',
  },
  {
    name: 'outbox-of-an-image-is-empty',
    scenario,
    file: `${GROUP}/state.ts`,
    find: 'return headed(out.finish(), outboxPieces(this.outbox))',
    replace:
      'const head = out.finish()\n    const whole = new ByteWriter()\n' +
      '    for (const piece of outboxPieces(this.outbox)) whole.raw(piece)\n' +
      '    const kept = decodeOutbox(whole.finish())\n' +
      '    kept.schedules.dropUpTo(kept.lastSeq)\n' +
      '    return headed(head, outboxPieces(kept))',
    why:
      'An image leaves out schedules that are not journaled yet: whoever begins with it and ' +
      'comes to lead cannot write them.',
    origin: 'exactly-once.md, rule 6: an image has what is not journaled',
  },
  {
    name: 'watermark-by-the-channels-of-now',
    scenario,
    file: `${ENGINE}/channels/book.ts`,
    find: 'this.#watermark = Math.max(this.#watermark, groupWatermark(this.#channels.values()))',
    replace: 'this.#watermark = groupWatermark(this.#channels.values())',
    why: 'A channel that was idle comes back, behind the others: the time of the group goes back.',
    origin: 'Flink FLINK-18934: a minimum that is not kept monotonous',
  },
  {
    name: 'now-of-the-clock-alone',
    scenario,
    file: `${ENGINE}/batch/taking.ts`,
    find: 'return Math.max(this.#channels.ahead.now, Math.floor(wallMs))',
    replace: 'return Math.floor(wallMs)',
    why: 'The next leader has a clock that is behind: processing time goes back within the group.',
    origin: 'exactly-once.md: clock jumps; now never goes back within a group',
    blind,
  },
]

const leaving: readonly Mutant[] = [
  {
    name: 'released-when-committed',
    scenario,
    file: `${JOURNAL}/driver.ts`,
    find: 'const { journaled } = this.#ledger\n    if (journaled <= this.#released',
    replace: 'const journaled = this.#parts.outbox.lastSeq\n    if (journaled <= this.#released',
    why:
      'What is committed is said to be free to leave before its schedule is in the journal: ' +
      'after the loss of all disks it was seen and comes out otherwise.',
    origin: 'exactly-once.md, the release rule',
  },
  {
    name: 'results-and-letters-in-turn',
    scenario,
    file: `${JOURNAL}/plan.ts`,
    find: 'if (sizes.length === 1 && only !== undefined)',
    replace: 'if (only !== undefined)',
    why:
      'A batch has results and dead letters. The first of them go in a transaction, the rest in ' +
      'the next: whoever reads both topics finds one without the other while no leader is found.',
    origin: 'exactly-once.md: all topics of the home cluster are one sink',
  },
  {
    name: 'schedule-without-the-watermark',
    scenario,
    file: `${GROUP}/state.ts`,
    find: 'writeSchedule(out, scheduleOf(batch))',
    replace:
      'const { changes, ...rest } = scheduleOf(batch)\n' +
      '  const told = changes.flatMap(({ watermark: _, ...change }) =>\n' +
      '    Object.keys(change).length > 1 ? [change] : [])\n' +
      '  writeSchedule(out, { ...rest, changes: told })',
    why: 'The journal does not say when time passed: a replay closes no window.',
    origin: 'exactly-once.md: the schedule is all that a replay takes',
    blind,
  },
  {
    name: 'frames-taken-though-nothing-leaves',
    scenario,
    file: `${GROUP}/job-group.ts`,
    find: 'mayTake: () => !this.#isHalted && this.#journal.takesFrames,',
    replace: 'mayTake: () => !this.#isHalted,',
    why: 'The log is away for long, and the leader takes frames all the same: its outbox grows.',
    origin: 'exactly-once.md, rule 6: at the bound the leader takes no frames',
  },
]

export const clusterMutants: readonly Mutant[] = [...leading, ...state, ...leaving, ...wayMutants]
