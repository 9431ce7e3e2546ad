/**
 * What is used of kafkajs inside: its package exports everything and types its face alone. Version
 * 2.2.4 is pinned; a newer one must be read against this file.
 */

declare module 'kafkajs/src/network/connection.js' {
  import type { Socket } from 'node:net'
  import type { Versions } from 'kafkajs/src/protocol/requests/index.js'

  interface Quiet {
    namespace(): Quiet
    info(): void
    error(): void
    warn(): void
    debug(): void
  }

  interface ConnectionOptions {
    readonly host: string
    readonly port: number
    readonly clientId: string
    readonly logger: Quiet
    readonly socketFactory: unknown
    readonly ssl: object | null
    readonly sasl: object | null
    readonly connectionTimeout: number
    readonly requestTimeout: number
    readonly enforceRequestTimeout: boolean
  }

  export interface Message<T> {
    readonly request: object
    readonly response: {
      /** `clientSideThrottleTime` of what comes is for the queue. */
      decode(answer: Buffer): Promise<unknown>
      parse(decoded: unknown): Promise<T>
    }
  }

  class Connection {
    constructor(options: ConnectionOptions)
    readonly socket?: Socket
    readonly requestQueue: {
      scheduleCheckPendingRequests(): void
      maybeThrottle(ms: number | null | undefined): void
    }
    connect(): Promise<unknown>
    disconnect(): Promise<unknown>
    isConnected(): boolean
    setVersions(versions: Versions): void
    setSupportAuthenticationProtocol(isSupported: boolean): void
    send<T>(message: Message<T>): Promise<T>
    rejectRequests(error: Error): void
  }
  export default Connection
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function socketFactory(): unknown
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    constructor(sizeBytes: number)
    buf: Buffer
    /** Behind what was written. */
    offset: number
  }
  export default Encoder
}

declare module 'kafkajs/src/protocol/requests/index.js' {
  import type { Message } from 'kafkajs/src/network/connection.js'

  /** By API key. */
  export type Versions = Readonly<
    Record<number, { readonly minVersion: number; readonly maxVersion: number } | undefined>
  >
  /** Of one API: the versions that the library speaks. */
  interface Definition {
    readonly versions: readonly string[]
    protocol(of: { readonly version: number }): (fields: object) => Message<object>
  }
  const library: {
    readonly requests: Readonly<Record<string, Definition>>
    lookup(
      versions: Versions,
    ): (apiKey: number, of: Definition) => (fields: object) => Message<object>
  }
  export default library
}

declare module 'kafkajs/src/protocol/requests/apiKeys.js' {
  const apiKeys: Readonly<Record<string, number>>
  export default apiKeys
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: {
    readonly errorCodes: readonly { readonly code: number; readonly type: string }[]
  }
  export default errors
}

declare module 'kafkajs/src/retry/defaults.js' {
  const defaults: object
  export default defaults
}
