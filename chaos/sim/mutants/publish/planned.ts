/**
 * Mutants of what is done to a job on purpose: it is claimed, stopped and started again, given
 * other groups, deleted.
 */

import type { Mutant } from '../mutant.ts'

const JOURNAL = 'src/journal'
const RULES = 'the design: each of its rules has a mutant that takes it away'

const drafts: readonly Omit<Mutant, 'scenario'>[] = [
  {
    name: 'claim-that-believes-its-reading',
    file: `${JOURNAL}/claims/claiming.ts`,
    find: 'if (seat.reading.missedBefore(seat.offset) !== undefined) {',
    replace: 'if (seat.offset < 0) {',
    why: [
      'The job is restored twice. Who led its journals was replaced before the first claim and',
      'tells the second what there was: both write the same generation.',
    ].join(' '),
    origin: 'the same as for publishers: decision 21',
    schedule: 'claim-that-believes-its-reading',
  },
  {
    name: 'deletion-forgotten-by-the-next',
    file: `${JOURNAL}/reading.ts`,
    find: ' || this.#markerGeneration <= deleted',
    replace: '',
    why: [
      'Whoever deleted the job died over it, and a new one takes its name. Where nobody wrote that',
      'it was deleted, its markers are read as those of the new one, which began at 1.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'deleted-job-goes-on',
    file: `${JOURNAL}/judgement.ts`,
    find: 'if (found.isDeleted) {',
    replace: 'if (found.isDeleted && found.generation > claim.generation) {',
    why: [
      'A publisher reads that its own generation was deleted, finds no higher one and no other',
      'owner, and goes on: outputs appear of a job that is gone.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'batch-behind-the-end-counts',
    file: `${JOURNAL}/outbox.ts`,
    find: 'if (this.#ended > 0) return false',
    replace: 'if (this.#ended < 0) return false',
    why: [
      'A leader that had not applied the end of its log proposes one more batch. The next',
      'generation begins where the end was, and gives the same numbers to others.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'end-forgotten-behind-an-image',
    file: `${JOURNAL}/outbox.ts`,
    find: 'outbox.#ended = image.ended\n',
    replace: '',
    why: [
      'A replica begins on an image of a log that has ended, and takes batches that all others',
      'ignore; or the job never ends, since it leads.',
    ].join(' '),
    origin: 'a flag that is in the state and not in its image',
  },
  {
    name: 'end-of-an-earlier-generation-counts',
    file: `${JOURNAL}/outbox.ts`,
    find: 'if (generation < this.#generation) return',
    replace: 'if (generation < 0) return',
    why: [
      'Whoever stopped the job asks a second time, since nobody answered, when it has been started',
      'again on the same groups. Its log ends once more, and nobody lifts that.',
    ].join(' '),
    origin: 'met here, when the play began to start jobs again on the groups that they had',
  },
  {
    name: 'start-that-comes-twice-lifts-its-own-end',
    file: `${JOURNAL}/outbox.ts`,
    find: 'if (generation <= this.#generation) return',
    replace: 'if (generation < this.#generation) return',
    why: [
      'Whoever started the job asks a second time, when it has been stopped again. Batches count',
      'behind the end from which the next generation, or another group, is to begin.',
    ].join(' '),
    origin: 'met here, when the play began to start jobs again on the groups that they had',
  },
  {
    name: 'end-not-lifted-by-the-next',
    file: `${JOURNAL}/outbox.ts`,
    find: 'this.#generation = generation\n    this.#ended = 0',
    replace: 'this.#generation = generation',
    why: 'A job is started again on its groups, under a claim of its own, and takes nothing.',
    origin: RULES,
  },
  {
    name: 'generation-forgotten-behind-an-image',
    file: `${JOURNAL}/outbox.ts`,
    find: 'outbox.#generation = image.generation\n',
    replace: '',
    why: [
      'A replica begins on an image of a job that was started again, and does not know under which',
      'claim it runs: what is said late of an earlier one counts there, and nowhere else.',
    ].join(' '),
    origin: 'a field that is in the state and not in its image',
  },
  {
    name: 'published-under-the-claim-before',
    file: 'chaos/sim/publish/desk.ts',
    find: 'if (outbox !== this.#outbox || isOver) this.#open(outbox)',
    replace: 'if (outbox !== this.#outbox) this.#open(outbox)',
    why: [
      'A job is started again on its groups, and its leader publishes as before: it reads that the',
      'job is another’s, its own, and halts.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'drained-when-it-has-ended',
    file: `${JOURNAL}/ledger.ts`,
    find: 'if (outbox.ended === 0 || ledger.journaled < outbox.lastSeq) return false',
    replace: 'if (outbox.ended > 0) return true',
    why: [
      'The next generation begins when the log of this one has ended, and not when all of it is',
      'out: what was still waiting is missing for ever.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'drained-before-the-other-log-is',
    file: `${JOURNAL}/ledger.ts`,
    find: 'return outbox.sinks.every(sink => ledger.upTo(sink) >= outbox.lastOf(sink))',
    replace: 'return outbox.sinks.length >= 0',
    why: [
      'All is journaled, and outputs for the other log wait for their turn when the next',
      'generation begins behind them.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'numbers-of-others-not-gone-on-from',
    file: `${JOURNAL}/outbox.ts`,
    find: 'for (const { sink, upTo } of progress.published) this.#sinkOf(sink).last = upTo\n',
    replace: '',
    why: 'Groups that follow others number their outputs from 1 again, beside what is out.',
    origin: RULES,
  },
  {
    name: 'marker-of-before-taken-for-its-own',
    file: `${JOURNAL}/ledger.ts`,
    find: 'if (seq >= this.#journaled) this.#offset',
    replace: 'this.#offset',
    why: [
      'A group begins behind the numbers of others, and keeps where it read the marker of the',
      'group before. Whoever leads next looks there for its own, and calls the journal lost.',
    ].join(' '),
    origin: 'met here, when the play began to give jobs other groups',
    schedule: 'marker-of-before-taken-for-its-own',
  },
]

export const planned: readonly Mutant[] = drafts.map(draft => ({ ...draft, scenario: 'publish' }))
