/** Commands of `meta` in bytes: a version, the kind, what it says. */

import { ByteReader, ByteWriter } from '../base/bytes.ts'
import { groupId, nodeId } from '../base/ids.ts'
import { GROUPS_MAX, PLACED_MAX, REPLICAS_MAX } from './bounds.ts'
import type { MetaCommand, Placed, Submission } from './command.ts'
import * as fields from './fields.ts'
import type { ClaimState, JobWish } from './state.ts'

/** In bytes a kind is its place here: others come behind them. */
const kinds: readonly MetaCommand['kind'][] = [
  'node',
  'gone',
  'leave',
  'submit',
  'wish',
  'generation',
  'drop',
  'place',
  'founded',
  'setting',
  'claimed',
]
export const wishes: readonly JobWish[] = ['running', 'stopped', 'deleted']
export const claims: readonly ClaimState[] = ['none', 'whole', 'due']

/** Written to and finished within one call. */
const out = new ByteWriter()

export function encodeMetaCommand(command: MetaCommand): Uint8Array {
  write(fields.versioned(out).uint8(kinds.indexOf(command.kind)), command)
  return out.finish()
}

function write(out: ByteWriter, command: MetaCommand): ByteWriter {
  switch (command.kind) {
    case 'node':
      return fields.writeNode(out, command.node)
    case 'gone':
      return out.text(command.node).varint(command.sinceMs)
    case 'leave':
      return out.text(command.node)
    case 'submit':
      return writeSubmission(out, command.job)
    case 'wish':
      return out.text(command.job).uint8(wishes.indexOf(command.wish))
    case 'generation':
      return out.text(command.job).varint(command.generation).text(command.owner)
    case 'claimed':
      return out.text(command.job).varint(command.generation)
    case 'drop':
      return out.text(command.job)
    case 'place':
      return fields.writeList(out, command.groups, writePlaced)
    case 'founded':
      return fields.writeList(out, command.groups, (_, id) => out.varint(id))
    case 'setting':
      return out.text(command.setting.key).text(command.setting.value)
  }
}

function writeSubmission(out: ByteWriter, job: Submission): ByteWriter {
  out.text(job.name).text(job.text).text(job.digest).text(job.key).text(job.owner)
  return fields.writeShape(out, job)
}

function writePlaced(out: ByteWriter, { group, nodes }: Placed): ByteWriter {
  out.varint(group)
  return fields.writeList(out, nodes, (_, node) => out.text(node))
}

export function decodeMetaCommand(bytes: Uint8Array): MetaCommand {
  const input = new ByteReader(bytes)
  fields.mustBeVersioned(input)
  const command = read(fields.readWord(input, kinds), input)
  input.done()
  return command
}

function read(kind: MetaCommand['kind'], input: ByteReader): MetaCommand {
  switch (kind) {
    case 'node':
      return { kind, node: fields.readNode(input) }
    case 'gone':
      return { kind, node: nodeId(input.text()), sinceMs: input.varint() }
    case 'leave':
      return { kind, node: nodeId(input.text()) }
    case 'submit':
      return { kind, job: readSubmission(input) }
    case 'wish':
      return { kind, job: input.text(), wish: fields.readWord(input, wishes) }
    case 'generation':
      return { kind, job: input.text(), generation: input.varint(), owner: input.text() }
    case 'claimed':
      return { kind, job: input.text(), generation: input.varint() }
    case 'drop':
      return { kind, job: input.text() }
    case 'place':
      return { kind, groups: fields.readList(input, PLACED_MAX, readPlaced) }
    case 'founded':
      return { kind, groups: fields.readList(input, GROUPS_MAX, () => groupId(input.varint())) }
    case 'setting':
      return { kind, setting: { key: input.text(), value: input.text() } }
  }
}

function readSubmission(input: ByteReader): Submission {
  const [name, text, digest] = [input.text(), input.text(), input.text()]
  const [key, owner] = [input.text(), input.text()]
  return { name, text, digest, key, owner, ...fields.readShape(input) }
}

function readPlaced(input: ByteReader): Placed {
  const group = groupId(input.varint())
  return { group, nodes: fields.readList(input, REPLICAS_MAX, () => nodeId(input.text())) }
}
