/** Known bugs of claims, as exact patches: claims at once must show each. */

import type { Mutant } from '../../../../chaos/sim/mutants/mutant.ts'

const CLAIMS = 'src/journal/claims'
const RULES = 'the design: each of its rules has a mutant that takes it away'

export const claimMutants: readonly Mutant[] = [
  {
    name: 'news-since-the-decision-passed-over',
    file: `${CLAIMS}/claiming.ts`,
    find: '(seat.hasNews || this.#isHalfWritten())',
    replace: 'this.#isHalfWritten()',
    why: [
      'A submit reads a partition again that it lost, finds a claim that has come there since, and',
      'goes over it, since its own number is higher.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'half-written-claim-goes-on',
    file: `${CLAIMS}/claiming.ts`,
    find: 'return this.#mayCommit && this.#first === undefined',
    replace: 'return this.#mayCommit && this.#seats.length === 0',
    why: [
      'A submit of one group stands in the second log, and loses its write to the first. Somebody',
      'else claims both meanwhile, or is about to.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'committed-everywhere-at-once',
    file: `${CLAIMS}/claiming.ts`,
    find: "if (first !== undefined && first.stage !== 'written') return seat => seat === first",
    replace: '',
    why: [
      'A submit writes over a claim that stands in some partitions, while that one comes to stand',
      'in the others: it is told that it holds, and is stopped by one that is refused.',
    ].join(' '),
    origin: 'met here, when a submit began to read again only what it lost',
  },
  {
    name: 'committed-first-where-another-stands',
    file: `${CLAIMS}/verdict.ts`,
    find: 'height(b) < height(a) ? b : a',
    replace: 'height(b) > height(a) ? b : a',
    why: [
      'A submit writes first where another claim stands already: that one comes to stand where it',
      'is missing, holds, and is stopped by one that is refused.',
    ].join(' '),
    origin: RULES,
  },
  {
    name: 'reading-believed-unproven',
    file: `${CLAIMS}/claiming.ts`,
    find: 'if (seat.reading.missedBefore(seat.offset) !== undefined) {',
    replace: 'if (seat.offset < 0) {',
    why: 'Who led a partition once tells what there was: a submit goes over a job that lives.',
    origin: 'met on three real brokers, one of which stood still: decision 21',
  },
  {
    name: 'deletion-committed-everywhere-at-once',
    file: `${CLAIMS}/claiming.ts`,
    find: 'this.#first = this.#seats[0]',
    replace: 'this.#mayCommit = true',
    why: [
      'A deletion stands in some partitions when it meets a start in another: it is refused, and',
      'there the job is deleted.',
    ].join(' '),
    origin: 'met here, beside a start: outputs came again, or none came any more',
  },
  {
    name: 'start-over-a-deletion-it-meets',
    file: `${CLAIMS}/claiming.ts`,
    find: ' || deletedUpTo(claims) > (claim.deleted ?? 0)',
    replace: '',
    why: 'A start that has decided goes over a deletion that came since, and both are told `done`.',
    origin: 'met here, beside a deletion',
  },
  {
    name: 'deleted-job-started',
    file: `${CLAIMS}/claiming.ts`,
    find: 'deleted > 0 && live === undefined',
    replace: 'deleted < 0',
    why: 'A start of a deleted job shows all outputs again.',
    origin: 'met here, behind a deletion that was cut off',
  },
]
