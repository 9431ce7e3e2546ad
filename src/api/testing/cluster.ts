/**
 * Test support: faces of nodes that are told what they know, each behind a real HTTP interface on
 * a port of its own. What they are not: a cluster. That is the test of `weir node`.
 */

import { groupId, type NodeId, nodeId, replicaId } from '../../base/ids.ts'
import { askHttp, type HttpServer, listenHttp } from '../../io/http.ts'
import type { Figures, GroupReport, NodeFace } from '../../node/face.ts'
import type { JobsFace } from '../../node/jobs/face.ts'
import type { Fingerprint } from '../../node/roster/digest.ts'
import type { GroupStats } from '../../raft/host/stats.ts'
import { makeApp } from '../app.ts'
import { NodeMetrics } from '../metrics.ts'

export const figures: Figures = {
  leaderChanges: 2,
  committed: 30,
  applied: 29,
  failed: 1,
  pending: 4,
  readsFailed: 5,
  framesDropped: 6,
  stalls: 7,
  logBytes: 8000,
  imagesRunning: 8,
  imagesWaiting: 9,
  accepted: 12,
  refused: [
    { code: 'malformed-bytes', count: 13 },
    { code: 'unknown-group', count: 14 },
  ],
  refusedByPeers: [{ code: 'old-incarnation', count: 15 }],
  links: [{ peer: nodeId('b'), sentBytes: 10, receivedBytes: 20, rttMs: 0.5, isUp: true }],
}

const stats: GroupStats = {
  proposalsOpen: 1,
  readsOpen: 2,
  writesOpen: 3,
  unapplied: 4,
  unappliedBytes: 5,
  imageEntries: 6,
  imageBytes: 7,
  imagesTaken: 8,
  refused: {},
}

export function report(node: string, id: number, more: Partial<GroupReport> = {}): GroupReport {
  return {
    group: `kv/${id}`,
    id: groupId(id),
    node: nodeId(node),
    replica: replicaId(1),
    role: 'follower',
    leader: null,
    term: 1,
    commit: 10,
    applied: 10,
    last: 10,
    members: [],
    peers: [],
    snapshot: 0,
    stats,
    ...more,
  }
}

export class ToldFace implements NodeFace {
  readonly node: NodeId
  readonly cluster = 'c1'
  readonly known: GroupReport[] = []
  readonly neighbours: { node: NodeId; http: string }[] = []
  readonly prints = new Map<number, Fingerprint>()
  readonly transfers: string[] = []
  checks = [{ name: 'log', isGood: true, message: 'it is written to' }]
  refusal: { refused: string; message: string } | undefined

  constructor(node: string) {
    this.node = nodeId(node)
  }

  reports = () => this.known
  report = (group: string) =>
    this.known.find(one => one.group === group || String(one.id) === group)
  others = () => this.neighbours
  readiness = () => this.checks
  figures = () => figures
  fingerprint = (_group: unknown, index: number) => this.prints.get(index)

  transfer: NodeFace['transfer'] = (group, to, done) => {
    this.transfers.push(`${group} ${to}`)
    done(this.refusal ?? { leader: to })
  }

  askFingerprint: NodeFace['askFingerprint'] = (_group, done) => {
    done(this.refusal ?? { index: 11 })
  }
}

export interface Served {
  readonly face: ToldFace
  readonly url: string
  readonly broken: unknown[]
  readonly metrics: NodeMetrics
  close(): Promise<void>
}

const version = { weir: '1.2.3', node: '20' }

export async function serve(face: ToldFace | undefined, jobs?: JobsFace): Promise<Served> {
  const broken: unknown[] = []
  const metrics = new NodeMetrics(() => face, version)
  const app = makeApp({
    face: () => face,
    jobs: () => jobs,
    ask: (http, path, post) =>
      askHttp(`http://${http}${path}`, {
        timeoutMs: 2000,
        ...(post === undefined ? {} : { post }),
      }),
    pause: () => new Promise(resolve => setImmediate(resolve)),
    metrics,
    version,
    onBroken: error => broken.push(error),
  })
  const server: HttpServer = await listenHttp({ host: '127.0.0.1', port: 0 }, app)
  const url = `http://127.0.0.1:${server.port}`
  return { face: face ?? new ToldFace('none'), url, broken, metrics, close: () => server.close() }
}

/** Nodes that know each other. */
export async function serveAll(...names: readonly string[]): Promise<readonly Served[]> {
  const all = await Promise.all(names.map(name => serve(new ToldFace(name))))
  for (const one of all) {
    for (const { face, url } of all) {
      if (face !== one.face) {
        one.face.neighbours.push({ node: face.node, http: url.replace('http://', '') })
      }
    }
  }
  return all
}
