/**
 * The service of proto/raft.proto, loaded when a process starts. The file is looked for in the
 * folders above this module (it ships in the package, and stands in the tree above sources, builds
 * and bundles alike), then above the current folder.
 */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { WeirError } from '../../base/errors.ts'
import { decodeFrame, encodeFrame } from './frame.ts'

const FILE = join('proto', 'raft.proto')
const SERVICE = 'weir.raft.Peers'
const METHOD = 'Frames'

export type FramesMethod = MethodDefinition<Uint8Array, Uint8Array>

function above(folder: string): string | undefined {
  const file = join(folder, FILE)
  if (existsSync(file)) return file
  const parent = dirname(folder)
  return parent === folder ? undefined : above(parent)
}

/** Throws when the package is not whole. */
export function protoFile(): string {
  const file = above(dirname(fileURLToPath(import.meta.url))) ?? above(process.cwd())
  if (file !== undefined) return file
  throw new WeirError('proto-missing', `${FILE} is not in the package; install it again`)
}

/** The stream of frames, with our codec in place of the general one. */
export function framesMethod(): FramesMethod {
  const service = loadSync(protoFile())[SERVICE]
  const method = (service as Record<string, MethodDefinition<object, object>> | undefined)?.[METHOD]
  if (method === undefined) {
    throw new WeirError('proto-missing', `${FILE} has no ${SERVICE}/${METHOD}; install it again`)
  }
  return {
    path: method.path,
    requestStream: true,
    responseStream: true,
    requestSerialize: encodeFrame,
    requestDeserialize: decodeFrame,
    responseSerialize: encodeFrame,
    responseDeserialize: decodeFrame,
  }
}
