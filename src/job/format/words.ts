/** What names and the like may look like, in the words of the errors. */

import { either, list, type Shape, type TextRule, type Written, written } from '../shape/shape.ts'

/** Of jobs, sources, steps, sinks, views, cubes: parts of topics, paths and metrics. */
export const NAME: TextRule = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
  words: 'a name: a letter, then letters, digits, - and _, 64 at most',
}

/** Names that expressions can use as they are. */
export const COLUMN: TextRule = {
  pattern: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
  words: 'a column: a letter or _, then letters, digits and _, 64 at most',
}

/** A source, a step, or a side output of a step: `split.errors`. */
export const REFERENCE: TextRule = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]{0,63}(\.[A-Za-z][A-Za-z0-9_-]{0,63})?$/,
  words: 'the name of a source or a step, or STEP.OUTPUT for a side output',
}

export const columns = (): Shape<Written | readonly Written[]> =>
  either('a column or a list of columns', written('column', COLUMN), columnList())

export const columnList = (): Shape<readonly Written[]> => list(written('column', COLUMN), 1, 1_000)
