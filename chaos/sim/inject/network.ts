/** Faults of paths between nodes. */

import { Prng } from '../../../src/base/prng.ts'
import type { Fault } from '../run/scenario.ts'
import { US_PER_MS } from '../world/clock.ts'
import { aimedAt, type Injection, over, pick, type Surroundings, untilUs } from './injection.ts'

const delaySpike: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  const delayUs = Math.round(fault.amount * US_PER_MS)
  world.network.addDelay(node.index, delayUs)
  return () => world.network.addDelay(node.index, -delayUs)
}

const lossBurst: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  world.network.addLoss(node.index, fault.amount)
  return () => world.network.addLoss(node.index, -fault.amount)
}

const replay: Injection = (world, fault) => {
  const isSaid = world.network.replay(fault.amount, fault.forMs, new Prng(fault.salt))
  return isSaid ? over : 'missed'
}

const echo: Injection = (world, { amount }) => {
  world.network.addEcho(amount)
  return () => world.network.addEcho(-amount)
}

/** Cuts these paths, and undoes exactly that. */
function cutPaths(world: Surroundings, paths: readonly (readonly [number, number])[]) {
  if (paths.length === 0) return 'missed'
  for (const [from, to] of paths) world.network.cut(from, to, 1)
  return () => {
    for (const [from, to] of paths) world.network.cut(from, to, -1)
  }
}

/** The two nodes of a fault between a pair. */
function pairOf(world: Surroundings, fault: Fault): readonly [number, number] | undefined {
  const one = aimedAt(world, fault.who)
  const other = pick(
    world.cluster.present.filter(node => node !== one),
    fault.whom,
  )
  return one === undefined || other === undefined ? undefined : [one.index, other.index]
}

const cutOneWay: Injection = (world, fault) => {
  const pair = pairOf(world, fault)
  return cutPaths(world, pair === undefined ? [] : [pair])
}

const cutPair: Injection = (world, fault) => {
  const pair = pairOf(world, fault)
  return cutPaths(world, pair === undefined ? [] : [pair, [pair[1], pair[0]]])
}

const clog: Injection = (world, fault) => {
  const pair = pairOf(world, fault)
  if (pair === undefined) return 'missed'
  world.network.clog(pair[0], pair[1], untilUs(world, fault))
  return over
}

/** All nodes fall to one side or the other; both sides have some. */
const split: Injection = (world, fault) => {
  const indexes = world.cluster.present.map(node => node.index)
  const prng = new Prng(fault.salt)
  prng.shuffle(indexes)
  if (indexes.length < 2) return 'missed'
  const side = new Set(indexes.slice(0, prng.between(1, indexes.length - 1)))
  return cutPaths(
    world,
    allPaths(indexes).filter(([from, to]) => side.has(from) !== side.has(to)),
  )
}

/** Both ways, or only one of them. */
const isolate: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  const ways = new Prng(fault.salt).below(4)
  const indexes = world.cluster.present.map(({ index }) => index)
  const paths = allPaths(indexes).filter(([from, to]) => {
    return (from === node.index && ways !== 1) || (to === node.index && ways !== 2)
  })
  return cutPaths(world, paths)
}

function allPaths(nodes: readonly number[]): (readonly [number, number])[] {
  return nodes.flatMap(from => nodes.filter(to => to !== from).map(to => [from, to] as const))
}

export const networkInjections = {
  'delay-spike': delaySpike,
  'loss-burst': lossBurst,
  replay,
  echo,
  'cut-one-way': cutOneWay,
  'cut-pair': cutPair,
  split,
  isolate,
  'isolate-leader': isolate,
  clog,
} as const
