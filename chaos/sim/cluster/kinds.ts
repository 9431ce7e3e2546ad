/** What befalls a cluster that runs a job besides what befalls its nodes: the one table of it. */

import { type FleetFaultKind, fleetFaultKinds } from '../fleet/kinds.ts'
import { logFaultKinds } from '../world/log/faults.ts'

const jobFaults = {
  'node-off-log': 'a node loses the log, and still hears the other nodes',
  'log-away': 'nobody reaches the log',
  'commits-lost': 'for a while no transaction is decided; all else goes on',
  'call-lost': 'one call of one kind never arrives',
  'answer-lost': 'one call of one kind is carried out, and its answer never arrives',
  'call-late': 'one call of one kind arrives late',
  'coordinator-moved': 'another decides the transactions of a group',
  'partition-moved': 'a partition of the journal, the outputs or the input gets another leader',
  'broker-lost': 'everybody whom one broker could have led is led by others',
  'streams-broken': 'all streams to a node break, and what was on its way is lost',
  'gc-pause': 'the thread of a node does nothing for a while; its system goes on',
  'epoch-opened': 'an epoch is opened, and closed when all groups have cut it, or before',
  restarted: 'the job is stopped, and started again when all is out',
  'lead-swapped': 'leadership goes to and fro, again and again',
} as const

export type JobFaultKind = keyof typeof jobFaults
export const jobFaultKinds = Object.keys(jobFaults) as readonly JobFaultKind[]

/** Those that nodes of this play are put to. */
const nodeKinds: readonly FleetFaultKind[] = [
  'crash',
  'crash-leader',
  'power-cut',
  'blackout',
  'pause',
  'pause-leader',
  'isolate',
  'isolate-leader',
  'cut-one-way',
  'cut-pair',
  'reset',
  'disk-stall',
  'lost-disk',
  'stop',
  'restart-storm',
  'transfer',
  'unsynced-lost',
  'torn-tail',
]

export type ClusterFaultKind = FleetFaultKind | JobFaultKind
export const clusterKinds = [...jobFaultKinds, ...nodeKinds, ...logFaultKinds]

export function isNodeFault(kind: ClusterFaultKind): kind is FleetFaultKind {
  return (fleetFaultKinds as readonly string[]).includes(kind)
}
