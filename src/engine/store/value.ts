/** The value of a slot of a leaf, whether it lies there or in pages of its own. */

import { copyBytes } from './entry.ts'
import { copyFar, farFirst, farSize } from './overflow.ts'
import { FAR, type Page } from './page.ts'
import type { Pages } from './pages.ts'

export function valueSizeOf(page: Page, index: number): number {
  const code = page.valueCode(index)
  return code === FAR ? farSize(page.bytes, page.dataAt(index)) : code
}

/** `to` has room for it from `at` on. */
export function copyValue(
  pages: Pages,
  page: Page,
  index: number,
  to: Uint8Array,
  at: number,
): void {
  const dataAt = page.dataAt(index)
  const code = page.valueCode(index)
  if (code !== FAR) copyBytes(page.bytes, dataAt, code, to, at)
  else copyFar(pages, farFirst(page.bytes, dataAt), farSize(page.bytes, dataAt), to, at)
}
