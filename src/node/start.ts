/**
 * How a node without a past begins: facts in, verdict out. A cluster is founded once, on purpose
 * (`--bootstrap`), by one node, when every other node that it was told of has said that it belongs
 * to no cluster either, and lost none. Everybody else, and whoever finds a cluster that exists,
 * joins.
 */

import type { NodeId } from '../base/ids.ts'

/** What the node at an address says of itself. */
export type SeedAnswer =
  | { readonly kind: 'silent'; readonly address: string; readonly why: string }
  /** It has no cluster yet; `founds`: it was told to found one. */
  | {
      readonly kind: 'fresh'
      readonly address: string
      readonly node: NodeId
      readonly founds: boolean
    }
  /** It was of this cluster, and is of none while no log of it is open: its word founds nothing. */
  | {
      readonly kind: 'former'
      readonly address: string
      readonly node: NodeId
      readonly cluster: string
    }
  | {
      readonly kind: 'member'
      readonly address: string
      readonly node: NodeId
      readonly cluster: string
    }

export interface StartFacts {
  readonly node: NodeId
  readonly founds: boolean
  /** The cluster that an earlier store of this node belonged to. */
  readonly formerly: string | undefined
  /** Of all other nodes that this one was told of. */
  readonly seeds: readonly SeedAnswer[]
}

export type StartVerdict =
  | { readonly kind: 'join'; readonly cluster: string }
  | { readonly kind: 'found' }
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'refuse'; readonly code: string; readonly message: string }

export function judgeStart(facts: StartFacts): StartVerdict {
  const { node, formerly, seeds } = facts
  const namesake = seeds.find(seed => seed.kind !== 'silent' && seed.node === node)
  if (namesake !== undefined) return refuseNamesake(node, namesake.address)
  const members = seeds.filter(seed => seed.kind === 'member')
  const clusters = [...new Set(members.map(seed => seed.cluster))]
  const [cluster] = clusters
  if (cluster === undefined) return withoutCluster(facts)
  if (clusters.length > 1) return refuseMixture(clusters)
  if (formerly !== undefined && formerly !== cluster) return refuseChange(formerly, cluster)
  return { kind: 'join', cluster }
}

function withoutCluster({ node, founds, formerly, seeds }: StartFacts): StartVerdict {
  const silent = seeds.filter(seed => seed.kind === 'silent')
  const silence = silent.map(seed => `${seed.address} (${seed.why})`).join(', ')
  if (formerly !== undefined) {
    return wait(`this node was a member of cluster ${formerly} and lost its log, so that it founds
 nothing, and no member of that cluster answers; name one that runs by --join, or give the node an
 empty data folder to begin anew${silence === '' ? '' : `; no answer from ${silence}`}`)
  }
  if (!founds) {
    return wait(`no node that was named by --join belongs to a cluster yet; start one of them with
 --bootstrap${silence === '' ? '' : `, or see why these do not answer: ${silence}`}`)
  }
  const former = seeds.find(seed => seed.kind === 'former')
  if (former !== undefined) {
    return wait(`no new cluster is founded beside ${former.node} at ${former.address}, which was a
 member of cluster ${former.cluster} and gave up its log, or has yet to open it; name a node of that
 cluster that runs by --join, or give ${former.node} an empty data folder to begin anew`)
  }
  if (silence !== '') {
    return wait(`a new cluster is founded when every node named by --join has answered that it has
 none; no answer from ${silence}`)
  }
  const first = seeds.find(seed => seed.kind === 'fresh' && seed.founds && seed.node < node)
  if (first?.kind === 'fresh') {
    return wait(`${first.node} was started with --bootstrap too and comes first`)
  }
  return { kind: 'found' }
}

/** Texts above are broken for the reader's sake. */
const wait = (why: string): StartVerdict => ({ kind: 'wait', why: why.replaceAll('\n', '') })

function refuseNamesake(node: NodeId, address: string): StartVerdict {
  const message = `the node at ${address} is called ${node} too; give each node an --id of its own`
  return { kind: 'refuse', code: 'node-id-taken', message }
}

function refuseMixture(clusters: readonly string[]): StartVerdict {
  const message =
    `the nodes named by --join belong to different clusters (${clusters.join(', ')}); ` +
    'name nodes of one cluster only'
  return { kind: 'refuse', code: 'several-clusters', message }
}

function refuseChange(formerly: string, cluster: string): StartVerdict {
  const message =
    `this data folder belongs to cluster ${formerly}, the nodes named by --join to ${cluster}; ` +
    'correct --join, or give the node an empty data folder'
  return { kind: 'refuse', code: 'store-of-another-cluster', message }
}
