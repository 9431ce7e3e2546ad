/** Remarks: in the order of the file, not without end. */

import { describe, expect, it } from 'vitest'
import { REMARKS_MAX } from '../shape/check.ts'
import { Remarks } from './remarks.ts'

const at = (start: number) => ({ path: ['a', start], start, end: start + 1 })

describe('remarks', () => {
  it('are told in the order of the file', () => {
    const remarks = new Remarks()
    remarks.warning(at(7), 'w', 'second')
    remarks.error(at(3), 'e', 'first', 'do this')
    remarks.error(at(9), 'e', 'third')
    expect(remarks.all).toEqual([
      {
        level: 'error',
        code: 'e',
        offset: 3,
        path: ['a', 3],
        message: 'first',
        suggestion: 'do this',
      },
      { level: 'warning', code: 'w', offset: 7, path: ['a', 7], message: 'second' },
      { level: 'error', code: 'e', offset: 9, path: ['a', 9], message: 'third' },
    ])
  })

  it('know whether there are errors among them', () => {
    const remarks = new Remarks()
    expect(remarks.hasErrors).toBe(false)
    remarks.warning(at(1), 'w', 'odd')
    expect(remarks.hasErrors).toBe(false)
    remarks.error(at(2), 'e', 'wrong')
    expect(remarks.hasErrors).toBe(true)
  })

  it('come to an end', () => {
    const remarks = new Remarks()
    for (let count = 0; count < 10 * REMARKS_MAX; count++) remarks.error(at(count), 'e', 'wrong')
    expect(remarks.all).toHaveLength(REMARKS_MAX)
  })
})
