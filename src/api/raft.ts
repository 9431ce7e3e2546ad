/**
 * Raft state over HTTP. What is another node's is asked of it: whoever asks here need not know who
 * leads. A group's id holds slashes, sent as they are or percent-encoded; the words `hash` and
 * `transfer` behind it are no part of it.
 */

import { type Request, type Response, Router } from 'express'
import type { NodeId } from '../base/ids.ts'
import { nodeId } from '../base/ids.ts'
import type { Answer, GroupReport, NodeFace } from '../node/face.ts'
import { eachOnce } from './choose.ts'
import { compareReplicas, ownFingerprint } from './hash.ts'
import { type AskNode, askedBy, gatherReports, saysWhoAsks } from './others.ts'
import { problemOf, sendProblem } from './problem.ts'

export interface RaftParts {
  readonly face: NodeFace
  readonly ask: AskNode
  /** Resolves a little later: between two looks at whether something has happened. */
  pause(): Promise<void>
}

export function raftRoutes({ face, ask, pause }: RaftParts): Router {
  const parts = { face, ask: saysWhoAsks(face.node, ask), pause }
  const router = Router()
  router.get('/v1/raft', (request, response) => listGroups(parts, request, response))
  router.get('/v1/raft/*path', (request, response, next) => {
    const { group, verb } = placeOf(request)
    if (verb === 'hash') return hashGroup(parts, group, request, response)
    if (verb === undefined) return showGroup(parts, group, request, response)
    next()
    return undefined
  })
  router.post('/v1/raft/*path', (request, response, next) => {
    const { group, verb } = placeOf(request)
    if (verb === 'transfer') return transferGroup(parts, group, request, response)
    next()
    return undefined
  })
  return router
}

interface Place {
  readonly group: string
  readonly verb: string | undefined
}

function placeOf(request: Request): Place {
  const path = (request.params as { path?: string[] | string })['path'] ?? []
  const words = (Array.isArray(path) ? path.join('/') : path).split('/')
  const last = words.at(-1)
  const verb = words.length > 1 && (last === 'hash' || last === 'transfer') ? last : undefined
  return { group: (verb === undefined ? words : words.slice(0, -1)).join('/'), verb }
}

/** `?node=N`: that node's replicas. */
function chosenNode(request: Request): NodeId | undefined {
  const { node } = request.query
  return typeof node === 'string' && node !== '' ? nodeId(node) : undefined
}

async function listGroups({ face, ask }: RaftParts, request: Request, response: Response) {
  const node = chosenNode(request)
  if (node === face.node) {
    response.json({ groups: face.reports() })
    return
  }
  if (node !== undefined) {
    await relay({ face, ask }, node, request, response)
    return
  }
  const { groups, unreachable } = await gatherReports(face, ask)
  response.json({ groups: eachOnce(groups), unreachable })
}

/** Another node answers this very question; what a node asks is handed on to nobody. */
async function relay(
  { face, ask }: Pick<RaftParts, 'face' | 'ask'>,
  node: NodeId,
  request: Request,
  response: Response,
) {
  const asker = askedBy(request)
  if (asker !== undefined) {
    const found = `${asker} asked for ${node} and got to ${face.node}`
    const why = `the HTTP address that ${node} tells others leads here`
    const detail = `${found}: ${why}; start it with an --http that other machines reach`
    sendProblem(response, problemOf('wrong-node', detail))
    return
  }
  const other = face.others().find(one => one.node === node)
  if (other === undefined) {
    const detail = `no group here knows a node ${node}; GET /v1/raft names the members of each`
    sendProblem(response, problemOf('unknown-node', detail))
    return
  }
  try {
    const post = request.method === 'POST' ? (request.body as unknown) : undefined
    const { status, body } = await ask(other.http, request.originalUrl, post)
    const type = status >= 400 ? 'application/problem+json' : 'application/json'
    response.status(status).type(type).send(JSON.stringify(body))
  } catch (error) {
    const detail = `${node} at ${other.http} does not answer: ${(error as Error).message}`
    sendProblem(response, problemOf('node-unreachable', detail))
  }
}

async function showGroup(parts: RaftParts, group: string, request: Request, response: Response) {
  const { face } = parts
  const node = chosenNode(request)
  if (node !== undefined && node !== face.node) return relay(parts, node, request, response)
  const report = node === face.node ? face.report(group) : await findGroup(parts, group)
  if (report === undefined) return sendProblem(response, unknownGroup(group))
  response.json(report)
}

async function findGroup(parts: RaftParts, group: string): Promise<GroupReport | undefined> {
  const own = parts.face.report(group)
  if (own?.role === 'leader') return own
  const { groups } = await gatherReports(parts.face, parts.ask)
  return eachOnce(groups).find(one => one.group === group || String(one.id) === group)
}

async function hashGroup(parts: RaftParts, group: string, request: Request, response: Response) {
  const { face } = parts
  const node = chosenNode(request)
  if (node !== undefined && node !== face.node) return relay(parts, node, request, response)
  if (node === face.node) return ownFingerprint(face, group, request, response)
  const leader = await atLeader(parts, group, request, response)
  if (leader === undefined) return
  const compared = await compareReplicas(parts, leader)
  if (compared.refused !== undefined) {
    sendProblem(response, problemOf(compared.refused, compared.message))
  } else response.json(compared)
}

async function transferGroup(parts: RaftParts, group: string, request: Request, res: Response) {
  const { to } = (request.body ?? {}) as { to?: unknown }
  if (typeof to !== 'string' || to === '') {
    return sendProblem(res, problemOf('bad-request', 'say {"to": "NODE"}: who is to lead'))
  }
  const leader = await atLeader(parts, group, request, res)
  if (leader === undefined) return
  const answer = await new Promise<Answer<{ leader: NodeId }>>(resolve => {
    parts.face.transfer(leader.id, nodeId(to), resolve)
  })
  if (answer.refused !== undefined) sendProblem(res, problemOf(answer.refused, answer.message))
  else res.json({ group: leader.group, leader: answer.leader })
}

/** This node's report if it leads; else somebody else has answered already, or nobody can. */
async function atLeader(parts: RaftParts, group: string, request: Request, response: Response) {
  const isAsked = askedBy(request) !== undefined
  const report = isAsked ? parts.face.report(group) : await findGroup(parts, group)
  if (report === undefined) sendProblem(response, unknownGroup(group))
  else if (report.role !== 'leader') {
    const detail = `nobody leads ${report.group} at the moment; ask again`
    sendProblem(response, problemOf('no-leader', detail))
  } else if (report.node !== parts.face.node) await relay(parts, report.node, request, response)
  else return report
  return undefined
}

const unknownGroup = (group: string) =>
  problemOf('unknown-group', `no node that answers has a group ${group}; GET /v1/raft lists them`)
