/** Commands about nodes. */

import type { NodeId } from '../base/ids.ts'
import { GIVEN_UP_MAX, NODE_NAME_MAX, NODES_MAX, WORD_MAX } from './bounds.ts'
import type { MetaRefusal, NodeWord } from './command.ts'
import { withNewReplicas } from './groups.ts'
import { withRow } from './rows.ts'
import { type MetaNode, type MetaState, nodeIn } from './state.ts'

type Changed = MetaState | MetaRefusal

export function welcome(state: MetaState, word: NodeWord): Changed {
  const known = nodeIn(state, word.id)
  const trouble = troubleOf(state, word, known)
  if (trouble !== undefined) return trouble
  const seen = withNode(state, { ...word, goneSinceMs: undefined })
  if (known === undefined || known.store === word.store) return seen
  const givenUp = [...state.givenUp, known.store].slice(-GIVEN_UP_MAX)
  return withNewReplicas({ ...seen, givenUp }, word.id)
}

function troubleOf(state: MetaState, word: NodeWord, known: MetaNode | undefined) {
  if (!isSound(word)) return 'bad-node'
  if (known === undefined && state.nodes.length >= NODES_MAX) return 'too-many-nodes'
  if (state.givenUp.includes(word.store)) return 'store-replaced'
  if (state.nodes.some(one => one.store === word.store && one !== known)) return 'store-of-another'
  const isEarlier = known?.store === word.store && word.boot < known.boot
  return isEarlier ? 'old-incarnation' : undefined
}

function isSound({ id, store, zone, host, address, http }: NodeWord): boolean {
  const isNamed = id.length > 0 && id.length <= NODE_NAME_MAX && store.length > 0
  return isNamed && [store, zone, host, address, http].every(one => one.length <= WORD_MAX)
}

/** Who is gone already is gone since then. */
export function miss(state: MetaState, id: NodeId, sinceMs: number): Changed {
  const known = nodeIn(state, id)
  if (known === undefined) return 'unknown-node'
  if (known.goneSinceMs !== undefined) return state
  return withNode(state, { ...known, goneSinceMs: sinceMs })
}

/** Its store is given up as well: should it come back, nothing that it holds is known any more. */
export function leave(state: MetaState, id: NodeId): Changed {
  const known = nodeIn(state, id)
  if (known === undefined) return 'unknown-node'
  const isHeld = state.groups.some(({ replicas }) => replicas.some(({ node }) => node === id))
  if (isHeld) return 'node-holds-replicas'
  const givenUp = [...state.givenUp, known.store].slice(-GIVEN_UP_MAX)
  return { ...state, givenUp, nodes: state.nodes.filter(one => one !== known) }
}

const withNode = (state: MetaState, node: MetaNode): MetaState => ({
  ...state,
  nodes: withRow(state.nodes, node, one => one.id),
})
