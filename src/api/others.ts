/**
 * What other nodes answer. Each is asked over its own HTTP interface, all at once, and one that
 * does not answer in time is named and left out: a page about a sick cluster must come up.
 */

import type { Request } from 'express'
import { type NodeId, nodeId } from '../base/ids.ts'
import type { GroupReport, NodeFace, OtherNode } from '../node/face.ts'

export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** The door to other nodes' HTTP interfaces; refuses (rejects) when there is no answer in time. */
export type AskNode = (http: string, path: string, post?: unknown) => Promise<Reply>

/** Said by a node that asks another: whoever is asked so answers for himself and asks nobody. */
const ASKER = 'by'

export function saysWhoAsks(node: NodeId, ask: AskNode): AskNode {
  return (http, path, post) => {
    const mark = `${path.includes('?') ? '&' : '?'}${ASKER}=${encodeURIComponent(node)}`
    return ask(http, path + mark, post)
  }
}

/** undefined: a person, or a program of his. */
export function askedBy(request: Request): NodeId | undefined {
  const asker = request.query[ASKER]
  return typeof asker === 'string' ? nodeId(asker) : undefined
}

export interface Unreachable {
  readonly node: NodeId
  readonly why: string
}

export interface Gathered {
  readonly groups: readonly GroupReport[]
  readonly unreachable: readonly Unreachable[]
}

/** All replicas of all nodes that answer. */
export async function gatherReports(face: NodeFace, ask: AskNode): Promise<Gathered> {
  const unreachable: Unreachable[] = []
  const theirs = await Promise.all(
    face.others().map(async other => {
      try {
        return await reportsOf(other, ask)
      } catch (error) {
        unreachable.push({ node: other.node, why: (error as Error).message })
        return []
      }
    }),
  )
  return { groups: [face.reports(), ...theirs].flat(), unreachable }
}

async function reportsOf(other: OtherNode, ask: AskNode): Promise<readonly GroupReport[]> {
  const { status, body } = await ask(other.http, `/v1/raft?node=${encodeURIComponent(other.node)}`)
  const { groups, detail } = body as { groups?: unknown; detail?: unknown }
  if (status !== 200 || !Array.isArray(groups)) {
    const why = typeof detail === 'string' ? `: ${detail}` : ''
    throw new Error(`it answered with ${status}${why}`)
  }
  return groups as readonly GroupReport[]
}
