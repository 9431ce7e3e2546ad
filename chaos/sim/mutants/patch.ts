/**
 * Puts a mutant into the text of its file. It fits exactly once or not at all: a mutant that no
 * longer applies proves nothing, and one that fits twice is another bug than its author meant.
 */

import { WeirError } from '../../../src/base/errors.ts'
import type { Mutant } from './mutant.ts'

export const MUTANT_MISSING = 'mutant-missing'
export const MUTANT_AMBIGUOUS = 'mutant-ambiguous'
export const MUTANT_VAIN = 'mutant-vain'

/** The text of the file with the bug in it. */
export function patched(text: string, mutant: Mutant): string {
  const { name, file, find, replace } = mutant
  if (find === '' || find === replace) {
    throw new WeirError(MUTANT_VAIN, `${name} changes nothing; give it a text to find and another`)
  }
  const at = text.indexOf(find)
  if (at < 0) {
    throw new WeirError(
      MUTANT_MISSING,
      `${name} does not find its text in ${file}; the source has changed: write the same bug ` +
        'against the new text, and if it can no longer be made, replace it and say why',
      { find },
    )
  }
  if (text.indexOf(find, at + 1) >= 0) {
    throw new WeirError(
      MUTANT_AMBIGUOUS,
      `${name} finds its text more than once in ${file}; lengthen \`find\` until it is unique`,
      { find },
    )
  }
  return text.slice(0, at) + replace + text.slice(at + find.length)
}
