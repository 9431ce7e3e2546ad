/** Test support: what must hold of `meta` behind every command, by name, with what came before. */

import { emptyMeta, type MetaState, nameOfGroup, nodeIn } from '../state.ts'

/** Undefined: it holds. */
type Judge = (now: MetaState, before: MetaState) => string | undefined

/** Whatever a key was given to, it is never given to anything else. */
class Given {
  readonly #owners = new Map<string | number, string>()

  /** The first key that has two owners. */
  take(pairs: readonly (readonly [string | number, string])[]): string | undefined {
    for (const [key, owner] of pairs) {
      const known = this.#owners.get(key) ?? owner
      if (known !== owner) return `${key} is ${owner}, and was ${known}`
      this.#owners.set(key, owner)
    }
    return undefined
  }
}

function doubled(keys: readonly (string | number)[]): string | undefined {
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  return twice === undefined ? undefined : `${twice} is there twice`
}

const grew = (now: number, before: number, what: string) =>
  now < before ? `${what} went from ${before} to ${now}` : undefined

function replicaIds(): Judge {
  const given = new Given()
  return (now, before) => {
    const pairs = now.groups.flatMap(({ id, replicas }) =>
      replicas.map(({ replica, node }) => {
        return [replica, `${id} on ${nodeIn(now, node)?.store}`] as const
      }),
    )
    const isBeyond = pairs.some(([replica]) => replica >= now.nextReplica)
    if (isBeyond) return 'a replica id comes from nowhere'
    return given.take(pairs) ?? grew(now.nextReplica, before.nextReplica, 'the counter')
  }
}

function groupIds(): Judge {
  const given = new Given()
  return (now, before) => {
    const trouble = given.take(now.groups.map(one => [one.id, nameOfGroup(one)]))
    const names = doubled(now.groups.map(nameOfGroup))
    return trouble ?? names ?? grew(now.nextGroup, before.nextGroup, 'the counter')
  }
}

/** A name that comes back has other groups than before. */
function newGroups(): Judge {
  const gone = new Set<number>()
  return (now, before) => {
    const ids = new Set<number>(now.groups.map(one => one.id))
    for (const { id } of before.groups) if (!ids.has(id)) gone.add(id)
    const back = [...ids].find(id => gone.has(id))
    return back === undefined ? undefined : `group ${back} was dropped`
  }
}

const places: Judge = now => {
  for (const { id, replicas } of now.groups) {
    const nodes = replicas.map(one => one.node)
    const unknown = nodes.find(node => nodeIn(now, node) === undefined)
    if (unknown !== undefined) return `group ${id} is on ${unknown}, which is no node`
    const twice = doubled(nodes)
    if (twice !== undefined) return `group ${id}: ${twice}`
  }
  return undefined
}

function generations(): Judge {
  const known = new Map<string, number>()
  return now => {
    const twice = doubled(now.jobs.map(one => one.name))
    for (const { name, generation, owner } of now.jobs) {
      const before = known.get(name) ?? 0
      if (generation < before) return `${name} went back from ${before} to ${generation}`
      if (owner === '') return `${name} has no owner`
      known.set(name, generation)
    }
    return twice
  }
}

const fixed: Judge = (now, before) => {
  for (const job of now.jobs) {
    const known = before.jobs.find(one => one.name === job.name)
    if (known === undefined) continue
    const isSame = known.offsets === job.offsets && known.stages === job.stages
    if (!isSame || known.digest !== job.digest) return `${job.name} has another plan or beginning`
    if (known.wish === 'deleted' && job.wish !== 'deleted') return `${job.name} came back`
    const isClaimedTwice = known.generation === job.generation && known.owner !== job.owner
    if (isClaimedTwice) return `${job.name} has a generation of two owners`
  }
  return undefined
}

/** Whoever begins a group begins it with these. */
const foundings: Judge = (now, before) => {
  for (const { id, founding, replicas } of now.groups) {
    const known = before.groups.find(one => one.id === id)
    if (known === undefined || known.replicas.length === 0) continue
    const isSame = founding.length === 0 || founding.join() === known.founding.join()
    if (!isSame) return `group ${id} is founded a second time`
    const nodes = (rows: typeof replicas) =>
      rows
        .map(one => one.node)
        .sort()
        .join()
    const isMoved = known.founding.length > 0 && nodes(known.replicas) !== nodes(replicas)
    if (isMoved) return `group ${id} moved before it was founded`
  }
  return undefined
}

const stores: Judge = now => {
  const old = now.nodes.find(one => now.givenUp.includes(one.store))
  if (old !== undefined) return `${old.id} has a store that was given up`
  return doubled(now.nodes.map(one => one.store))
}

/** Each with a memory of its own. */
export class Rules {
  readonly #judges: readonly (readonly [name: string, judge: Judge])[] = [
    ['META-1 a replica id stands for one group, node and store', replicaIds()],
    ['META-2 a group has one replica on a node, and only on nodes', places],
    ['META-3 a group id stands for one group', groupIds()],
    ['META-4 a group that was dropped does not come back', newGroups()],
    ['META-5 names are unique, and generations only grow', generations()],
    ['META-6 plan and starting offsets of a job stand, and a deletion too', fixed],
    ['META-7 a group is founded once, where it was placed first', foundings],
    ['META-8 a store has one node, and one that was given up has none', stores],
  ]
  #before = emptyMeta

  /** What is wrong; undefined: nothing. */
  judge(now: MetaState): string | undefined {
    const before = this.#before
    this.#before = now
    for (const [name, judge] of this.#judges) {
      const trouble = judge(now, before)
      if (trouble !== undefined) return `${name}: ${trouble}`
    }
    return undefined
  }
}
