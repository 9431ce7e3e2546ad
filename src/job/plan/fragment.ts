/**
 * Pieces of SQL on their way from a job file into a plan: what a plan holds is a part of what the
 * author wrote, perhaps with names put for its aggregates. A fragment knows where each of its
 * characters comes from, so that a mistake found in the plan is shown in the file.
 */

import { offsetOf } from '../document/written.ts'
import type { Place, Written } from '../shape/shape.ts'

/** From `at` on, the fragment is what stands at `from` of the written text, `length` long. */
interface Segment {
  readonly at: number
  readonly from: number
  readonly length: number
}

export interface Fragment {
  readonly text: string
  readonly written: Written
  readonly segments: readonly Segment[]
}

/** A range of the written text, in UTF-16 units. */
export interface Range {
  readonly from: number
  readonly to: number
}

export function wholeOf(written: Written): Fragment {
  return partOf(written, { from: 0, to: written.text.length })
}

export function partOf(written: Written, { from, to }: Range): Fragment {
  const segments = [{ at: 0, from, length: to - from }]
  return { text: written.text.slice(from, to), written, segments }
}

/** The text with other words put for some ranges, which do not overlap and ascend. */
export function replaced(
  written: Written,
  replacements: readonly (Range & { readonly by: string })[],
): Fragment {
  const segments: Segment[] = []
  let text = ''
  let done = 0
  const put = (piece: string, from: number, to: number) => {
    segments.push({ at: text.length, from, length: to - from })
    text += piece
    done = to
  }
  for (const { from, to, by } of replacements) {
    put(written.text.slice(done, from), done, from)
    put(by, from, to)
  }
  put(written.text.slice(done), done, written.text.length)
  return { text, written, segments }
}

/** Where in the file the character at `index` of the fragment stands. */
export function placeIn(source: string, fragment: Fragment, index: number): Place {
  const { written, segments } = fragment
  const segment = segments.findLast(one => one.at <= index)
  const inside = segment === undefined ? 0 : Math.min(index - segment.at, segment.length)
  const start = offsetOf(source, written.node, (segment?.from ?? 0) + inside)
  return { path: written.at.path, start, end: written.at.end }
}
