/** Where columns come from: the batch, or one value for all rows. */

import { invariant } from '../../base/errors.ts'
import { vectorOf } from '../../engine/columns/builder.ts'
import type { Scalar, Vector } from '../../engine/columns/vector.ts'
import type { Type } from '../../engine/schema/type.ts'
import type { Columnwise, Kernel } from './frame.ts'

export function column(place: number): Kernel {
  return {
    evaluate({ records }) {
      const vector = records.vectors[place]
      invariant(vector !== undefined, 'records-have-the-columns-of-their-schema', place)
      return vector
    },
  }
}

/** Batches mostly have the same size, so the column is kept for the next one. */
export function constant(type: Type, value: Scalar): Kernel {
  let kept: Vector = vectorOf(type, [])
  let keptSize = 0
  return {
    evaluate({ size }) {
      if (size !== keptSize) {
        kept = vectorOf(type, new Array<Scalar>(size).fill(value))
        keptSize = size
      }
      return kept
    },
  }
}

export function apply(run: Columnwise, args: readonly Kernel[]): Kernel {
  return {
    evaluate: (frame, rows) =>
      run(
        args.map(arg => arg.evaluate(frame, rows)),
        rows,
        frame,
      ),
  }
}
