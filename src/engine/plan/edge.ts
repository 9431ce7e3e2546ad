/** An edge as one text, which no other edge of the plan has: steps have no points in their names. */

import type { Edge } from './plan.ts'

export function edgeText({ from, side }: Edge): string {
  return side === undefined ? from : `${from}.${side}`
}
