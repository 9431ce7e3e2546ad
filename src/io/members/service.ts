/** The service of proto/node.proto, for server and client alike. */

import { join } from 'node:path'
import {
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { packageRoot } from '../package-root.ts'

export interface GreetRequest {
  readonly node: string
}

export interface GreetAnswer {
  readonly node: string
  readonly process: string
  readonly cluster: string
  readonly formerly: string
  readonly founds: boolean
  readonly address: string
  readonly http: string
}

export interface JoinRequest {
  readonly cluster: string
  /** null: the caller left it out. */
  readonly who: Place | null
}

export interface JoinAnswer {
  readonly code: string
  readonly message: string
  readonly groups: readonly Seat[]
}

export interface WishRequest {
  readonly cluster: string
  readonly command: Uint8Array
}

export interface WishAnswer {
  readonly code: string
  readonly message: string
}

export interface Seat {
  readonly group: number
  readonly replica: number
  readonly leader: string
  readonly places: readonly Place[]
}

export interface Place {
  readonly replica: number
  readonly node: string
  readonly store: string
  readonly boot: number
  readonly opening: string
  readonly address: string
  readonly http: string
}

export function membersService(): ServiceClientConstructor {
  const path = join(packageRoot(), 'proto', 'node.proto')
  const loaded = loadPackageDefinition(
    loadSync(path, { keepCase: true, longs: Number, defaults: true }),
  )
  const { node } = loaded['weir'] as { node: GrpcObject }
  return node['Members'] as ServiceClientConstructor
}
