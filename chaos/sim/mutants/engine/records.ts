/** Mutants of what becomes of single records: their times, their failures, their way through. */

import type { Mutant } from '../mutant.ts'

const ENGINE = 'src/engine'
const scenario = 'engine'

export const engineRecords: readonly Mutant[] = [
  {
    name: 'smallest-asked-largest-told',
    scenario,
    file: `${ENGINE}/aggregates/top.ts`,
    find: "if (order === 'asc') return (a, b) => compare(b, a)",
    replace: "if (order === 'asc') return compare",
    why: "Whoever asks for the smallest of a top, by 'asc', is told the largest.",
    origin: 'an option that is checked and not used',
  },
  {
    name: 'passed-over-uncounted',
    scenario,
    file: `${ENGINE}/stage/group.ts`,
    find: "if (this.#errors === 'skip') this.#skipped++",
    replace: "if (this.#errors === 'skip') return",
    why: 'Records that cannot be computed vanish, and no count says how many did.',
    origin: 'errors that are swallowed',
  },
  {
    name: 'failure-does-not-stop',
    scenario,
    file: `${ENGINE}/stage/group.ts`,
    find: "if (this.#errors === 'fail') {",
    replace: "if (this.#errors === 'fail' && this.#skipped > 0) {",
    why: 'A job that is to stop at the first record that fails goes on without it.',
    origin: 'a policy that is read and not kept to',
  },
  {
    name: 'record-without-a-time-goes-on',
    scenario,
    file: `${ENGINE}/stage/source-time.ts`,
    find: "if (flag === 1) failures.add(row, 'no-event-time', ",
    replace: "if (flag === 2) failures.add(row, 'no-event-time', ",
    why: 'A record whose column of time is null goes on, with the time 0.',
    origin: 'a default in the place of nothing',
  },
  {
    name: 'union-forgets-what-rows-do',
    scenario,
    file: `${ENGINE}/operators/through.ts`,
    find: 'out.emit({ ...records, schema: this.schema })',
    replace:
      'const { size, vectors, times } = records\n' +
      '    out.emit({ schema: this.schema, size, vectors, times })',
    why: 'Behind a union what is taken back is said once more.',
    origin: 'a changelog whose kinds of rows are lost on the way',
  },
  {
    name: 'lag-forgotten',
    scenario,
    file: `${ENGINE}/stage/source-time.ts`,
    find: 'return this.#latest - this.#lagMs',
    replace: 'return this.#latest',
    why: 'Time is as far as the latest record of a partition: what comes out of order is late.',
    origin: 'an option that is checked and not used',
  },
  {
    name: 'average-of-spans-cut-off',
    scenario,
    file: `${ENGINE}/aggregates/average.ts`,
    find: 'Number((2n * size + BigInt(count)) / BigInt(2 * count))',
    replace: 'Number(size / BigInt(count))',
    why: 'The average of lengths of time loses what is left over of a millisecond.',
    origin: 'whole division where rounding was meant',
  },
  {
    name: 'name-in-json-as-it-is-written',
    scenario,
    file: 'src/sql/value/json.ts',
    find: 'if (json.charCodeAt(at) === BACKSLASH) return nameAt(json, from, to) === name',
    replace: 'if (json.charCodeAt(at) === BACKSLASH) return false',
    why: 'A field whose name is written with an escape is not found.',
    origin: 'JSON compared before it is read',
  },
]
