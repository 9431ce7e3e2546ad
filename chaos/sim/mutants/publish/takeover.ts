/**
 * Mutants of how a transactional id is taken, its journal read back, and a job claimed: each takes
 * away one of the rules by which nothing is lost or repeated.
 */

import type { Mutant } from '../mutant.ts'

const JOURNAL = 'src/journal'
const RULES = 'the design: each of its rules has a mutant that takes it away'

const unproven: Mutant = {
  name: 'end-believed-before-a-record-lies-at-it',
  file: `${JOURNAL}/reading.ts`,
  find: 'if (offset === this.#position) return undefined',
  replace: 'if (offset >= 0) return undefined',
  why: [
    'Who led the journal was replaced, does not know it, and tells an old end. What lies behind is',
    'not read back, and published again.',
  ].join(' '),
  origin: 'met on three real brokers, one of which stood still: decision 21',
  scenario: 'publish',
}

const undoubted: Mutant = {
  name: 'journal-called-lost-at-once',
  file: `${JOURNAL}/publisher.ts`,
  find: "case 'behind':\n        this.#again(judgement.trouble)",
  replace: "case 'behind':\n        this.#stall(judgement.trouble)",
  why: [
    'Who led the journal was replaced, and tells less than the group knows to be there. People are',
    'told that records were deleted, and nothing was.',
  ].join(' '),
  origin: 'met here, when replaced leaders began to tell ends: decision 21',
  scenario: 'publish',
}

