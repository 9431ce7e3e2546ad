/** The hostile expressions, a few seeds of them; and that a compiler without bounds is told of. */

import { expect, test } from 'vitest'
import type { Compiler } from '../../../src/engine/columns/expression.ts'
import { compilerOf } from '../../../src/sql/compiler.ts'
import { outlasted } from './hostile.ts'

const seeds = Array.from({ length: 20 }, (_, seed) => seed)

test.each(seeds)('seed %i is outlasted', seed => {
  expect(outlasted(seed, compilerOf())).toBeUndefined()
})

test('a value is objected to, and so is what is thrown', () => {
  const honest = compilerOf()
  const careless: Compiler = { expression: (_, schema) => honest.expression("'long'", schema) }
  expect(outlasted(1, careless)?.detail).toMatch(/has a value of 4 characters$/)
  const broken: Compiler = {
    expression: () => {
      throw new RangeError('Invalid string length')
    },
  }
  expect(outlasted(1, broken)).toMatchObject({
    checker: 'BOUNDS-1',
    detail: expect.stringMatching(/RangeError: Invalid string length$/),
  })
})
