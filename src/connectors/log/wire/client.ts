/** The client's end: a line to a log that is another process. Nothing is asked a second time. */

import { type Client, type ServiceError, status } from '@grpc/grpc-js'
import { WeirError } from '../../../base/errors.ts'
import type { Asked, LogAnswer, LogDone, LogError, LogErrorCode } from '../../../base/stream-log.ts'
import { credentialsOf, type TlsFiles } from '../../../io/grpc/tls.ts'
import type { AskedBy, CallName, ToldBy } from '../calls.ts'
import type { Line } from '../line.ts'
import { refused } from '../state/judge.ts'
import { type Message, rows } from './messages.ts'
import { channelOptions, logService } from './service.ts'

export interface GrpcLineOptions {
  /** HOST:PORT. */
  readonly address: string
  /** Missing: in the clear. */
  readonly tls?: TlsFiles
  /** For one answer, besides what a fetch waits. */
  readonly answerMs?: number
}

type Answer = Message & { readonly log: string; readonly trouble: LogError | null }
type Method = (
  request: object,
  options: { readonly deadline: number },
  done: (error: ServiceError | null, answer: Answer) => void,
) => { cancel(): void }

const ANSWER_MS = 10_000

/** What else went wrong leaves open whether anything was done. */
const codes: Readonly<Partial<Record<status, LogErrorCode>>> = {
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.PERMISSION_DENIED]: 'not-authorized',
  [status.UNAUTHENTICATED]: 'not-authorized',
  [status.RESOURCE_EXHAUSTED]: 'record-too-large',
}

export class GrpcLine implements Line {
  readonly #client: Client
  readonly #address: string
  readonly #answerMs: number
  /** The name of the log that answered first: no other is meant. */
  #log = ''

  constructor(options: GrpcLineOptions) {
    const { address, answerMs = ANSWER_MS } = options
    const Service = logService()
    const credentials = credentialsOf(options.tls)
    if ('refused' in credentials) {
      throw new WeirError(credentials.refused.code, credentials.refused.message)
    }
    this.#client = new Service(address, credentials.channel, channelOptions)
    this.#address = address
    this.#answerMs = answerMs
  }

  ask<Name extends CallName>(name: Name, asked: AskedBy<Name>, done: LogDone<ToldBy<Name>>): Asked {
    const row = rows[name]
    const method = (this.#client as unknown as Record<string, Method>)[row.method] as Method
    const waitMs = 'waitMs' in asked ? asked.waitMs : 0
    const deadline = Date.now() + this.#answerMs + waitMs
    const request = { log: this.#log, ...row.ask(asked) }
    let isCancelled = false
    const call = method.call(this.#client, request, { deadline }, (error, answer) => {
      if (isCancelled) return
      if (error !== null) done(this.#failed(error))
      else done(this.#told(answer, () => row.told(answer, answer.log) as ToldBy<Name>))
    })
    const cancel = (): void => {
      isCancelled = true
      call.cancel()
    }
    return { cancel }
  }

  close(): void {
    this.#client.close()
  }

  #told<T>(answer: Answer, value: () => T): LogAnswer<T> {
    const { log, trouble } = answer
    if (trouble !== null) return { error: trouble }
    if (this.#log === '') this.#log = log
    if (log === this.#log) return { value: value() }
    return refused('other-cluster', `at ${this.#address} is log ${log} now; name the right address`)
  }

  #failed({ code, details }: ServiceError): { readonly error: LogError } {
    const where = `the log at ${this.#address} did not answer (${details})`
    return refused(codes[code] ?? 'unavailable', `${where}; see that it runs and can be reached`)
  }
}
