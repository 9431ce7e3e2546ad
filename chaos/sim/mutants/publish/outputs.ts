/**
 * Mutants of what a group knows of its outputs, when it lets them out, and what it forgets; and of
 * how the machine of the simulator is put beside its journal, as a job will be.
 */

import type { Mutant } from '../mutant.ts'

const JOURNAL = 'src/journal'
const RULES = 'the design: each of its rules has a mutant that takes it away'

const drafts: readonly Omit<Mutant, 'scenario'>[] = [
  {
    name: 'published-before-it-is-committed',
    file: 'src/raft/leading/lead.ts',
    find: 'return id === core.self ? log.durable : (leading.peers.get(id)?.match ?? 0)',
    replace:
      'const match = leading.peers.get(id)?.match ?? 0\n' +
      '    return id === core.self ? log.durable : Math.max(log.durable - 1, match)',
    why: [
      'A leader takes an entry for committed that only it has, publishes what it made, and is',
      'replaced by one that never heard of it.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'marker-outside-the-transaction',
    file: `${JOURNAL}/driver.ts`,
    find: "this.#producerOf().send(call.records, answer => answered({ kind: 'send', answer }))",
    replace:
      'const isOwn = ({ topic }: { topic: string }) => topic === seat.journal.topic\n' +
      '        const own = call.records.filter(isOwn)\n' +
      '        const rest = call.records.filter(one => !isOwn(one))\n' +
      '        const send = () => {\n' +
      '          type Told = Extract<Answer, { kind: "send" }>["answer"]\n' +
      "          const told = (answer: Told) => answered({ kind: 'send', answer })\n" +
      '          if (rest.length === 0) told({ value: [] })\n' +
      '          else this.#producerOf().send(rest, told)\n' +
      '        }\n' +
      '        if (own.length === 0) send()\n' +
      '        else log.append(own, send)',
    why: [
      'The marker says that outputs are out whose transaction is then aborted: nobody publishes',
      'them any more.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'outputs-before-their-schedule',
    file: `${JOURNAL}/plan.ts`,
    find: 'if (held !== undefined && held.seq <= seq) {',
    replace: 'if (held !== undefined && held.seq < seq) {',
    why: [
      'Outputs go in one transaction and their schedule in the next. All is lost in between: the',
      'restored job takes other input under the same numbers.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'other-log-does-not-wait',
    file: `${JOURNAL}/plan.ts`,
    find: 'return seat.hasJournal ? outbox.lastSeq : ledger.journaled\n',
    replace: 'return seat.hasJournal ? outbox.lastSeq : outbox.lastSeq\n',
    why: [
      'Outputs for another log leave while their schedule is in no journal: whoever is restored',
      'from it makes others of the same numbers.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'journaled-when-it-is-sent',
    file: `${JOURNAL}/publisher.ts`,
    find: 'const isLast = sent + 1 === plan.sends.length\n',
    replace:
      'const isLast = sent + 1 === plan.sends.length\n' +
      '    if (isLast) {\n' +
      '      this.#subject.ledger.journal(plan.toSeq, offset)\n' +
      '      this.#learned = true\n' +
      '    }\n',
    why: [
      'Progress says what is in an open transaction. It is aborted, and the schedule that all have',
      'let go of is in no journal.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'numbers-used-again-behind-an-image',
    file: `${JOURNAL}/outbox.ts`,
    find: 'for (const { sink, upTo } of image.sinks) outbox.#sinkOf(sink).last = upTo\n',
    replace: '',
    why: [
      'A replica that begins on an image in which all is out counts the outputs of that sink',
      'from 1 again.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'image-without-the-outbox',
    file: `${JOURNAL}/outbox.ts`,
    find: 'schedules: this.schedules.items,\n      runs,',
    replace:
      'schedules: [],\n' +
      '      runs: [],\n' +
      '      ...{\n' +
      '        progress: {\n' +
      '          journaled: this.#lastSeq,\n' +
      '          offset: this.#progress.offset,\n' +
      '          published: this.standing.sinks.map(one => ({ ...one, offset: 0 })),\n' +
      '        },\n' +
      '      },',
    why: [
      'The log is cut behind an image that holds nothing of what is not yet out. A leader that',
      'begins on it has nothing to publish.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'progress-forgets-too-much',
    file: `${JOURNAL}/outbox.ts`,
    find: 'this.schedules.dropUpTo(this.#progress.journaled)\n',
    replace: 'this.schedules.dropUpTo(this.#progress.journaled + 1)\n',
    why: 'The first schedule that is not journaled goes with the last one that is.',
    origin: 'off by one at a boundary that is included',
  },
  {
    name: 'last-marker-trimmed',
    file: `${JOURNAL}/trimming.ts`,
    find: 'return this.#wanted ?? this.reading.marker?.offset',
    replace: 'return this.#wanted ?? (this.reading.marker && this.reading.position)',
    why: [
      'A journal of which nothing is wanted any more is emptied. The next leader finds no marker,',
      'and does not know what is out.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'replay-not-compared',
    file: `${JOURNAL}/outbox.ts`,
    find: 'if (recorded !== undefined && recorded.digest !== digest) {',
    replace: 'if (recorded !== undefined && recorded.digest < 0) {',
    why: [
      'A job is restored by a program that makes something else of the same input. What was not',
      'yet out goes out so, behind outputs of which it does not know.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'identity-of-whoever-publishes',
    file: `${JOURNAL}/driver.ts`,
    find: 'identified(made, run, this.#lane.seat.group)',
    replace: 'identified(made, { ...run, ...this.#parts.claim }, this.#lane.seat.group)',
    why: [
      'A restored job publishes outputs that its predecessor had journaled, under a generation of',
      'its own: whoever drops what was seen sees others.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'planned-behind-what-was-let-go',
    file: `${JOURNAL}/publisher.ts`,
    find: '    ledger.learn(outbox.progress)\n    // Only now',
    replace: '    ledger.learn(this.#known.progress)\n    // Only now',
    why: [
      'A deposed leader whose replica has applied that another let things out, and who has not',
      'heard of it: schedules that are left in its outbox go out under the seqs of those that are',
      'gone. Only that its producer is fenced keeps them from being seen.',
    ].join(' '),
    origin: 'met here, when publishers began to hear late of their replicas',
    schedule: 'journal-measured-by-later-progress',
  },
  {
    name: 'full-for-ever',
    file: `${JOURNAL}/driver.ts`,
    find: 'return outbox.bytes < bounds.outboxBytesMax',
    replace:
      "const isFull = 'full' in this || outbox.bytes >= bounds.outboxBytesMax\n" +
      '    if (isFull) Object.assign(this, { full: true })\n' +
      '    return !isFull',
    why: [
      'An outbox was full once. All of it gets out, and its leader still takes nothing more: only',
      'whoever asks for something new notices.',
    ].join(' '),
    origin: 'back-pressure without a way back',
  },
  {
    name: 'turn-never-ends',
    file: `${JOURNAL}/budget.ts`,
    find: 'if (this.#holding.delete(group)) this.#grant()',
    replace: 'this.#holding.delete(group)',
    why: 'A turn is given back, and nobody who waits is told.',
    origin: 'a lost wake-up',
  },
  {
    name: 'journal-shared-by-all-groups',
    file: 'chaos/sim/publish/names.ts',
    find: 'return { topic: JOURNAL_TOPIC, partition: group - 1 }',
    replace: 'return { topic: JOURNAL_TOPIC, partition: 0 * group }',
    why: [
      'Groups that share a partition wait for each other’s transactions, and read markers of which',
      'half are another’s.',
    ].join(' '),
    origin: RULES,
  },
]

export const outputs: readonly Mutant[] = drafts.map(draft => ({ ...draft, scenario: 'publish' }))
