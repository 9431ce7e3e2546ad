/** Ops as bytes: what a frame of the log holds, and where in it the blocks stand. */

import { type ByteReader, type ByteWriter, malformed } from '../../../base/bytes.ts'
import { invariant } from '../../../base/errors.ts'
import type { NewBlock } from './block.ts'
import type { Op, Part } from './ops.ts'
import type { Block, Verdict } from './partition.ts'

const kinds = [
  'create',
  'drop',
  'append',
  'begin',
  'send',
  'end',
  'expire',
  'forget',
  'move',
  'time',
  'dismiss',
] as const satisfies readonly Op['kind'][]

const verdicts: readonly (Verdict | undefined)[] = [undefined, 'commit', 'abort']

/** What of a frame's blocks is known when they are written: where they begin in it. */
export type OnBlock = (block: NewBlock, at: number) => void

export function writeOp(out: ByteWriter, op: Op, onBlock: OnBlock): void {
  out.uint8(kinds.indexOf(op.kind))
  switch (op.kind) {
    case 'create':
      out.text(op.topic).varint(op.partitions)
      writeSettings(out, op.settings)
      return
    case 'drop':
      out.text(op.topic)
      return
    case 'append':
      writeParts(out, op.parts, onBlock)
      return
    case 'begin':
      out.text(op.id).varint(op.timeoutMs)
      return
    case 'send':
      writeParts(out.varint(op.producer), op.parts, onBlock)
      return
    case 'end':
      out.varint(op.producer).uint8(verdicts.indexOf(op.verdict))
      return
    case 'expire':
    case 'dismiss':
      out.varint(op.producer)
      return
    case 'time':
      out.varint(op.wallMs)
      return
    case 'forget':
      out.varint(op.partition).varint(op.before)
      return
    case 'move': {
      const { first, producer, verdict } = op.block
      out.varint(op.partition).varint(first).varint(producer).uint8(verdicts.indexOf(verdict))
      writeBlock(out, op.block, onBlock)
    }
  }
}

/** Blocks come without their bytes, which stay where they are. */
export function readOp(
  input: ByteReader,
  segment: number,
  placeOf: (view: Uint8Array) => number,
): Op {
  const kind = kinds[input.uint8()]
  const block = (): NewBlock => readBlock(input, segment, placeOf)
  switch (kind) {
    case 'create': {
      const [topic, partitions] = [input.text(), input.varint()]
      return { kind, topic, partitions, settings: readSettings(input) }
    }
    case 'drop':
      return { kind, topic: input.text() }
    case 'append':
      return { kind, parts: readParts(input, block) }
    case 'begin':
      return { kind, id: input.text(), timeoutMs: input.varint() }
    case 'send':
      return { kind, producer: input.varint(), parts: readParts(input, block) }
    case 'end': {
      const [producer, verdict] = [input.varint(), readVerdict(input)]
      if (verdict === undefined) throw malformed('a transaction ends without a verdict')
      return { kind, producer, verdict }
    }
    case 'expire':
    case 'dismiss':
      return { kind, producer: input.varint() }
    case 'time':
      return { kind, wallMs: input.varint() }
    case 'forget':
      return { kind, partition: input.varint(), before: input.varint() }
    case 'move': {
      const [partition, first, producer] = [input.varint(), input.varint(), input.varint()]
      const verdict = readVerdict(input)
      const moved: Block = { ...block(), first, producer, verdict }
      return { kind, partition, block: moved }
    }
    default:
      throw malformed('there is an unknown kind of change')
  }
}

export function writeSettings(out: ByteWriter, settings: Readonly<Record<string, string>>): void {
  const entries = Object.entries(settings)
  out.varint(entries.length)
  for (const [name, value] of entries) out.text(name).text(value)
}

export function readSettings(input: ByteReader): Readonly<Record<string, string>> {
  const entries: [string, string][] = []
  for (let left = input.varint(); left > 0; left--) entries.push([input.text(), input.text()])
  return Object.fromEntries(entries)
}

function writeParts(out: ByteWriter, parts: readonly Part[], onBlock: OnBlock): void {
  out.varint(parts.length)
  for (const { partition, blocks } of parts) {
    out.varint(partition).varint(blocks.length)
    for (const block of blocks) writeBlock(out, block, onBlock)
  }
}

function readParts(input: ByteReader, readBlock: () => NewBlock): readonly Part[] {
  const parts: Part[] = []
  for (let left = input.varint(); left > 0; left--) {
    const partition = input.varint()
    const blocks: NewBlock[] = []
    for (let more = input.varint(); more > 0; more--) blocks.push(readBlock())
    parts.push({ partition, blocks })
  }
  return parts
}

function writeBlock(out: ByteWriter, block: NewBlock, onBlock: OnBlock): void {
  const { count, crc, newestMs, bytes, sizeBytes } = block
  out.varint(count).uint32(crc).float64(newestMs).varint(sizeBytes)
  onBlock(block, out.size)
  invariant(bytes !== undefined, 'LOG what is written is in memory')
  out.raw(bytes)
}

function readBlock(
  input: ByteReader,
  segment: number,
  placeOf: (view: Uint8Array) => number,
): NewBlock {
  const [count, crc, newestMs] = [input.varint(), input.uint32(), input.float64()]
  const view = input.bytes()
  const sizeBytes = view.length
  return { count, crc, newestMs, sizeBytes, bytes: undefined, segment, at: placeOf(view) }
}

function readVerdict(input: ByteReader): Verdict | undefined {
  const at = input.uint8()
  if (at >= verdicts.length) throw malformed('there is an unknown verdict')
  return verdicts[at]
}
