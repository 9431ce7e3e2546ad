/**
 * What the cluster's own group, `meta`, holds: its nodes, the jobs that are wished for, and the
 * groups of those jobs with their place. A wish, throughout: a group's own log holds the truth
 * about its members, and neither data path nor failover asks here. A value that is never changed: a
 * command makes another one (apply.ts), and one that was refused is known by its being the same.
 */

import { type GroupId, groupId, type NodeId, type ReplicaId } from '../base/ids.ts'

export interface MetaNode {
  readonly id: NodeId
  /** The random id of its data folder: a folder that was lost makes another store. */
  readonly store: string
  /** How often the store had been opened when this was said. */
  readonly boot: number
  /** Failure domains: a rack or a datacenter, and the machine. */
  readonly zone: string
  readonly host: string
  /** Where other nodes reach it, and where its HTTP interface is reached. */
  readonly address: string
  readonly http: string
  /** By the clock of whoever noticed; undefined: it is here. */
  readonly goneSinceMs: number | undefined
}

export type JobWish = 'running' | 'stopped' | 'deleted'

/**
 * Of a job's newest generation. `none`: no claim was ever whole. `whole`: it stands in all
 * journals, so that groups may begin it. `due`: another claim comes before the job goes on.
 */
export type ClaimState = 'none' | 'whole' | 'due'

/** A stage of the job's plan: so many groups. */
export interface MetaStage {
  readonly name: string
  readonly partitions: number
}

/** Resolved once, at submit: nobody asks again where a source began. */
export interface StartingOffset {
  readonly source: string
  readonly partition: number
  readonly offset: number
}

export interface MetaJob {
  readonly name: string
  /** The job file. */
  readonly text: string
  /** Of the plan that the text was compiled to. */
  readonly digest: string
  /** Whoever submits again under it is told the same again; empty: nobody can. */
  readonly key: string
  readonly wish: JobWish
  /** 0: none was claimed yet. */
  readonly generation: number
  /** Random, of the claim. */
  readonly owner: string
  readonly claim: ClaimState
  /** Replicas that each group should have, where there are as many nodes. */
  readonly replication: number
  readonly stages: readonly MetaStage[]
  readonly offsets: readonly StartingOffset[]
}

export interface MetaReplica {
  readonly replica: ReplicaId
  readonly node: NodeId
}

export interface MetaGroup {
  readonly id: GroupId
  readonly job: string
  readonly stage: string
  readonly index: number
  /**
   * Its first members, each of which begins it with these as voters. Nobody is until they have said
   * that it is founded: then the group itself knows its members, and this is empty.
   */
  readonly founding: readonly ReplicaId[]
  /** In the order in which they should lead; none: it was not placed yet. */
  readonly replicas: readonly MetaReplica[]
}

/** A job that was dropped: the next of its name goes on with its generations. */
export interface Grave {
  readonly name: string
  readonly generation: number
}

export interface Setting {
  readonly key: string
  readonly value: string
}

export interface MetaState {
  /** Counters: what they give is never given again. */
  readonly nextReplica: number
  readonly nextGroup: number
  /** In the order of their ids. */
  readonly nodes: readonly MetaNode[]
  /** Stores that nodes came without, oldest first: whoever comes with one has an old folder. */
  readonly givenUp: readonly string[]
  /** In the order of their names. */
  readonly jobs: readonly MetaJob[]
  /** In the order of their ids. */
  readonly groups: readonly MetaGroup[]
  /** Those that were dropped first come first. */
  readonly graves: readonly Grave[]
  /** In the order of their keys. */
  readonly settings: readonly Setting[]
}

/** The group `meta` itself, beyond the numbers that founders give to groups. */
export const META_GROUP = groupId(65_536)

export const emptyMeta: MetaState = {
  nextReplica: 1,
  nextGroup: META_GROUP + 1,
  nodes: [],
  givenUp: [],
  jobs: [],
  groups: [],
  graves: [],
  settings: [],
}

/** For people: on wire and disk a group is its number. */
export const nameOfGroup = ({ job, stage, index }: Pick<MetaGroup, 'job' | 'stage' | 'index'>) =>
  `${job}/${stage}/${index}`

export const nodeIn = ({ nodes }: MetaState, id: NodeId) => nodes.find(one => one.id === id)

export const jobIn = ({ jobs }: MetaState, name: string) => jobs.find(one => one.name === name)

export const groupIn = ({ groups }: MetaState, id: GroupId) => groups.find(one => one.id === id)
