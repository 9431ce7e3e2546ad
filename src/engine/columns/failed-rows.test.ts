/** A row fails once, and what failed first is what is told. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FailedRows } from './failed-rows.ts'

test('each row is told once, with what failed first', () => {
  const anyFailure = fc.tuple(fc.nat(5), fc.constantFrom('overflow', 'division-by-zero'))
  fc.assert(
    fc.property(fc.array(anyFailure), all => {
      const told: [number, string, string][] = []
      const failed = new FailedRows((row, code, reason) => told.push([row, code, reason]))
      all.forEach(([row, code], at) => {
        failed.add(row, code, `reason ${at}`)
      })
      const first = all.flatMap(([row, code], at): [number, string, string][] =>
        all.findIndex(([other]) => other === row) === at ? [[row, code, `reason ${at}`]] : [],
      )
      expect(told).toEqual(first)
      expect(failed.count).toBe(first.length)
      for (let row = 0; row < 6; row++) {
        expect(failed.has(row)).toBe(first.some(([other]) => other === row))
      }
    }),
  )
})

test('nothing failed before something did', () => {
  const failed = new FailedRows(() => expect.unreachable())
  expect([failed.count, failed.has(0)]).toEqual([0, false])
})
