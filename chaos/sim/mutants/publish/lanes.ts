/** Mutants of what a lane has for several sinks: it is shown together, or not at all. */

import type { Mutant } from '../mutant.ts'

const PLAN = 'src/journal/plan.ts'
const RULES = 'the design: all topics of one cluster share the transactions of a group'

/** The checker that looks at what is sent: then only that remains which readers would see. */
const unwatched: Mutant = {
  name: 'nobody-looks-whether-an-entry-is-sent-whole',
  file: 'chaos/sim/publish/lane.ts',
  find: 'for (const seq of counts.keys()) this.#mustBeWhole(seq)',
  replace: 'if (counts.size < 0) this.#mustBeWhole(0)',
  why: 'What is sent in parts is found by whoever sees the parts.',
  origin: RULES,
}

const inTwo = {
  file: PLAN,
  find: 'ways.filter(way => way.seq === seq),',
  origin: RULES,
}

const drafts: readonly Omit<Mutant, 'scenario'>[] = [
  {
    ...inTwo,
    name: 'sinks-of-an-entry-in-two-transactions',
    replace: 'ways.filter(way => way.seq === seq).slice(0, 1),',
    why: [
      'What an entry has for the second sink goes in the next transaction: a reader of both sees',
      'a result without the other that belongs to it, for as long as no leader is found.',
    ].join(' '),
  },
  {
    ...inTwo,
    name: 'sinks-of-an-entry-shown-one-by-one',
    beside: unwatched,
    replace: 'ways.filter(way => way.seq === seq).slice(-1),',
    why: 'The same from the last sink on, where nobody but readers of what is committed notices.',
  },
  {
    name: 'marker-of-the-first-sink-alone',
    file: PLAN,
    find: 'return { schedules, outputs, published: cursorsOf(ways) }',
    replace: 'return { schedules, outputs, published: cursorsOf(ways.slice(0, 1)) }',
    why: [
      'The marker tells of the first sink of the lane. What went with it to the second is taken',
      'to be still to come, and goes again.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'second-sink-not-known-to-be-out',
    file: 'src/journal/publisher.ts',
    find: 'for (const { sink, upTo } of plan.published) {',
    replace: 'for (const { sink, upTo } of plan.published.slice(0, 1)) {',
    why: [
      'A transaction is known to be committed, and only its first sink is taken to be out: what',
      'the second has goes again.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'entry-for-two-sinks-cut-where-the-room-ends',
    file: PLAN,
    find: 'return room.take(bytes) ? ways.flatMap((way, at) => way.take(rests[at]?.length ?? 0))',
    replace:
      'return bytes > 0 ? ways.flatMap((way, at) => way.take(room.takeMany(sizes[at] ?? [])))',
    why: [
      'A transaction is full in the middle of an entry that has something for both sinks: one is',
      'out, the other waits for the next, and maybe for the next leader.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'second-sink-outside-of-the-transaction',
    file: 'src/journal/driver.ts',
    find: "this.#producerOf().send(call.records, answer => answered({ kind: 'send', answer }))",
    replace: [
      'type Sent = Extract<Answer, { kind: "send" }>["answer"]',
      '        const [first = seat.journal.topic] = seat.sinks',
      '        const isIn = ({ topic }: { topic: string }) =>',
      '          topic === first || topic === seat.journal.topic',
      '        const rest = call.records.filter(one => !isIn(one))',
      '        const send = () => {',
      '          const records = call.records.filter(isIn)',
      "          const told = (answer: Sent) => answered({ kind: 'send', answer })",
      '          if (records.length === 0) told({ value: [] })',
      '          else this.#producerOf().send(records, told)',
      '        }',
      '        if (rest.length === 0) send()',
      '        else log.append(rest, send)',
    ].join('\n'),
    why: [
      'The transaction holds one topic, and what goes to the others is seen though it is aborted:',
      'whoever comes next publishes it again.',
    ].join(' '),
    origin: RULES,
  },
]

export const lanes: readonly Mutant[] = drafts.map(draft => ({ ...draft, scenario: 'publish' }))
