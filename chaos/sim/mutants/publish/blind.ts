/**
 * Mutants of the journal by an author who had read the journal, and before there was a checker of
 * what it publishes. Each is one slip of a kind that somebody has shipped.
 */

import type { Mutant } from '../mutant.ts'

const JOURNAL = 'src/journal'

const drafts: readonly Omit<Mutant, 'scenario' | 'blind'>[] = [
  {
    name: 'ledger-goes-back',
    file: `${JOURNAL}/ledger.ts`,
    find: 'upTo: Math.max(upTo, before?.upTo ?? 0),',
    replace: 'upTo,',
    why: [
      'A Progress entry that was proposed a while ago is applied, and what the leader knows of its',
      'sinks goes back to it: outputs that are out are published again.',
    ].join(' '),
    origin: 'a cursor set to what came last and not to what is furthest',
  },
  {
    name: 'answer-to-another-call-believed',
    file: `${JOURNAL}/publisher.ts`,
    find: 'if (serial !== this.#serial || this.#open === undefined) return',
    replace: 'if (this.#open === undefined) return',
    why: [
      'A leader that was deposed and elected again hears what was asked in its earlier term, and',
      'takes it for the answer to what it has just asked: it fences without being sure to lead.',
    ].join(' '),
    origin: 'a response taken for that of another request: every protocol without serials',
  },
  {
    name: 'turn-kept-over-a-lost-commit',
    file: `${JOURNAL}/publisher.ts`,
    find: "this.#giveBack ||= at === 'turn' || at === 'sending' || at === 'committing'",
    replace: "this.#giveBack ||= at === 'turn' || at === 'sending'",
    why: [
      'The answer to a commit is lost and the turn of its transaction is never given back. After a',
      'few of them no group of the node publishes anything.',
    ].join(' '),
    origin: 'a permit leaked on the path of an error: most pools at some time',
  },
  {
    name: 'entry-published-from-its-start-again',
    file: `${JOURNAL}/plan.ts`,
    find: 'this.#subject.render(run).slice(this.#upTo - run.first + 1)',
    replace: 'this.#subject.render(run)',
    why: [
      'A transaction ends inside the outputs of an entry; the next one begins with the first of',
      'them again.',
    ].join(' '),
    origin: 'a batch that is resumed begins at its first record',
  },
  {
    name: 'one-proposal-for-ever',
    file: `${JOURNAL}/proposer.ts`,
    find: 'onAnswer(): void {\n    this.#isOpen = false',
    replace: 'onAnswer(): void {\n    this.#isOpen ||= false',
    why: [
      'The first Progress is proposed, and none after it: nothing that is out is ever let go of,',
      'until the outbox is full and the leader takes no more input.',
    ].join(' '),
    origin: 'a flag that marks work under way is not cleared',
  },
  {
    name: 'each-record-of-a-transaction-begins-alike',
    file: `${JOURNAL}/plan.ts`,
    find: 'fromSeq = toSeq + 1\n    some = []',
    replace: 'some = []',
    why: [
      'Schedules that need two records are numbered alike in both: whoever reads them back finds a',
      'journal that does not go on, and lets nothing more out.',
    ].join(' '),
    origin: 'the first number of a batch that was split',
  },
  {
    name: 'what-ends-at-the-number-lies-behind-it',
    file: `${JOURNAL}/line.ts`,
    find: 'if ((this.#places[middle] as Place).end > number) high = middle',
    replace: 'if ((this.#places[middle] as Place).end >= number) high = middle',
    why: 'The last item that is done counts as the first that is to be done, and is done again.',
    origin: 'off by one in a binary search',
  },
  {
    name: 'doubt-takes-silence-for-yes',
    file: `${JOURNAL}/publisher.ts`,
    find: [
      "else if (verdict === 'unknown')",
      'this.#restUntilMs = this.#nowMs + this.#retries.next()',
    ].join(' '),
    replace: '',
    why: [
      'A leader that was deposed, and is behind, reads a journal ahead of it and asks whether it',
      'leads. Nobody answers, it takes that for a yes, and halts the job for good.',
    ].join(' '),
    origin: 'a timeout taken for a verdict',
  },
]

export const publishBlind: readonly Mutant[] = drafts.map(draft => ({
  ...draft,
  scenario: 'publish',
  blind: true,
}))
