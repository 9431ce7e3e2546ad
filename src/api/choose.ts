/**
 * Each group once: of all that its replicas say, what its leader says. Pure. Where nobody leads, or
 * several think that they do, the newest term is nearest to the truth.
 */

import type { GroupReport } from '../node/face.ts'

export function eachOnce(reports: readonly GroupReport[]): readonly GroupReport[] {
  const best = new Map<number, GroupReport>()
  for (const report of reports) {
    const known = best.get(report.id)
    if (known === undefined || isBetter(report, known)) best.set(report.id, report)
  }
  return [...best.values()].sort((a, b) => a.id - b.id)
}

function isBetter(one: GroupReport, other: GroupReport): boolean {
  const leads = Number(one.role === 'leader') - Number(other.role === 'leader')
  if (leads !== 0) return leads > 0
  return one.term > other.term || (one.term === other.term && one.applied > other.applied)
}
