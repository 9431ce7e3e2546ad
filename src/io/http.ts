/** HTTP as a node needs it: a server that says why it cannot listen, and a client with an end. */

import { createServer, type RequestListener, type Server } from 'node:http'
import { WeirError } from '../base/errors.ts'

export interface HttpServer {
  readonly port: number
  /** Answers what is under way, takes nothing new. */
  close(): Promise<void>
}

/** Connections that are still open so long after closing began are cut. */
const CLOSING_MS = 1000

const sentences: Readonly<Record<string, readonly [code: string, advice: string]>> = {
  EADDRINUSE: ['port-in-use', 'another process listens there; stop it, or choose another port'],
  EACCES: ['port-not-allowed', 'this user may not listen there; choose a port above 1023'],
  EADDRNOTAVAIL: ['address-unknown', 'this machine has no such address'],
  ENOTFOUND: ['address-unknown', 'no such host is known'],
}

export interface HostPort {
  readonly host: string
  readonly port: number
}

export function listenHttp({ host, port }: HostPort, onRequest: RequestListener) {
  const server = createServer(onRequest)
  return new Promise<HttpServer>((resolve, reject) => {
    server.once('error', error => reject(cannotListen(`${host}:${port}`, error)))
    server.listen(port, host, () => {
      const bound = server.address()
      const actual = typeof bound === 'object' && bound !== null ? bound.port : port
      resolve({ port: actual, close: () => closed(server) })
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSING_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function cannotListen(where: string, error: Error): WeirError {
  const known = sentences[(error as NodeJS.ErrnoException).code ?? '']
  const [code, advice] = known ?? ['cannot-listen', 'see what the system says']
  return new WeirError(code, `${where} cannot be listened on: ${advice} (${error.message})`)
}

export interface HttpReply {
  readonly status: number
  readonly body: unknown
}

export interface HttpAsk {
  readonly timeoutMs: number
  /** Sent as JSON by POST; missing: GET. */
  readonly post?: unknown
  /** Instead of these. */
  readonly method?: 'DELETE' | 'POST'
  /** As it is, instead of JSON. */
  readonly file?: { readonly bytes: Uint8Array; readonly type: string }
  readonly headers?: Readonly<Record<string, string>>
}

/** JSON in, JSON out. Rejects when there is no answer in time, or it is no JSON. */
export async function askHttp(url: string, asked: HttpAsk): Promise<HttpReply> {
  const { timeoutMs, file, headers } = asked
  const response = await fetch(url, {
    ...bodyOf(asked),
    headers: {
      accept: 'application/json',
      'content-type': file?.type ?? 'application/json',
      ...headers,
    },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(error => {
    throw unreachable(url, error as Error)
  })
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) as unknown }
  } catch {
    throw new WeirError('no-weir-there', `${url} answered, but not as a node does`)
  }
}

function bodyOf({ post, method, file }: HttpAsk): RequestInit {
  if (file !== undefined) return { method: 'POST', body: new Uint8Array(file.bytes) }
  if (post !== undefined) return { method: 'POST', body: JSON.stringify(post) }
  return method === undefined ? {} : { method }
}

function unreachable(url: string, error: Error): WeirError {
  const cause = error.cause instanceof Error ? error.cause.message : ''
  const why = error.name === 'TimeoutError' ? 'no answer in time' : cause || error.message
  return new WeirError('node-unreachable', `no answer from ${url} (${why})`)
}
