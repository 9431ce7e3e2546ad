/** Ids of the deciding core. Branded: the compiler never lets one be taken for another. */

declare const brand: unique symbol
type Branded<T, B extends string> = T & { readonly [brand]: B }

/**
 * One group's copy on one node. Given out by a counter that begins at 1, and never used twice, not
 * even after a lost disk.
 */
export type ReplicaId = Branded<number, 'ReplicaId'>

/** One Raft group; its name is for people, on the wire and on the disk it is this number. */
export type GroupId = Branded<number, 'GroupId'>

/** One OS process with a data folder. */
export type NodeId = Branded<string, 'NodeId'>

export const replicaId = (n: number): ReplicaId => n as ReplicaId
export const groupId = (n: number): GroupId => n as GroupId
export const nodeId = (name: string): NodeId => name as NodeId
