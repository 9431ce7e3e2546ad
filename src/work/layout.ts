/** A job as it is laid out once it was submitted: its groups, their seats, where input begins. */

import { invariant } from '../base/errors.ts'
import { type StageRef, type Wiring, wiringOf } from '../group/wiring.ts'
import type { MetaStage, StartingOffset } from '../meta/state.ts'
import type { Blueprint } from './blueprint.ts'
import { type LanePlan, lanesOf } from './lanes.ts'

export interface Layout {
  readonly blueprint: Blueprint
  readonly wiring: Wiring
  /** Home first. */
  readonly lanes: readonly LanePlan[]
  /** Of a group among all of the job: its partition of journals and markers. */
  placeOf(ref: StageRef): number
  /** Where a partition of a source begins; one that was found later, at its first record. */
  startOf(source: string, partition: number): number
}

/** What `meta` has of it. */
export interface Laid {
  readonly stages: readonly MetaStage[]
  readonly offsets: readonly StartingOffset[]
}

export function layoutOf(blueprint: Blueprint, { stages, offsets }: Laid): Layout {
  const { plan, schemas } = blueprint
  const groups = new Map(stages.map(({ name, partitions }) => [name, partitions]))
  const starts = new Map(offsets.map(one => [`${one.source} ${one.partition}`, one.offset]))
  const partitionsOf = (source: string) => {
    const own = offsets.filter(one => one.source === source)
    return own.map(({ partition }) => partition).sort((a, b) => a - b)
  }
  const groupsOf = (stage: string) => groups.get(stage) ?? 1
  const wiring = wiringOf({ plan, schemas, groupsOf, partitionsOf })
  const nameOf = ({ stage, index }: StageRef) => `${stage}/${index}`
  const places = new Map(wiring.groups.map((ref, at) => [nameOf(ref), at]))
  return {
    blueprint,
    wiring,
    lanes: lanesOf(blueprint),
    placeOf: ref => {
      const at = places.get(nameOf(ref))
      invariant(at !== undefined, 'WORK a group is of its job', nameOf(ref))
      return at
    },
    startOf: (source, partition) => starts.get(`${source} ${partition}`) ?? 0,
  }
}
