/**
 * One course of events between readers and groups, then calm: everything that is there must be
 * taken, even while one group takes nothing; then an epoch is cut in all groups.
 */

import { BrokenInvariant, WeirError } from '../../src/base/errors.ts'
import { World } from './world.ts'

export interface Step {
  readonly kind: keyof typeof actions
  readonly partition: number
  readonly group: number
  /** How much of it. */
  readonly size: number
}

export interface Course {
  readonly partitions: number
  readonly groups: number
  /** Which group takes nothing while the others go on. */
  readonly stuck: number
  readonly steps: readonly Step[]
}

type Action = (world: World, step: Step) => string | undefined

const nothing = (does: (world: World, step: Step) => void): Action => {
  return (world, step) => {
    does(world, step)
    return undefined
  }
}

/** Of as many records as the number says, in groups that follow from it. */
function grow(world: World, { partition, size }: Step): void {
  const { source } = world.partitions[partition] as World['partitions'][number]
  const items = Array.from({ length: size }, (_, at) => {
    const number = source.end + at
    const groups = Array.from({ length: (number * 7 + size) % 3 }, (_, nth) => {
      return (number * 5 + nth * 3 + size) % world.groups.length
    })
    return { time: world.atMs + ((number * 11) % 9) - 4, groups }
  })
  source.append(items, world.atMs)
}

