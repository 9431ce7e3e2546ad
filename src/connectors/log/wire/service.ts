/** The service as proto/log.proto lays it down, for server and client alike. */

import { join } from 'node:path'
import {
  type ChannelOptions,
  logVerbosity,
  type MethodDefinition,
  setLogVerbosity,
} from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { WeirError } from '../../../base/errors.ts'
import { packageRoot } from '../../../io/package-root.ts'

/** What is sent at once, either way. */
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024
const RECONNECT_MS = 50
const RECONNECT_MS_MAX = 1000
/** Where nothing came for so long the other end is asked whether it is there, .. */
const SILENT_MS = 5000
/** .. and given up when it has not said so by then. */
const DEAD_MS = 5000

export const channelOptions: ChannelOptions = {
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  // What could be done twice is never repeated behind anybody's back.
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': RECONNECT_MS,
  'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX,
  'grpc.keepalive_time_ms': SILENT_MS,
  'grpc.keepalive_timeout_ms': DEAD_MS,
  'grpc.service_config_disable_resolution': 1,
  // A log is reached directly, whatever proxy the environment names.
  'grpc.enable_http_proxy': 0,
  'grpc.use_local_subchannel_pool': 1,
}

/** What is received is as `messages.ts` says. */
export type TalkMethod = MethodDefinition<object, object>

/** The stream of calls and answers. */
export function talkMethod(): TalkMethod {
  // What goes wrong is answered or told; the library would print it besides.
  setLogVerbosity(logVerbosity.NONE)
  const path = join(packageRoot(), 'proto', 'log.proto')
  const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }
  const service = loadSync(path, options)['weir.log.Log']
  const method = (service as Record<string, TalkMethod> | undefined)?.['Talk']
  if (method === undefined) {
    throw new WeirError('proto-missing', `${path} has no weir.log.Log/Talk; install it again`)
  }
  return method
}
