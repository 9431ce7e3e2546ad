/** Whose refusal a line believes, where names are proved. */

import { expect, test } from 'vitest'
import { LineRig } from '../testing/line-rig.ts'

test('a refusal by somebody else than was called is not believed', () => {
  const rig = new LineRig()
  rig.proved = ['another', 'third']
  rig.line.dial()
  rig.pass(5)
  rig.callee.refuse('old-incarnation')
  rig.pass(5)
  expect(rig.told).toEqual(['failed turn: we refused: not-allowed', 'refused by us: not-allowed'])
  expect(rig.callee.heard.at(-2)).toBe('not-allowed')
})

test('a refusal by whom was called, with his certificate, is', () => {
  const rig = new LineRig()
  rig.proved = ['another', 'peer']
  rig.line.dial()
  rig.pass(5)
  rig.callee.refuse('old-incarnation')
  rig.pass(5)
  expect(rig.told.at(-1)).toBe('refused by them: old-incarnation')
})
