/** What befalls publishers besides what befalls their nodes: the one table of it. */

import { type FleetFaultKind, fleetFaultKinds } from '../fleet/kinds.ts'
import { logFaultKinds } from '../world/log/faults.ts'

const journalFaults = {
  // Ways to the logs.
  'node-off-log': 'a node loses the logs, and still hears the other nodes',
  'log-away': 'nobody reaches a log',
  'call-lost': 'one call of one kind never arrives',
  'answer-lost': 'one call of one kind is carried out, and its answer never arrives',
  'call-late': 'one call of one kind arrives late',
  'commits-unanswered': 'for a while no leader of a group is told what became of a commit',
  // Groups.
  'question-lost': 'a leader asks its group whether it leads, and nobody answers',
  'lead-swapped': 'leadership goes to and fro, again and again',
  'read-back-late': 'a leader stands still while it reads its journal back, and wakes alone',
  'read-back-deaf': 'a leader reads its journal back, and does not hear that another leads',
  'read-back-trimmed': 'a journal is trimmed to the end that was told to whoever reads it back',
  'read-back-moved': 'a journal gets another leader while it is read back',
  'read-back-stale': 'one that led a journal tells who reads it back what there was at its time',
  'woken-alone': 'a leader stood still, and goes on while its successor takes the id',
  // Logs.
  'coordinator-moved': 'another decides the transactions of a group',
  'partition-moved': 'a journal, or a partition of outputs, gets another leader',
  'broker-lost': 'everybody whom one broker could have led is led by others',
  'journal-trimmed': 'a journal is trimmed up to what its group no longer needs',
  // Clusters.
  cloned: 'the disks of a cluster are copied, and the copies are started beside it',
  'taken-over': 'the job is restored on other nodes while the cluster before goes on',
  'taken-twice': 'two restore the job at once',
  'taken-otherwise': 'the job is restored by a program that makes something else of its input',
  'taken-stale': 'the job is restored twice, the second time before who knows of no first',
  stopped: 'the job is stopped, and started on other nodes behind its end',
  restarted: 'the job is stopped, and started again on the same groups',
  rescaled: 'the same, and all groups begin at the highest numbers of any',
  deleted: 'the job is deleted, and its name taken by a new one',
  'deletion-cut': 'whoever deletes the job dies over it, and its name is taken by a new one',
  'woken-late': 'a cluster is down while the job is restored elsewhere, and comes back',
} as const

export type JournalFaultKind = keyof typeof journalFaults
export const journalFaultKinds = Object.keys(journalFaults) as readonly JournalFaultKind[]

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
  'cut-pair',
  'reset',
  'disk-stall',
  'stop',
  'restart-storm',
  'transfer',
  'unsynced-lost',
  'torn-tail',
]

export type PublishFaultKind = FleetFaultKind | JournalFaultKind
export const publishKinds = [...journalFaultKinds, ...nodeKinds, ...logFaultKinds]

export function isNodeFault(kind: PublishFaultKind): kind is FleetFaultKind {
  return (fleetFaultKinds as readonly string[]).includes(kind)
}
