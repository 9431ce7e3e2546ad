/** Raft state in words and tables. Pure. */

import { showTable } from './output.ts'

/** As the HTTP interface says it. */
export interface ShownGroup {
  readonly group: string
  readonly node: string
  readonly replica: number
  readonly role: string
  readonly leader: string | null
  readonly term: number
  readonly commit: number
  readonly applied: number
  readonly last: number
  readonly snapshot: number
  readonly members: readonly ShownMember[]
  readonly peers: readonly ShownPeer[]
}

interface ShownMember {
  readonly replica: number
  readonly node?: string
  readonly kind: string
}

interface ShownPeer {
  readonly replica: number
  readonly node?: string
  readonly match: number
  readonly next: number
  readonly inflight: number
  readonly state: string
  readonly rttMs?: number
}

export interface ShownHash {
  readonly group: string
  readonly index: number
  readonly equal: boolean
  readonly complete: boolean
  readonly replicas: readonly ShownReplicaHash[]
}

interface ShownReplicaHash {
  readonly replica: number
  readonly node?: string
  readonly chain?: number
  readonly digest?: string
  readonly missing?: string
}

/** As much of a digest as tells two apart at a glance. */
const DIGEST_SHOWN = 16

const memberText = ({ node = '?', replica, kind }: ShownMember) =>
  `${node}/${replica}${kind === 'voter' ? '' : ` (${kind})`}`

export function groupsText(groups: readonly ShownGroup[]): string {
  if (groups.length === 0) return 'no groups\n'
  return showTable(
    ['GROUP', 'LEADER', 'TERM', 'COMMIT', 'APPLIED', 'SNAPSHOT', 'MEMBERS'],
    groups.map(one => [
      one.group,
      one.leader ?? 'none',
      ...[one.term, one.commit, one.applied, one.snapshot].map(String),
      one.members.map(memberText).join(' '),
    ]),
  )
}

export function groupText(group: ShownGroup): string {
  const facts = [
    ['group', group.group],
    ['leader', group.leader ?? 'none'],
    ['seen by', `${group.node}/${group.replica} as ${group.role}`],
    ['term', String(group.term)],
    ['commit', String(group.commit)],
    ['applied', String(group.applied)],
    ['last', String(group.last)],
    ['snapshot', String(group.snapshot)],
    ['members', group.members.map(memberText).join(' ')],
  ]
  const lines = facts.map(([name = '', value]) => `${name.padEnd(8)}  ${value}`)
  return `${lines.join('\n')}\n${peersText(group.peers)}`
}

function peersText(peers: readonly ShownPeer[]): string {
  if (peers.length === 0) return ''
  const rows = peers.map(one => [
    `${one.node ?? '?'}/${one.replica}`,
    one.state,
    ...[one.match, one.next, one.inflight].map(String),
    one.rttMs === undefined ? '-' : one.rttMs.toFixed(2),
  ])
  return `\n${showTable(['PEER', 'STATE', 'MATCH', 'NEXT', 'INFLIGHT', 'RTT MS'], rows)}`
}

export function hashText({ group, index, equal, complete, replicas }: ShownHash): string {
  const rows = replicas.map(one => [
    `${one.node ?? '?'}/${one.replica}`,
    one.chain === undefined ? '-' : one.chain.toString(16).padStart(13, '0'),
    one.missing ?? (one.digest ?? '').slice(0, DIGEST_SHOWN),
  ])
  const unequal = equal ? 'equal' : 'DIFFERENT'
  const verdict = complete ? unequal : `${unequal}, but not all were heard`
  return `${group} at ${index}: ${verdict}\n${showTable(['REPLICA', 'CHAIN', 'STATE'], rows)}`
}