const drafts: readonly Omit<Mutant, 'scenario'>[] = [
  {
    name: 'end-asked-before-the-id-is-taken',
    beside: unproven,
    file: `${JOURNAL}/driver.ts`,
    find:
      "this.#parts.group.confirm(call.term, verdict => answered({ kind: 'confirm', verdict }))\n" +
      '        return\n' +
      "      case 'init':\n" +
      "        this.#producerOf().init(answer => answered({ kind: 'init', answer }))\n" +
      '        return\n' +
      "      case 'end':\n" +
      "        log.end(seat.journal, 'uncommitted', answer => answered({ kind: 'end', answer }))",
    replace:
      "log.end(seat.journal, 'uncommitted', early => {\n" +
      '          Object.assign(this, { early })\n' +
      '          this.#parts.group.confirm(call.term, verdict =>\n' +
      "            answered({ kind: 'confirm', verdict }),\n" +
      '          )\n' +
      '        })\n' +
      '        return\n' +
      "      case 'init':\n" +
      "        this.#producerOf().init(answer => answered({ kind: 'init', answer }))\n" +
      '        return\n' +
      "      case 'end':\n" +
      '        const { early } = this as unknown as { early: LogAnswer<number> }\n' +
      '        const tell = (answer: LogAnswer<number>) => answered({ kind: "end", answer })\n' +
      '        if (early.error === undefined) this.#parts.clock.after(0, () => tell(early))\n' +
      "        else log.end(seat.journal, 'uncommitted', tell)",
    why: [
      'The end is asked for while the transaction of the leader before is still open. It is',
      'decided behind that end, nobody reads it, and its outputs are published again.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'end-taken-from-a-fetch',
    beside: unproven,
    file: `${JOURNAL}/driver.ts`,
    find: "log.end(seat.journal, 'uncommitted', answer => answered({ kind: 'end', answer }))",
    replace:
      'log.start(seat.journal, started => {\n' +
      '          const how = { isolation: "uncommitted", maxBytes: 1, waitMs: 0 } as const\n' +
      '          log.fetch(seat.journal, started.value ?? 0, how, answer => {\n' +
      '            const value = answer.value?.seenEnd ?? 0\n' +
      "            answered({ kind: 'end', answer: answer.error ? answer : { value } })\n" +
      '          })\n' +
      '        })',
    why: [
      'A fresh leader of the partition shows an end that lies before what was acknowledged. The',
      'newest marker is not read, and what it covers is published again.',
    ].join(' '),
    origin: 'KIP-207: the high watermark of a fresh leader lags',
  },
  {
    name: 'lead-not-asked-about-before-the-id-is-taken',
    file: `${JOURNAL}/publisher.ts`,
    find: 'confirmTerm: this.#term, bounds',
    replace: 'confirmTerm: undefined, bounds',
    why: [
      'A leader that was cut off from its peers, and deposed without knowing, fences the one that',
      'leads: again and again, as each of them does to the other.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'id-taken-before-the-term-is-opened',
    file: `${JOURNAL}/publisher.ts`,
    find: "if (this.#appliedTerm === this.#term) this.#stage = { at: 'resting' }",
    replace:
      'this.#takeOver()\n' +
      '    const begun = this.#stage\n' +
      "    if (begun.at !== 'takeover') return\n" +
      '    const { bounds } = this.#subject\n' +
      '    const how = { reading: begun.reading, confirmTerm: undefined, bounds }\n' +
      '    const takeover = new Takeover({ ...how, random: this.#random })\n' +
      '    this.#stage = { ...begun, takeover }',
    why: [
      'A leader reads the journal before it has applied what the one before committed: the marker',
      'is ahead of all that it knows.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'outcome-not-read-back',
    file: `${JOURNAL}/publisher.ts`,
    find: 'if (marker !== undefined) {\n      if (seat.hasJournal)',
    replace: 'if (marker !== undefined && this.#nowMs < 0) {\n      if (seat.hasJournal)',
    why: [
      'The answer to a commit is lost. The transaction had been decided; all that was in it is',
      'sent once more.',
    ].join(' '),
    origin: 'a send retried after an unknown outcome: every client that delivers at least once',
  },
  {
    name: 'lost-answer-taken-for-yes',
    file: `${JOURNAL}/publisher.ts`,
    find: "'JOURNAL what ended was a transaction', stage.at)\n    if (error !== undefined) {",
    replace:
      "'JOURNAL what ended was a transaction', stage.at)\n" +
      '    if (error !== undefined) {\n' +
      '      const { ledger } = this.#subject\n' +
      '      ledger.journal(stage.plan.toSeq, stage.offset)\n' +
      '      for (const { sink, upTo } of stage.plan.published) ledger.publish(sink, upTo)',
    why: [
      'The call that was to decide the transaction never arrived. The leader goes on behind it,',
      'and its outputs are missing for ever.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'superseded-publisher-tries-for-ever',
    file: `${JOURNAL}/publisher.ts`,
    find: "case 'halt':\n        this.#halt(judgement.trouble)",
    replace: "case 'halt':\n        this.#stall(judgement.trouble)",
    why: [
      'An old cluster wakes and reads that the job is another’s. It asks again every few seconds,',
      'and takes the id from the owner each time.',
    ].join(' '),
    origin: 'a fenced producer that begins anew by itself',
  },
  {
    name: 'short-fetch-taken-for-the-end',
    beside: unproven,
    file: `${JOURNAL}/takeover.ts`,
    find: "this.#passing = HELD_UP\n    this.#again('fetch')",
    replace: "this.#passing = HELD_UP\n    this.#outcome = { kind: 'read' }",
    why: [
      'A fetch shows nothing, since its leader does not know yet that the marker is decided. The',
      'reading ends there, and what the marker covers is published again.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'one-aborted-range-a-producer',
    file: 'src/connectors/kafka/batch/aborted.ts',
    find: 'this.#ahead = [...aborted].sort(',
    replace:
      'const last = new Map(aborted.map(one => [one.producerId, one]))\n' +
      '    this.#ahead = [...last.values()].sort(',
    why: [
      'Two transactions of one publisher were aborted. The records of the first are shown: a',
      'marker that never was says that its outputs are out.',
    ].join(' '),
    origin: 'platformatic/kafka keeps one aborted range for each producer',
  },
  {
    name: 'claim-beside-an-equal-one',
    file: `${JOURNAL}/claims/verdict.ts`,
    find: 'return found.generation > generation || found.owners.some(other => other !== owner)',
    replace: 'return found.generation > generation || owner === undefined',
    why: [
      'Two restore the job at once, and both write the same generation. Each takes itself for the',
      'owner.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'claim-of-one-partition',
    file: `${JOURNAL}/claims/claiming.ts`,
    find: "!this.#seats.every(({ stage }) => stage === 'written')) return",
    replace: 'this.#seats.length === 0) return',
    why: [
      'A claim counts once it stands in one partition. In the others the cluster before goes on,',
      'behind what the new one was restored from.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'journal-measured-by-later-progress',
    beside: undoubted,
    schedule: 'journal-measured-by-later-progress',
    file: `${JOURNAL}/publisher.ts`,
    find: 'this.#judgementOf(reading, this.#known)',
    replace:
      'this.#judgementOf(reading, { ...this.#known, progress: this.#subject.outbox.progress })',
    why: [
      'A leader reads its journal back and stands still. Another leads, publishes and says so; the',
      'first applies that before it hears that it was deposed, and calls its journal lost.',
    ].join(' '),
    origin: 'met here, when the play of publishers was written',
  },
  {
    name: 'end-believed-that-the-journal-was-trimmed-behind',
    beside: undoubted,
    file: `${JOURNAL}/takeover.ts`,
    find: 'if (start >= this.#end) this',
    replace: 'if (start < 0) this',
    why: [
      'A leader asks for the end and stands still. Others publish, and trim behind that end; the',
      'first finds the journal to begin there, has nothing to read, and calls it lost.',
    ].join(' '),
    origin: 'met here, in seed 106 of the play of publishers',
  },
  {
    name: 'end-believed-at-which-the-journal-begins',
    beside: undoubted,
    file: `${JOURNAL}/takeover.ts`,
    find: 'if (start >= this.#end) this',
    replace: 'if (start > this.#end) this',
    why: [
      'The same, where what the others wrote lies just at that end: there seems to be nothing to',
      'read, the marker that was known is not found, and the journal is called lost.',
    ].join(' '),
    origin: 'met here, in seed 20000062 of the play of publishers',
  },
  {
    name: 'silence-of-an-earlier-term',
    file: `${JOURNAL}/publisher.ts`,
    find: '    this.#newsroom.lead()\n',
    replace: '',
    why: [
      'A leader loses a transaction and its lead. Much later it leads again, the first answer that',
      'is lost counts as if nobody had answered since then, and people are told of a stall.',
    ].join(' '),
    origin: 'met here, in seed 80000485 of the play of publishers',
  },
  {
    name: 'journal-compared-with-what-came-meanwhile',
    beside: undoubted,
    schedule: 'journal-measured-by-later-progress',
    file: `${JOURNAL}/publisher.ts`,
    find: 'this.#judgementOf(reading, this.#known)',
    replace: 'this.#judgementOf(reading, this.#subject.outbox.standing)',
    why: [
      'A clone has journaled an entry that its original has not committed yet. The original reads',
      'it, commits another of the same seq before all is read, and takes that one for its own.',
      'Or another led meanwhile and said what is out: the original calls its journal lost.',
    ].join(' '),
    origin: 'met here, beside the one of seed 5050160 of the play of publishers',
  },
  {
    name: 'trimmed-history-taken-for-its-own',
    file: `${JOURNAL}/judgement.ts`,
    find: 'if (since <= journaled + 1) return undefined',
    replace: 'if (since > 0) return undefined',
    why: [
      'A clone has journaled entries that its original has not committed, and trimmed them. The',
      'original finds nothing that differs, and takes the marker behind them for its own: what it',
      'committed under these seqs never gets out.',
    ].join(' '),
    origin: 'met here, when journals of clones began to be trimmed',
    schedule: 'trimmed-history-taken-for-its-own',
  },
  {
    name: 'silence-over-what-was-found-committed',
    file: `${JOURNAL}/publisher.ts`,
    find: 'this.#newsroom.read(knownDurable(this.#subject) > before)',
    replace: 'this.#newsroom.read(knownDurable(this.#subject) < before)',
    why: [
      'Commits are decided, and nobody is told; each is found when the journal is read back.',
      'People are told that nothing gets out, while all of it does.',
    ].join(' '),
    origin: 'met here, in seed 326 of the play of publishers',
  },
  {
    name: 'topics-looked-at-in-an-earlier-lead',
    file: `${JOURNAL}/settings.ts`,
    find: 'this.#good = 0\n  }',
    replace: '}',
    why: [
      'A replica led once, and its topics were as they should be. They are set to forget while it',
      'follows; it leads again, and writes to them without another look.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'written-before-the-topics-are-looked-at',
    file: `${JOURNAL}/publisher.ts`,
    find: 'if (this.#subject.inspection?.topic !== undefined) return undefined',
    replace: '',
    why: [
      'Topics are looked at beside the read-back. That is done first, and outputs leave into a',
      'topic that loses them.',
    ].join(' '),
    origin: 'a race made when the inspection was taken out of the way of the takeover: decision 25',
  },
  {
    name: 'doubt-ended-without-a-second-look',
    file: `${JOURNAL}/publisher.ts`,
    find: "else this.#leave({ at: 'resting' })",
    replace: 'else this.#believe(stage.reading)',
    why: [
      'The journal is ahead of a leader, for a clone has written to it. While the leader asks',
      'whether it still leads, it commits as many entries as the clone, others, and believes the',
      'journal: its own entry is never journaled, and its outputs show where others were meant.',
    ].join(' '),
    origin: 'met here, in seed 5050160 of the play of publishers',
    schedule: 'doubt-ended-without-a-second-look',
  },
  {
    name: 'trimmed-while-read-taken-for-a-gap',
    file: `${JOURNAL}/reading.ts`,
    find: 'this.#mayJump ||= start > this.#position',
    replace: 'this.#mayJump ||= start < 0',
    why: [
      'A journal is trimmed while it is read in parts. The reader goes on where the journal begins',
      'now, misses the seqs between, and calls it damaged: a claim is refused, a publisher stalls.',
    ].join(' '),
    origin: 'met here, in seed 5050300 of the play of publishers',
  },
]

export const takeover: readonly Mutant[] = [
  unproven,
  undoubted,
  ...drafts.map(draft => ({ ...draft, scenario: 'publish' as const })),
]
