/** The service as publish.proto lays it down, for server and client alike. */

import { join } from 'node:path'
import {
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { packageRoot } from '../../../src/io/package-root.ts'

/** All the inputs of a long drill. */
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024

/** As publish.proto numbers them. */
export const outcomes = { OK: 0, FAIL: 1, UNKNOWN: 2 } as const

export interface WireInput {
  readonly group: number
  readonly id: number
  readonly home: number
  readonly side: number
  readonly away: number
}

export interface WireFed {
  readonly outcome: number
  readonly seq?: number
  readonly code?: string
  readonly leader?: string
}

export interface WireCommitted {
  readonly is_out: boolean
  readonly inputs?: readonly Omit<WireInput, 'group'>[]
}

export interface WireCounts {
  readonly counts: Readonly<Record<string, number>>
}

export function publishingService(): ServiceClientConstructor {
  const path = join(packageRoot(), 'chaos', 'publish', 'service', 'publish.proto')
  const loaded = loadPackageDefinition(
    loadSync(path, { keepCase: true, longs: Number, enums: Number, defaults: true }),
  )
  const { publish } = loaded['weir'] as { publish: GrpcObject }
  return publish['Publishing'] as ServiceClientConstructor
}
