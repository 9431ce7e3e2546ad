/** Arrays as their items: sorted, once each, looked through. Null is equal to null, and last. */

import type { Scalar } from '../../engine/columns/vector.ts'
import type { Order } from '../value/order.ts'

export type Items = readonly Scalar[]

export const sorted = (items: Items, order: Order): Items => items.toSorted(order)

/** The first of equal ones stays, in the order in which they came. */
export function distinct(items: Items, order: Order): Items {
  const places = items.map((_, place) => place)
  const byValue = places.toSorted((a, b) => order(items[a] as Scalar, items[b] as Scalar) || a - b)
  const kept = byValue.filter((place, i) => {
    const before = byValue[i - 1]
    return before === undefined || order(items[before] as Scalar, items[place] as Scalar) !== 0
  })
  return kept.sort((a, b) => a - b).map(place => items[place] as Scalar)
}

/** From 1 on; 0 where it is not. */
export const placeOf = (items: Items, value: Scalar, order: Order): number =>
  items.findIndex(item => order(item, value) === 0) + 1

/**
 * Membership by binary search, so that two long arrays do not cost their product; `between` orders
 * an item and what is looked for.
 */
export function memberOf(items: Items, order: Order, between: Order): (value: Scalar) => boolean {
  const all = sorted(items, order)
  return value => {
    let [low, high] = [0, all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (between(all[middle] as Scalar, value) < 0) low = middle + 1
      else high = middle
    }
    return low < all.length && between(all[low] as Scalar, value) === 0
  }
}
