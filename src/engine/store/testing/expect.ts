/** Comparisons of many bytes: deep equality takes longer than all that is tested. */

import { expect } from 'vitest'
import type { Cursor, Row } from '../cursor.ts'
import { compareKeys } from '../entry.ts'

export function expectBytes(found: Uint8Array | undefined, wanted: Uint8Array | undefined): void {
  const isSame =
    found === undefined || wanted === undefined
      ? found === wanted
      : compareKeys(found, wanted) === 0
  if (!isSame) expect(found).toEqual(wanted)
}

/** All that the cursor still has. */
export function expectRows(cursor: Cursor, wanted: readonly Row[]): void {
  for (const { key, value } of wanted) {
    if (!cursor.next()) expect.fail(`the rows end before ${key}`)
    expectBytes(cursor.key, key)
    expectBytes(cursor.value, value)
  }
  expect(cursor.next()).toBe(false)
}
