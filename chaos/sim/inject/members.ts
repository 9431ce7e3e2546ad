/** Changes of members, as wishes that the churn driver takes to the leader. */

import type { ReplicaId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { MembersWish } from '../../../src/raft/members/members.ts'
import { isJoint } from '../../../src/raft/members/members.ts'
import type { Members } from '../../../src/raft/types.ts'
import { type Plan, replacement } from '../run/churn.ts'
import type { Fault } from '../run/scenario.ts'
import { type Injection, pick, type Surroundings, untilUs } from './injection.ts'

/** The wish, computed afresh at every attempt; undefined when there is nobody to change. */
type Wish = (members: Members, leader: ReplicaId) => MembersWish | undefined

function wantOnce(world: Surroundings, fault: Fault, wish: Wish): 'later' {
  const plan: Plan = (members, leader) => {
    return isJoint(members) ? 'wait' : (wish(members, leader) ?? 'done')
  }
  world.churn.want({
    plan,
    untilUs: untilUs(world, fault),
    once: true,
    onTaken: () => world.tally.hit(fault.kind),
  })
  return 'later'
}

const without = (ids: readonly ReplicaId[], id: ReplicaId) => ids.filter(other => other !== id)

/** A new replica on a new node, if there may be one more. */
function newcomer(world: Surroundings): ReplicaId | undefined {
  const { cluster, scenario } = world
  if (cluster.present.length >= scenario.replicasMax) return undefined
  return cluster.spawn()?.replica
}

const addLearner: Injection = (world, fault) => {
  const id = newcomer(world)
  if (id === undefined) return 'missed'
  return wantOnce(world, fault, ({ voters, learners }) => ({ voters, learners: [...learners, id] }))
}

const promote: Injection = (world, fault) =>
  wantOnce(world, fault, ({ voters, learners }) => {
    const sound = learners.filter(id => !world.cluster.isImpaired(id))
    const id = pick(sound, fault.who)
    return id && { voters: [...voters, id], learners: without(learners, id) }
  })

const remove: Injection = (world, fault) =>
  wantOnce(world, fault, ({ voters, learners }, leader) => {
    const many = voters.length > world.scenario.votersMin
    const id = pick([...(many ? without(voters, leader) : []), ...learners], fault.who)
    return id && { voters: without(voters, id), learners: without(learners, id) }
  })

const removeLeader: Injection = (world, fault) =>
  wantOnce(world, fault, ({ voters, learners }, leader) => {
    if (voters.length <= world.scenario.votersMin) return undefined
    return { voters: without(voters, leader), learners }
  })

const demote: Injection = (world, fault) =>
  wantOnce(world, fault, ({ voters, learners }) => {
    const id = voters.length > world.scenario.votersMin ? pick(voters, fault.who) : undefined
    return id && { voters: without(voters, id), learners: [...learners, id] }
  })

/** Drops, demotes and promotes several at once. */
const swapMany: Injection = (world, fault) =>
  wantOnce(world, fault, ({ voters, learners }) => {
    const prng = new Prng(fault.salt)
    const joining = learners.filter(id => !world.cluster.isImpaired(id))
    const spare = voters.length + joining.length - world.scenario.votersMin
    const leaving = prng.shuffle([...voters]).slice(0, Math.max(0, Math.min(2, spare)))
    if (joining.length + leaving.length < 2) return undefined
    const demoted = leaving.filter(() => prng.chance(0.5))
    return {
      voters: [...voters.filter(id => !leaving.includes(id)), ...joining],
      learners: [...learners.filter(id => !joining.includes(id)), ...demoted],
    }
  })

/** A voter gives its place to a new replica. */
const replace: Injection = (world, fault) => {
  const members = world.cluster.committedMembers()
  const lost = pick(members.voters, fault.who)
  const heir = lost && newcomer(world)
  if (lost === undefined || heir === undefined) return 'missed'
  let isSwapped = false
  world.churn.want({
    plan: now => {
      const wish = replacement(now, lost, heir)
      isSwapped = typeof wish === 'object' && wish.voters.includes(heir)
      return wish
    },
    untilUs: untilUs(world, fault),
    once: false,
    onTaken: () => {
      if (isSwapped) world.tally.hit('replace')
    },
  })
  return 'later'
}

export const memberInjections = {
  'add-learner': addLearner,
  promote,
  remove,
  'remove-leader': removeLeader,
  demote,
  replace,
  'swap-many': swapMany,
} as const
