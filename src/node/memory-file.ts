/**
 * What is remembered of peers, as text and back. Pure. A memory that cannot be read is none: it
 * guards against old folders of others, and to be without it is better than not to start.
 */

import { type NodeId, nodeId } from '../base/ids.ts'
import type { Remembered } from '../raft/links/memory.ts'

const FORMAT = 'weir-peers-1'

export function showMemory(peers: ReadonlyMap<NodeId, Remembered>): string {
  return `${JSON.stringify({ is: FORMAT, peers: Object.fromEntries(peers) }, undefined, 2)}\n`
}

export function readMemory(text: string | undefined): Map<NodeId, Remembered> {
  const { is, peers } = parsed(text)
  const found = new Map<NodeId, Remembered>()
  if (is !== FORMAT || typeof peers !== 'object' || peers === null) return found
  for (const [node, value] of Object.entries(peers as Record<string, unknown>)) {
    const remembered = rememberedIn(value)
    if (remembered !== undefined) found.set(nodeId(node), remembered)
  }
  return found
}

function parsed(text: string | undefined): { readonly is?: unknown; readonly peers?: unknown } {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function rememberedIn(value: unknown): Remembered | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { store, boot, opening, replaced } = value as Record<string, unknown>
  const isSound =
    typeof store === 'string' &&
    typeof opening === 'string' &&
    Number.isSafeInteger(boot) &&
    Array.isArray(replaced) &&
    replaced.every(one => typeof one === 'string')
  if (!isSound) return undefined
  return { store, opening, boot: boot as number, replaced: replaced as string[] }
}
