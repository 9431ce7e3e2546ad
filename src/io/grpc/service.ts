/**
 * The services of proto/: their streams of frames, loaded when a process starts. The files are
 * looked for in the folders above this module (they ship in the package, and stand in the tree
 * above sources, builds and bundles alike), then above the current folder.
 */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { WeirError } from '../../base/errors.ts'
import { decodeFrame, encodeFrame } from './frame.ts'

export type FramesMethod = MethodDefinition<Uint8Array, Uint8Array>

/** A stream of messages that are bytes each, both ways. */
export interface FramesService {
  readonly file: string
  readonly service: string
  readonly method: string
}

export const PEERS: FramesService = {
  ...{ file: 'raft.proto', service: 'weir.raft.Peers', method: 'Frames' },
}
export const EXCHANGE: FramesService = {
  ...{ file: 'exchange.proto', service: 'weir.exchange.Exchange', method: 'Channels' },
}

function above(folder: string, name: string): string | undefined {
  const file = join(folder, 'proto', name)
  if (existsSync(file)) return file
  const parent = dirname(folder)
  return parent === folder ? undefined : above(parent, name)
}

/** Throws when the package is not whole. */
export function protoFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const file = above(here, name) ?? above(process.cwd(), name)
  if (file !== undefined) return file
  throw new WeirError('proto-missing', `proto/${name} is not in the package; install it again`)
}

/** With our codec in place of the general one. */
export function framesMethod({ file, service, method }: FramesService): FramesMethod {
  const methods = loadSync(protoFile(file))[service]
  const found = (methods as Record<string, MethodDefinition<object, object>> | undefined)?.[method]
  if (found === undefined) {
    const what = `proto/${file} has no ${service}/${method}`
    throw new WeirError('proto-missing', `${what}; install it again`)
  }
  return {
    path: found.path,
    requestStream: true,
    responseStream: true,
    requestSerialize: encodeFrame,
    requestDeserialize: decodeFrame,
    responseSerialize: encodeFrame,
    responseDeserialize: decodeFrame,
  }
}
