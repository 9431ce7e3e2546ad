/**
 * Are the replicas of a group equal? The leader puts an entry into the log; each replica takes the
 * chain over all entries and the digest of its state behind this very entry; all are compared.
 */

import type { Request, Response } from 'express'
import type { NodeId, ReplicaId } from '../base/ids.ts'
import type { Answer, GroupReport, MemberReport, NodeFace } from '../node/face.ts'
import type { AskNode } from './others.ts'
import { problemOf, sendProblem } from './problem.ts'

export interface HashParts {
  readonly face: NodeFace
  readonly ask: AskNode
  pause(): Promise<void>
}

/** How often a replica is asked for a fingerprint that it has not taken yet. */
const LOOKS_MAX = 40
/** Each question to a node that does not answer may take its full time. */
const FAILURES_MAX = 3

export interface ReplicaHash {
  readonly node?: NodeId
  readonly replica: ReplicaId
  readonly chain?: number
  readonly digest?: string
  /** Why there is no fingerprint. */
  readonly missing?: string
}

export interface Comparison {
  readonly group: string
  readonly index: number
  /** All that are known are equal. */
  readonly equal: boolean
  /** Every member is known. */
  readonly complete: boolean
  readonly replicas: readonly ReplicaHash[]
}

export async function compareReplicas(
  parts: HashParts,
  leader: GroupReport,
): Promise<Answer<Comparison>> {
  const asked = await new Promise<Answer<{ index: number }>>(resolve => {
    parts.face.askFingerprint(leader.id, resolve)
  })
  if (asked.refused !== undefined) return asked
  const { index } = asked
  const replicas = await Promise.all(
    leader.members.map(member => hashOf(parts, leader, member, index)),
  )
  const known = replicas.filter(one => one.missing === undefined)
  const equal = new Set(known.map(one => `${one.chain} ${one.digest}`)).size <= 1
  return { group: leader.group, index, equal, complete: known.length === replicas.length, replicas }
}

async function hashOf(
  { face, ask, pause }: HashParts,
  leader: GroupReport,
  { replica, node }: MemberReport,
  index: number,
): Promise<ReplicaHash> {
  if (node === undefined) return { replica, missing: 'nobody knows its node' }
  const other = face.others().find(one => one.node === node)
  const path = `/v1/raft/${leader.group}/hash?node=${encodeURIComponent(node)}&index=${index}`
  let missing = 'it has not applied the entry in time'
  let failures = 0
  for (let look = 0; look < LOOKS_MAX && failures < FAILURES_MAX; look++) {
    try {
      const found =
        node === face.node ? face.fingerprint(leader.id, index) : await askFor(ask, other, path)
      if (found?.chain !== undefined && found.digest !== undefined) {
        return { node, replica, chain: found.chain, digest: found.digest }
      }
    } catch (error) {
      missing = (error as Error).message
      failures++
    }
    await pause()
  }
  return { node, replica, missing }
}

type Found = { readonly chain?: number | undefined; readonly digest?: string | undefined }

async function askFor(
  ask: AskNode,
  other: { readonly http: string } | undefined,
  path: string,
): Promise<Found | undefined> {
  if (other === undefined) throw new Error('nobody knows where its HTTP interface is')
  const { status, body } = await ask(other.http, path)
  return status === 200 ? (body as Found) : undefined
}

/** `?node=N&index=I` at the node itself. */
export function ownFingerprint(
  face: NodeFace,
  group: string,
  request: Request,
  response: Response,
): void {
  const report = face.report(group)
  const index = Number(request.query['index'])
  if (report === undefined) {
    sendProblem(
      response,
      problemOf('unknown-group', `no replica of ${group} is here; ask another node`),
    )
  } else if (!Number.isSafeInteger(index) || index < 1) {
    sendProblem(response, problemOf('bad-request', 'index is a whole number from 1'))
  } else response.json(face.fingerprint(report.id, index) ?? { index })
}