function deliver(world: World, { partition, group, size }: Step): string | undefined {
  for (let left = size; left > 0; left--) {
    const wrong = world.deliver(partition, group)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** Readers whose time is over say what they have to say. */
function others(world: World, { partition, size }: Step): string | undefined {
  const readers = [world.former(partition), world.stray(partition)].filter(one => one !== undefined)
  for (const reader of [...readers, ...readers]) {
    const wrong = world.send(partition, reader)
    if (wrong !== undefined) return wrong
    reader.onHead(size, world.atMs)
    reader.onBehind(2 * size)
  }
  return undefined
}

const WHOM: Readonly<Partial<Record<number, 'former' | 'stray'>>> = { 5: 'former', 6: 'stray' }

const actions = {
  grow: nothing(grow),
  pass: nothing((world, { size }) => world.pass(3 * size)),
  hello: nothing((world, { partition, group, size }) => {
    world.hello(partition, group, WHOM[size])
  }),
  cut: nothing((world, { partition, group }) => world.cut(partition, group)),
  depose: nothing((world, { partition }) => world.depose(partition)),
  send: (world, { partition }) => world.send(partition),
  others: others,
  head: nothing((world, { partition, size }) => {
    world.partitions[partition]?.reader.onHead(size, world.atMs)
  }),
  behind: nothing((world, { partition, size }) => {
    world.partitions[partition]?.reader.onBehind(2 * size)
  }),
  deliver,
  lose: nothing((world, { partition, group, size }) => world.link(partition, group)?.lose(size)),
  again: nothing((world, { partition, group, size }) => {
    world.link(partition, group)?.repeat(2 * size)
  }),
  up: nothing((world, { partition, group, size }) => {
    world.link(partition, group)?.deliverUp(Math.floor(size / 2))
  }),
  take: nothing((world, { group }) => world.groups[group]?.take(world.atMs)),
  apply: (world, { group }) => world.apply(group) ?? world.answer(group),
  discard: nothing((world, { group }) => world.discard(group)),
  open: nothing((world, { size }) => world.openEpoch(at => (size >> at) % 2 === 1)),
  commit: nothing((world, { partition }) => world.commit(partition)),
  refuse: nothing((world, { partition }) => world.refuse(partition)),
  close: nothing(world => world.closeEpoch()),
} satisfies Record<string, Action>

export const kinds = Object.keys(actions) as readonly (keyof typeof actions)[]

/** Undefined: nothing is wrong. */
export function played(course: Course): string | undefined {
  try {
    return objection(course)
  } catch (error) {
    if (error instanceof BrokenInvariant || error instanceof WeirError) return error.message
    throw error
  }
}

function objection({ partitions, groups, stuck, steps }: Course): string | undefined {
  const world = new World(partitions, groups)
  for (const [at, step] of steps.entries()) {
    const action: Action = actions[step.kind]
    const wrong = action(world, step)
    if (wrong !== undefined) return `step ${at}: ${wrong}`
  }
  return healed(world, stuck)
}

/** Nothing is lost any more; so many rounds are enough for whatever is left. */
const ROUNDS_MAX = 400
/** Of what the stuck group holds up, if it can. */
const INPUT = 60

function healed(world: World, stuck: number): string | undefined {
  world.calm()
  for (const [partition, { reader }] of world.partitions.entries()) {
    for (const group of world.groups.keys()) {
      if (world.link(partition, group)?.reader !== reader) world.hello(partition, group)
    }
    const rest = { kind: 'grow' as const, group: 0, size: INPUT }
    grow(world, { partition, ...rest })
  }
  world.close()
  const others = [...world.groups.keys()].filter(group => group !== stuck)
  const areDone = (groups: readonly number[]) => groups.every(group => world.isDone(group))
  return (
    rounds(world, others, () => areDone(others)) ??
    rounds(world, [...world.groups.keys()], () => areDone([...world.groups.keys()])) ??
    settled(world) ??
    cutWhileReplaced(world, others)
  )
}

/** An epoch that was opened before comes to its end, too. */
function settled(world: World): string | undefined {
  const { epoch } = world
  if (epoch > 0) world.tellEpoch(() => true)
  const isOver = () => world.epoch !== epoch || world.groups.every(group => group.epoch >= epoch)
  const wrong = rounds(world, [...world.groups.keys()], isOver)
  if (world.epoch > 0) world.closeEpoch()
  return wrong
}

/**
 * So many rounds after the epoch was opened a reader is replaced: before its barrier has its place,
 * as soon as it has, and when some groups have it.
 */
const DEPOSED_AFTER = [1, 2, 4]
/** Readers and groups are under way when the epoch is opened. */
const UNDER_WAY = 3

function cutWhileReplaced(world: World, others: readonly number[]): string | undefined {
  for (const count of DEPOSED_AFTER) {
    const wrong = cut(world, others, count)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** While records come and one group lags, with a reader that is replaced. */
function cut(world: World, others: readonly number[], deposedAfter: number): string | undefined {
  for (const partition of world.partitions.keys()) {
    grow(world, { kind: 'grow', partition, group: 0, size: INPUT })
  }
  const before = after(world, others, UNDER_WAY)
  world.openEpoch(at => at === 0)
  const { epoch } = world
  const isCut = () => world.groups.every(group => group.epoch === epoch)
  const wrong = before ?? after(world, others, deposedAfter)
  world.depose(0)
  for (const group of world.groups.keys()) world.hello(0, group)
  const last = wrong ?? rounds(world, [...world.groups.keys()], isCut)
  world.closeEpoch()
  return last
}

function after(world: World, groups: readonly number[], count: number): string | undefined {
  for (let left = count; left > 0; left--) {
    const wrong = round(world, groups)
    if (wrong !== undefined) return `healing: ${wrong}`
  }
  return undefined
}

function rounds(
  world: World,
  groups: readonly number[],
  isOver: () => boolean,
): string | undefined {
  for (let left = ROUNDS_MAX; left > 0; left--) {
    if (isOver()) return undefined
    const wrong = round(world, groups)
    if (wrong !== undefined) return `healing: ${wrong}`
  }
  return 'EXCHANGE-8 what is there is taken, whoever else takes nothing'
}

function round(world: World, groups: readonly number[]): string | undefined {
  world.pass(5)
  for (const partition of world.partitions.keys()) {
    const { reader, proposed } = world.partitions[partition] as World['partitions'][number]
    const wrong = world.send(partition)
    if (wrong !== undefined) return wrong
    // A round later than it was proposed: what was read meanwhile has to wait.
    if (proposed !== undefined) world.commit(partition)
    reader.onBehind(8)
    reader.onHead(5, world.atMs)
    for (const group of groups) {
      const late = deliver(world, { kind: 'deliver', partition, group, size: 100 })
      if (late !== undefined) return late
      world.link(partition, group)?.deliverUp(2)
    }
  }
  for (const group of groups) {
    world.groups[group]?.take(world.atMs)
    const wrong = world.apply(group) ?? world.answer(group)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
