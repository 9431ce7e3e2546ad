/** The server's end: calls of the wire are asked of the log that runs here. */

import {
  Server,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { LogAnswer } from '../../../base/stream-log.ts'
import { misread, type Refused, refusedBy } from '../../../io/grpc/listening.ts'
import { credentialsOf, type TlsFiles } from '../../../io/grpc/tls.ts'
import type { AskedBy, CallName, ToldBy } from '../calls.ts'
import type { EmbeddedLog } from '../embedded.ts'
import { refused } from '../state/judge.ts'
import { type Message, rows } from './messages.ts'
import { channelOptions, logService } from './service.ts'

export type ServerAnswer = { readonly server: LogServer } | { readonly refused: Refused }

type Request = Message & { readonly log: string }

/** What does not end in peace within this time is ended. */
const CLOSING_MS = 1000

export class LogServer {
  readonly port: number
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.port = port
  }

  /** Listens, then answers; refused with a code when it cannot. */
  static open(
    log: EmbeddedLog,
    listen: string,
    tls: TlsFiles | undefined,
    done: (answer: ServerAnswer) => void,
  ): void {
    const unread = misread(listen)
    const credentials = unread === undefined ? credentialsOf(tls) : { refused: unread }
    if ('refused' in credentials) {
      setImmediate(done, { refused: credentials.refused })
      return
    }
    const server = new Server(channelOptions)
    server.addService(logService().service, handlersOf(log))
    server.bindAsync(listen, credentials.server, (error, port) => {
      if (error === null) done({ server: new LogServer(server, port) })
      else done({ refused: refusedBy(listen, error) })
    })
  }

  close(done: () => void): void {
    const timer = setTimeout(() => this.#server.forceShutdown(), CLOSING_MS)
    this.#server.tryShutdown(() => {
      clearTimeout(timer)
      done()
    })
  }
}

function handlersOf(log: EmbeddedLog): UntypedServiceImplementation {
  const names = Object.keys(rows) as CallName[]
  return Object.fromEntries(names.map(name => [rows[name].method, handlerOf(log, name)]))
}

function handlerOf<Name extends CallName>(log: EmbeddedLog, name: Name) {
  const { asked, tell } = rows[name]
  return (call: ServerUnaryCall<Request, object>, answer: sendUnaryData<object>): void => {
    const told = (one: LogAnswer<ToldBy<Name>>): void => {
      if (one.error === undefined) answer(null, { log: log.name, ...tell(one.value) })
      else answer(null, { log: log.name, trouble: one.error })
    }
    const { request } = call
    if (request.log !== '' && request.log !== log.name) {
      const message = `this is log ${log.name}, and ${request.log} was here before`
      told(refused('other-cluster', `${message}; name the right address`))
      return
    }
    const waits = log.ask(name, asked(request) as AskedBy<Name>, told)
    call.on('cancelled', () => waits.cancel())
  }
}
