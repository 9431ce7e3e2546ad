/** Mutants of the bounds on what expressions make and on how long they search. */

import type { Mutant } from '../mutant.ts'

const scenario = 'expressions'

export const expressionBounds: readonly Mutant[] = [
  {
    name: 'text-joined-before-it-is-measured',
    scenario,
    file: 'src/sql/value/joined.ts',
    find:
      'if (this.#length > TEXT_LENGTH_MAX) return false\n    this.#pieces.push(piece)\n' +
      '    return true\n  }\n\n  finish(): string | Failure {\n' +
      '    return this.#length > TEXT_LENGTH_MAX ? tooLong : this.#pieces.join',
    replace:
      'this.#pieces.push(piece)\n' +
      '    return true\n  }\n\n  finish(): string | Failure {\n' +
      '    return this.#pieces.join',
    why:
      'Pieces that are too long together are kept all the same: a list of them, each within its ' +
      'bound, takes all memory, or is longer than a text can be.',
    origin: 'concat of 620 texts of a megabyte ended a process: RangeError, invalid string length',
  },
  {
    name: 'replaced-before-it-is-measured',
    scenario,
    file: 'src/sql/functions/text-look.ts',
    find: 'return length > TEXT_LENGTH_MAX ? tooLong : parts.join(to)',
    replace: 'return parts.join(to)',
    why: 'A long text takes the place of each of a thousand letters, and no text is that long.',
    origin: "replace(s, 'a', t) ended a process: RangeError, invalid string length",
  },
  {
    name: 'search-without-end',
    scenario,
    file: 'src/sql/regex/meter.ts',
    find: 'this.#left -= this.#weight\n      if (this.#left < 0) throw new Exhausted()',
    replace: 'this.#left -= this.#weight',
    why: 'Every match looks to the end of the text with all threads of the pattern.',
    origin: 'regexp_count of 250 letters took three seconds a record, and a batch has thousands',
  },
]
