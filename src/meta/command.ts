/**
 * What stands in the log of `meta`. Each command says what is so from now on; whether it makes
 * sense is judged when it is applied (apply.ts), by all replicas alike, and one that does not is
 * refused with a code and changes nothing.
 */

import type { GroupId, NodeId } from '../base/ids.ts'
import type { JobWish, MetaNode, MetaStage, Setting, StartingOffset } from './state.ts'

/** A node as it is when it is here. */
export type NodeWord = Omit<MetaNode, 'goneSinceMs'>

export interface Submission {
  readonly name: string
  readonly text: string
  readonly digest: string
  readonly key: string
  readonly owner: string
  readonly replication: number
  readonly stages: readonly MetaStage[]
  readonly offsets: readonly StartingOffset[]
}

/** Nodes in the order in which their replicas should lead. */
export interface Placed {
  readonly group: GroupId
  readonly nodes: readonly NodeId[]
}

export type MetaCommand =
  /** It is here. With another store: its replicas become others. */
  | { readonly kind: 'node'; readonly node: NodeWord }
  | { readonly kind: 'gone'; readonly node: NodeId; readonly sinceMs: number }
  /** For good. */
  | { readonly kind: 'leave'; readonly node: NodeId }
  | { readonly kind: 'submit'; readonly job: Submission }
  | { readonly kind: 'wish'; readonly job: string; readonly wish: JobWish }
  /** Claimed in the journals by this owner. */
  | {
      readonly kind: 'generation'
      readonly job: string
      readonly generation: number
      readonly owner: string
    }
  /** The claim that was recorded last is in all journals. */
  | { readonly kind: 'claimed'; readonly job: string; readonly generation: number }
  /** Its deletion was carried out: its groups go. */
  | { readonly kind: 'drop'; readonly job: string }
  /** All or none. */
  | { readonly kind: 'place'; readonly groups: readonly Placed[] }
  /** They have elected leaders, and know their members themselves. */
  | { readonly kind: 'founded'; readonly groups: readonly GroupId[] }
  /** An empty value: it goes. */
  | { readonly kind: 'setting'; readonly setting: Setting }

/** What is said to whoever asked for it. */
export const metaRefusals = {
  'bad-node': 'a node has a name of 1 to 63 characters, a store, and words of at most 256',
  'too-many-nodes':
    'the cluster has as many nodes as it may have; remove one that is away for good',
  'store-replaced': 'the node has come with another store since; this data folder is an old one',
  'store-of-another': 'another node has this store; a data folder belongs to one node alone',
  'old-incarnation': 'the node was started later than this was said',
  'unknown-node': 'no node of the cluster has this name',
  'node-holds-replicas': 'groups have replicas on this node; they are to be moved first',
  'bad-job': 'a job has a name (a letter, then letters, digits, - and _, 64 at most) and an owner',
  'bad-stages': 'a job has 1 to 32 stages, each with its own name and 1 to 1024 partitions',
  'bad-offsets': 'a source partition has one starting offset; a job has at most 10000',
  'bad-replication': 'a group has 1 to 7 replicas',
  'job-exists': 'a job of this name was submitted already; delete it first, or choose another name',
  'job-deleted': 'the job is being deleted; it can be submitted anew when that is done',
  'job-not-deleted': 'the job is not being deleted',
  'unknown-job': 'no job has this name',
  'too-many-jobs': 'there are as many jobs as there may be; delete one',
  'too-many-groups': 'all jobs together have at most 4096 groups; ask for fewer partitions',
  'too-much-text': 'job files have 256 Ki characters at most, 4 Mi all together',
  'generation-not-higher': 'the job has this generation already, or a later one',
  'claim-not-recorded': 'the job has no claim of this generation, or another came after it',
  'unknown-group': 'no job has this group',
  'group-founding': 'the group is not founded yet: its first replicas stay until it is',
  'group-not-placed': 'the group has no place yet, so that nobody can have founded it',
  nowhere: 'a group is placed on 1 to 7 nodes, at most 512 groups at once',
  'node-twice': 'a group has one replica on a node',
  'group-twice': 'a group is placed once in a command',
  'bad-setting': 'a setting has a key of 1 to 64 characters and a value of at most 1024',
  'too-many-settings': 'there are as many settings as there may be',
} as const

export type MetaRefusal = keyof typeof metaRefusals

export type MetaOutcome = 'done' | MetaRefusal
