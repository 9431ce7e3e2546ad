/**
 * What must hold of every order that explains a history, found by looking at the answers alone: it
 * spares the search nearly all wrong turns. Each hint is a necessary condition, so none can turn a
 * no into a yes or a yes into a no. All of them rest on values that are put in once only; where
 * that does not hold there are no hints.
 */

import type { KeyKind } from '../../command.ts'
import type { Call } from './linearizable.ts'

export function withHints(kind: KeyKind, calls: readonly Call[]): readonly Call[] {
  const putters = puttersOf(calls)
  if (putters === undefined) return calls
  if (kind === 'register') return calls.map(withSight)
  const orders = kind === 'list' ? listOrders(calls) : queueOrders(calls)
  return withOrders(calls, orders, putters)
}

/** Which call put a value in; undefined: some value was put in twice. */
function puttersOf(calls: readonly Call[]): Map<number, number> | undefined {
  const putters = new Map<number, number>()
  for (const [i, { move }] of calls.entries()) {
    if (move.name === 'read' || move.name === 'dequeue') continue
    if (putters.has(move.value) || move.value === 0) return undefined
    putters.set(move.value, i)
  }
  return putters
}

/** A register's value does not come again: whoever must see it sees it before it is overwritten. */
function withSight(call: Call): Call {
  const { name, seen, expected, result } = call.move
  if (name === 'read' && typeof seen === 'number') return { ...call, sees: seen }
  return name === 'cas' && result?.ok ? { ...call, sees: expected } : call
}

/** The first was put in before the second. */
type Order = readonly [earlier: number, later: number]

/**
 * Lists only grow: the longest read gives the order of all that it holds, and the rest comes
 * behind.
 */
function listOrders(calls: readonly Call[]): Order[] {
  let longest: readonly number[] = []
  for (const { move } of calls) {
    if (typeof move.seen === 'object' && move.seen.length > longest.length) longest = move.seen
  }
  const orders = neighbours(longest)
  const last = longest.at(-1)
  const seen = new Set(longest)
  for (const { move } of calls) {
    const isBehind = move.name === 'append' && !seen.has(move.value) && last !== undefined
    if (isBehind) orders.push([last, move.value])
  }
  return orders
}

/** Items leave a queue in the order in which they came. */
function queueOrders(calls: readonly Call[]): Order[] {
  const reads: { call: Call; seen: readonly number[] }[] = []
  const taken: { call: Call; value: number }[] = []
  for (const call of calls) {
    const { seen, result } = call.move
    if (typeof seen === 'object') reads.push({ call, seen })
    if (result?.value !== undefined) taken.push({ call, value: result.value })
  }
  taken.sort((a, b) => a.call.called - b.call.called)
  const orders = reads.flatMap(({ seen }) => neighbours(seen))
  for (const [i, a] of taken.entries()) {
    const b = taken.slice(i + 1).find(({ call }) => call.called > a.call.returned)
    if (b !== undefined) orders.push([a.value, b.value])
  }
  for (const { call, seen } of reads) orders.push(...aroundRead(call, seen, taken))
  return orders
}

/**
 * What was taken before a read was there before all it saw; what it did not see and was taken
 * later came later.
 */
function aroundRead(
  read: Call,
  seen: readonly number[],
  taken: readonly { call: Call; value: number }[],
): Order[] {
  const [first, last] = [seen[0], seen.at(-1)]
  if (first === undefined || last === undefined) return []
  const orders: Order[] = []
  for (const { call, value } of taken) {
    if (call.returned < read.called) orders.push([value, first])
    else if (call.called > read.returned && !seen.includes(value)) orders.push([last, value])
  }
  return orders
}

function neighbours(values: readonly number[]): Order[] {
  const orders: Order[] = []
  for (let i = 1; i < values.length; i++) {
    orders.push([values[i - 1] as number, values[i] as number])
  }
  return orders
}

function withOrders(
  calls: readonly Call[],
  orders: readonly Order[],
  putters: ReadonlyMap<number, number>,
): readonly Call[] {
  const after = new Map<number, Set<number>>()
  for (const [earlier, later] of orders) {
    const [first, second] = [putters.get(earlier), putters.get(later)]
    if (first === undefined || second === undefined) continue
    const firsts = after.get(second) ?? new Set()
    after.set(second, firsts.add(first))
  }
  return calls.map((call, i) => {
    const firsts = after.get(i)
    return firsts === undefined ? call : { ...call, after: [...firsts] }
  })
}
