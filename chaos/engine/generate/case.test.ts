/** What a seed draws besides plan and input. */

import { expect, test } from 'vitest'
import { drawCase } from './case.ts'

const cases = Array.from({ length: 400 }, (_, seed) => drawCase(seed))

/** Its second aggregate reads its first one, and says again what that changes. */
const tellsCuts = cases.filter(({ plan: { operators } }) =>
  operators.some(({ inputs, spec }) => {
    const first = operators.find(({ id }) => inputs.some(({ from }) => from === id))
    const saysAgain = spec.kind === 'aggregate' && spec.mode === 'updating'
    return saysAgain && first?.spec.kind === 'aggregate'
  }),
)

test('what is due is cut into batches', () => {
  const sizes = new Set(cases.map(({ setting }) => setting.rowsDueMax))
  expect(sizes).toEqual(new Set([1, 3, 10_000]))
})

test('but where the cut would be told', () => {
  expect(tellsCuts.length).toBeGreaterThan(3)
  expect(new Set(tellsCuts.map(({ setting }) => setting.rowsDueMax))).toEqual(new Set([10_000]))
})
