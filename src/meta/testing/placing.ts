/**
 * Test support: nodes that come, go and lose what they had, jobs that come and go, while whoever
 * leads `meta` places groups whenever it may. Behind each step the wish comes to rest, and is what
 * it should be.
 */

import { nodeId } from '../../base/ids.ts'
import type { Prng } from '../../base/prng.ts'
import { apply } from '../apply.ts'
import type { MetaCommand } from '../command.ts'
import { AWAY_MS_MAX, nextPlace } from '../placement/placement.ts'
import { emptyMeta, type MetaState } from '../state.ts'
import { Rules } from './rules.ts'

const HOUR_MS = 6 * AWAY_MS_MAX
const NODES = 7
const TURNS_MAX = 20

class Course {
  readonly #prng: Prng
  readonly #rules = new Rules()
  readonly #stores = new Map<string, number>()
  #nowMs = 0
  state = emptyMeta

  constructor(prng: Prng) {
    this.#prng = prng
  }

  /** What is wrong; undefined: nothing. */
  step(): string | undefined {
    this.#nowMs += HOUR_MS
    this.state = apply(this.state, this.#event()).state
    const trouble = this.#rules.judge(this.state)
    if (trouble !== undefined) return trouble
    for (let turns = 0; turns < TURNS_MAX; turns++) {
      const command = nextPlace(this.state, this.#nowMs)
      if (command === undefined) return this.#judge()
      const { state, outcome } = apply(this.state, command)
      if (outcome !== 'done') return `PLACE-1 a place is refused: ${outcome}`
      this.state = state
      const broken = this.#rules.judge(state)
      if (broken !== undefined) return broken
    }
    return 'PLACE-2 the wish does not come to rest'
  }

  #event(): MetaCommand {
    const prng = this.#prng
    const id = nodeId(`n${prng.below(NODES)}`)
    const groups = this.state.groups.filter(one => one.replicas.length > 0).map(one => one.id)
    const events: readonly (() => MetaCommand)[] = [
      () => this.#welcome(id, prng.chance(0.2)),
      () => this.#welcome(id, false),
      () => ({ kind: 'gone', node: id, sinceMs: this.#nowMs - prng.below(HOUR_MS) }),
      () => this.#submit(`j${prng.below(3)}`),
      () => ({ kind: 'wish', job: `j${prng.below(3)}`, wish: prng.pick(['deleted', 'stopped']) }),
      () => ({ kind: 'drop', job: `j${prng.below(3)}` }),
      () => ({ kind: 'founded', groups }),
      () => ({ kind: 'founded', groups: groups.slice(0, prng.below(4)) }),
    ]
    return prng.pick(events)()
  }

  #welcome(id: ReturnType<typeof nodeId>, isWiped: boolean): MetaCommand {
    const number = (this.#stores.get(id) ?? 0) + (isWiped ? 1 : 0)
    this.#stores.set(id, number)
    const zone = `z${Number(id.slice(1)) % 3}`
    const store = `${id}-${number}`
    return { kind: 'node', node: { id, store, boot: 1, zone, host: id, address: '', http: '' } }
  }

  #submit(name: string): MetaCommand {
    const stages = [{ name: 'count', partitions: this.#prng.between(1, 8) }]
    const replication = this.#prng.between(1, 4)
    const plan = { text: '', digest: '', key: '', owner: 'o', offsets: [] }
    return { kind: 'submit', job: { name, ...plan, replication, stages } }
  }

  #judge(): string | undefined {
    const { nodes, jobs, groups } = this.state
    const here = nodes.filter(one => one.goneSinceMs === undefined)
    if (2 * here.length <= nodes.length) return undefined
    const isLong = (since: number | undefined) => this.#nowMs - (since ?? Infinity) > AWAY_MS_MAX
    const may = nodes.filter(one => !isLong(one.goneSinceMs))
    for (const { id, job: name, founding, replicas } of groups) {
      const job = jobs.find(one => one.name === name)
      if (job === undefined || job.wish === 'deleted' || founding.length > 0) continue
      const wanted = Math.min(job.replication, may.length)
      if (replicas.length !== wanted && !this.#isHeldUp()) {
        return `PLACE-3 group ${id} has ${replicas.length} replicas, and should have ${wanted}`
      }
      const zones = new Set(replicas.map(one => nodes.find(x => x.id === one.node)?.zone)).size
      const possible = Math.min(wanted, new Set(may.map(one => one.zone)).size)
      if (zones < possible && !this.#isHeldUp()) return `PLACE-4 group ${id} is in ${zones} zones`
    }
    return undefined
  }

  /** Who is away and holds what cannot be moved yet: the others that are away wait for it. */
  #isHeldUp(): boolean {
    const { nodes, groups, jobs } = this.state
    const away = nodes.filter(one => one.goneSinceMs !== undefined).map(one => one.id)
    return groups.some(({ founding, replicas, job }) => {
      const isFixed = founding.length > 0 || jobs.find(one => one.name === job)?.wish === 'deleted'
      return isFixed && replicas.some(one => away.includes(one.node))
    })
  }
}

/** What is wrong, in words; undefined: nothing. `onState` sees where each step led. */
export function placed(prng: Prng, onState?: (state: MetaState) => void): string | undefined {
  const course = new Course(prng)
  for (let step = 0; step < 60; step++) {
    const trouble = course.step()
    if (trouble !== undefined) return `step ${step}: ${trouble}`
    onState?.(course.state)
  }
  return undefined
}
