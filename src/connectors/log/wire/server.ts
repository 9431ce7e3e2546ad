/** The server's end: who calls is talked to about the log that runs here. */

import { Server } from '@grpc/grpc-js'
import { misread, type Refused, refusedBy } from '../../../io/grpc/listening.ts'
import { shutDown } from '../../../io/grpc/shut-down.ts'
import { credentialsOf, type TlsFiles } from '../../../io/grpc/tls.ts'
import type { EmbeddedLog } from '../embedded.ts'
import { channelOptions, talkMethod } from './service.ts'
import { Talk, type TalkStream } from './talk.ts'

export type ServerAnswer = { readonly server: LogServer } | { readonly refused: Refused }

export class LogServer {
  readonly port: number
  readonly #server: Server
  readonly #talks: ReadonlySet<Talk>

  private constructor(server: Server, port: number, talks: ReadonlySet<Talk>) {
    this.#server = server
    this.port = port
    this.#talks = talks
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
    const talks = new Set<Talk>()
    const onCall = (stream: TalkStream): void => {
      const talk: Talk = new Talk(log, stream, () => talks.delete(talk))
      talks.add(talk)
    }
    server.addService({ Talk: talkMethod() }, { Talk: onCall })
    server.bindAsync(listen, credentials.server, (error, port) => {
      if (error === null) done({ server: new LogServer(server, port, talks) })
      else done({ refused: refusedBy(listen, error) })
    })
  }

  close(done: () => void): void {
    for (const talk of this.#talks) talk.end()
    shutDown(this.#server, done)
  }
}
