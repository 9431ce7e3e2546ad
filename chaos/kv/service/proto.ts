/** The service as kv.proto lays it down, for server and client alike. */

import { join } from 'node:path'
import {
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { packageRoot } from '../../../src/io/package-root.ts'

/** Messages may hold a whole value and many small ones. */
export const MESSAGE_BYTES_MAX = 16 * 1024 * 1024

export function keyValueService(): ServiceClientConstructor {
  const path = join(packageRoot(), 'chaos', 'kv', 'kv.proto')
  const loaded = loadPackageDefinition(
    loadSync(path, { keepCase: true, longs: Number, enums: Number, defaults: true }),
  )
  const { kv } = loaded['weir'] as { kv: GrpcObject }
  return kv['KeyValue'] as ServiceClientConstructor
}
