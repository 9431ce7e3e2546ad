/**
 * The client's end: a line to a log that is another process. All calls go on one stream, which is
 * opened when somebody asks and there is none. Nothing is asked a second time.
 */

import {
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { WeirError } from '../../../base/errors.ts'
import type { Asked, LogAnswer, LogDone, LogErrorCode } from '../../../base/stream-log.ts'
import { credentialsOf, type TlsFiles } from '../../../io/grpc/tls.ts'
import type { AskedBy, CallName, ToldBy } from '../calls.ts'
import type { Line } from '../line.ts'
import { refused } from '../state/judge.ts'
import { type AnswerMessage, rows } from './messages.ts'
import { channelOptions, MESSAGE_BYTES_MAX, talkMethod } from './service.ts'

export interface GrpcLineOptions {
  /** HOST:PORT. */
  readonly address: string
  /** Missing: in the clear. */
  readonly tls?: TlsFiles
  /** For one answer, besides what a fetch waits. */
  readonly answerMs?: number
  /** Instead of those that all have. */
  readonly channel?: ChannelOptions
}

type Stream = ClientDuplexStream<Buffer, AnswerMessage>

interface Open {
  readonly name: CallName
  readonly done: LogDone<never>
  readonly timer: NodeJS.Timeout
}

const ANSWER_MS = 10_000
/** As far ahead as Node's timers reach. */
const REACH_MS = 2 ** 31 - 1

/** What else ends a stream leaves open whether anything was done. */
const codes: Readonly<Partial<Record<status, LogErrorCode>>> = {
  [status.UNIMPLEMENTED]: 'unsupported',
  [status.PERMISSION_DENIED]: 'not-authorized',
  [status.UNAUTHENTICATED]: 'not-authorized',
}

export class GrpcLine implements Line {
  readonly isOneProcess = true
  readonly #client: Client
  readonly #method = talkMethod()
  readonly #address: string
  readonly #answerMs: number
  /** By serial. */
  readonly #open = new Map<number, Open>()
  #stream: Stream | undefined
  #serial = 0
  /** The name of the log that answered first: no other is meant. */
  #log = ''

  constructor(options: GrpcLineOptions) {
    const { address, answerMs = ANSWER_MS } = options
    const credentials = credentialsOf(options.tls)
    if ('refused' in credentials) {
      throw new WeirError(credentials.refused.code, credentials.refused.message)
    }
    this.#client = new Client(address, credentials.channel, {
      ...channelOptions,
      ...options.channel,
    })
    this.#address = address
    this.#answerMs = answerMs
  }

  ask<Name extends CallName>(name: Name, asked: AskedBy<Name>, done: LogDone<ToldBy<Name>>): Asked {
    const serial = ++this.#serial
    const waitMs = 'waitMs' in asked ? asked.waitMs : 0
    const late = (): void => {
      cancel()
      done(this.#unanswered('unavailable', 'its time is over'))
    }
    const timer = setTimeout(late, Math.min(this.#answerMs + waitMs, REACH_MS))
    this.#open.set(serial, { name, done, timer })
    const bytes = this.#bytesOf(serial, name, rows[name].ask(asked))
    // One that the server would not take would end the stream, and so all that is on it.
    if (bytes.length > MESSAGE_BYTES_MAX) setImmediate(() => this.#answer(serial, tooLarge))
    else {
      this.#stream ??= this.#opened()
      this.#stream.write(bytes)
    }
    const cancel = (): void => {
      if (this.#take(serial) !== undefined) {
        this.#stream?.write(this.#bytesOf(serial, 'cancel', {}))
      }
    }
    return { cancel }
  }

  /** Whoever waits for an answer is told that none comes. */
  close(): void {
    this.#stream?.cancel()
    this.#client.close()
  }

  #bytesOf(serial: number, what: CallName | 'cancel', message: object): Buffer {
    return this.#method.requestSerialize({ serial, log: this.#log, [what]: message })
  }

  #opened(): Stream {
    const { path, responseDeserialize } = this.#method
    const plain = (bytes: Buffer) => bytes
    const deserialize = (bytes: Buffer) => responseDeserialize(bytes) as AnswerMessage
    const stream = this.#client.makeBidiStreamRequest(path, plain, deserialize)
    let ending: StatusObject | undefined
    stream.on('data', (answer: AnswerMessage) => this.#onAnswer(answer))
    stream.on('status', (told: StatusObject) => {
      ending = told
    })
    // The status says the same; but an error that nobody listens to would end the process.
    stream.on('error', () => {})
    stream.on('end', () => this.#onOver(ending))
    return stream
  }

  #onAnswer(message: AnswerMessage): void {
    const { serial, log, trouble } = message
    const name = this.#open.get(serial)?.name
    if (name === undefined) return
    if (trouble !== undefined) {
      this.#answer(serial, { error: trouble })
      return
    }
    if (this.#log === '') this.#log = log
    const told = message[name]
    if (log !== this.#log) {
      const message = `at ${this.#address} is log ${log} now; name the right address`
      this.#answer(serial, refused('other-cluster', message))
    } else if (told === undefined) {
      this.#answer(serial, this.#unanswered('unsupported', `it says nothing of ${name}`))
    } else this.#answer(serial, { value: rows[name].told(told, log) as never })
  }

  #onOver(ending: StatusObject | undefined): void {
    this.#stream = undefined
    const { code = status.OK, details = '' } = ending ?? {}
    const answer = this.#unanswered(codes[code] ?? 'unavailable', details || 'it ended the stream')
    for (const serial of [...this.#open.keys()]) this.#answer(serial, answer)
  }

  #answer(serial: number, answer: LogAnswer<never>): void {
    this.#take(serial)?.done(answer)
  }

  #take(serial: number): Open | undefined {
    const open = this.#open.get(serial)
    clearTimeout(open?.timer)
    this.#open.delete(serial)
    return open
  }

  #unanswered(code: LogErrorCode, details: string) {
    const where = `the log at ${this.#address} did not answer (${details})`
    return refused(code, `${where}; see that it runs and can be reached`)
  }
}

const tooLarge = refused(
  'record-too-large',
  `more than ${MESSAGE_BYTES_MAX} bytes would go to the log at once; send less`,
)
