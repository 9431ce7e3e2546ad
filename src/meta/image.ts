/**
 * The state of `meta` in bytes, for images and for comparison: equal states have equal bytes, and
 * no other bytes are taken for them.
 */

import { ByteReader, ByteWriter, MALFORMED_BYTES, malformed } from '../base/bytes.ts'
import { WeirError } from '../base/errors.ts'
import { behindHead, eachPiece, takeHead } from '../base/headed-source.ts'
import { groupId, nodeId, replicaId } from '../base/ids.ts'
import type { ByteSource } from '../base/source.ts'
import * as bounds from './bounds.ts'
import { claims, wishes } from './command-codec.ts'
import * as fields from './fields.ts'
import { inOrder } from './rows.ts'
import type { Grave, MetaGroup, MetaJob, MetaNode, MetaState } from './state.ts'

export function encodeMeta(state: MetaState): Uint8Array {
  const out = fields.versioned(new ByteWriter())
  out.varint(state.nextReplica).varint(state.nextGroup)
  fields.writeList(out, state.nodes, writeNode)
  fields.writeList(out, state.givenUp, (_, store) => out.text(store))
  fields.writeList(out, state.jobs, writeJob)
  fields.writeList(out, state.groups, writeGroup)
  fields.writeList(out, state.graves, (_, grave) => out.text(grave.name).varint(grave.generation))
  fields.writeList(out, state.settings, (_, { key, value }) => out.text(key).text(value))
  return out.finish()
}

/** Throws where the bytes are of no state. */
export function decodeMeta(bytes: Uint8Array): MetaState {
  const input = new ByteReader(bytes)
  fields.mustBeVersioned(input)
  const state: MetaState = {
    nextReplica: input.varint(),
    nextGroup: input.varint(),
    nodes: fields.readList(input, bounds.NODES_MAX, readNode),
    givenUp: fields.readList(input, bounds.GIVEN_UP_MAX, () => input.text()),
    jobs: fields.readList(input, bounds.JOBS_MAX, readJob),
    groups: fields.readList(input, bounds.GROUPS_MAX, readGroup),
    graves: fields.readList(input, bounds.GRAVES_MAX, readGrave),
    settings: fields.readList(input, bounds.SETTINGS_MAX, () => {
      return { key: input.text(), value: input.text() }
    }),
  }
  input.done()
  mustBeSound(state)
  return state
}

function mustBeSound({ nextReplica, nextGroup, ...rows }: MetaState): void {
  mustAscend(rows.nodes.map(one => one.id))
  mustAscend(rows.jobs.map(one => one.name))
  mustAscend(rows.groups.map(one => one.id))
  mustAscend(rows.settings.map(one => one.key))
  const replicas = rows.groups.flatMap(group => group.replicas.map(one => one.replica))
  const areBelow = replicas.every(one => one < nextReplica)
  if (!areBelow || new Set(replicas).size < replicas.length) throw malformed('a replica is double')
  if (rows.groups.some(one => one.id >= nextGroup)) throw malformed('a group is of no counter')
}

function mustAscend(keys: readonly (string | number)[]): void {
  const isEach = keys.every((key, at) => at === 0 || inOrder(keys[at - 1] ?? key, key) < 0)
  if (!isEach) throw malformed('rows of an image do not ascend')
}

/** 0: it is here. */
function writeNode(out: ByteWriter, { goneSinceMs, ...word }: MetaNode): ByteWriter {
  return fields.writeNode(out, word).varint(goneSinceMs === undefined ? 0 : goneSinceMs + 1)
}

function readNode(input: ByteReader): MetaNode {
  const word = fields.readNode(input)
  const gone = input.varint()
  return { ...word, goneSinceMs: gone === 0 ? undefined : gone - 1 }
}

function writeJob(out: ByteWriter, job: MetaJob): ByteWriter {
  out.text(job.name).text(job.text).text(job.digest).text(job.key)
  out.uint8(wishes.indexOf(job.wish)).varint(job.generation).text(job.owner)
  out.uint8(claims.indexOf(job.claim))
  return fields.writeShape(out, job)
}

function readJob(input: ByteReader): MetaJob {
  const [name, text, digest, key] = [input.text(), input.text(), input.text(), input.text()]
  const wish = fields.readWord(input, wishes)
  const [generation, owner] = [input.varint(), input.text()]
  const claim = fields.readWord(input, claims)
  return { name, text, digest, key, wish, generation, owner, claim, ...fields.readShape(input) }
}

function writeGroup(out: ByteWriter, group: MetaGroup): ByteWriter {
  out.varint(group.id).text(group.job).text(group.stage).varint(group.index)
  fields.writeList(out, group.founding, (_, id) => out.varint(id))
  return fields.writeList(out, group.replicas, (_, one) => out.varint(one.replica).text(one.node))
}

function readGroup(input: ByteReader): MetaGroup {
  const [id, job, stage] = [groupId(input.varint()), input.text(), input.text()]
  const index = input.varint()
  const founding = fields.readList(input, bounds.REPLICAS_MAX, () => replicaId(input.varint()))
  const replicas = fields.readList(input, bounds.REPLICAS_MAX, () => {
    return { replica: replicaId(input.varint()), node: nodeId(input.text()) }
  })
  return { id, job, stage, index, founding, replicas }
}

const readGrave = (input: ByteReader): Grave => ({
  name: input.text(),
  generation: input.varint(),
})

const NOTHING: ByteSource = { next: done => done({ kind: 'end' }), close: () => undefined }

/** Of the state as it is now. */
export const imageOf = (state: MetaState): ByteSource => behindHead(encodeMeta(state), NOTHING)

/** undefined: the bytes broke off, or are of no state of `meta`. */
export function loadMeta(source: ByteSource, done: (state: MetaState | undefined) => void): void {
  const end = (state: MetaState | undefined) => {
    source.close()
    done(state)
  }
  takeHead(
    source,
    parts => {
      if (parts === undefined) {
        end(undefined)
        return
      }
      eachPiece(parts.tail, piece => {
        const isNothing = piece.kind === 'bytes' && piece.bytes.length === 0
        if (!isNothing) end(piece.kind === 'end' ? decoded(parts.head) : undefined)
        return isNothing
      })
    },
    bounds.STATE_BYTES_MAX,
  )
}

/** What is malformed is void; whatever else is thrown is a mistake of our own. */
function decoded(head: Uint8Array): MetaState | undefined {
  try {
    return decodeMeta(head)
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return undefined
    throw error
  }
}
