/**
 * The server's end of the streams of calls. Answers are gathered and sent once a turn of the event
 * loop; a stream with too many calls open is not read from until some are answered.
 */

import {
  type handleUnaryCall,
  type ServerDuplexStream,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import type { GrpcService } from '../../../src/io/grpc/transport.ts'
import { answerCall, type FindGroup, type WireAnswer, type WireCall } from './calls.ts'
import { type FillPlan, fill } from './fill.ts'
import { keyValueService } from './proto.ts'

interface CallBatch {
  readonly calls: readonly WireCall[]
}
interface AnswerBatch {
  readonly answers: readonly WireAnswer[]
}
type Stream = ServerDuplexStream<CallBatch, AnswerBatch>

/** Calls of one stream that are not answered, or whose answers are not yet taken. */
export const OPEN_CALLS_MAX = 32_768

export function kvService(find: FindGroup): GrpcService {
  const serve = (stream: Stream) => new CallStream(stream, find).start()
  return {
    definition: keyValueService().service,
    handlers: { Calls: serve as UntypedHandleCall, Fill: filler(find) as UntypedHandleCall },
  }
}

function filler(find: FindGroup): handleUnaryCall<FillPlan, object> {
  return ({ request }, done) => {
    fill(find, request, flown => {
      if (typeof flown === 'string') done({ code: status.FAILED_PRECONDITION, details: flown })
      else done(null, { latencies_ms: flown.latenciesMs, failed: flown.failed })
    })
  }
}

class CallStream {
  readonly #stream: Stream
  readonly #find: FindGroup
  #answers: WireAnswer[] = []
  #open = 0
  #isFlushing = false
  #isEnded = false
  #isOver = false

  constructor(stream: Stream, find: FindGroup) {
    this.#stream = stream
    this.#find = find
  }

  start(): void {
    this.#stream.on('data', (batch: CallBatch) => this.#onBatch(batch))
    this.#stream.on('end', () => {
      this.#isEnded = true
      this.#maybeEnd()
    })
    // A client that goes away: answers to it go nowhere.
    const onOver = () => {
      this.#isOver = true
    }
    this.#stream.on('error', onOver)
    this.#stream.on('cancelled', onOver)
  }

  #onBatch({ calls }: CallBatch): void {
    this.#open += calls.length
    if (this.#open > OPEN_CALLS_MAX) this.#stream.pause()
    for (const call of calls) answerCall(this.#find, call, answer => this.#onAnswer(answer))
  }

  #onAnswer(answer: WireAnswer): void {
    if (this.#isOver) return
    this.#answers.push(answer)
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    if (this.#isOver) return
    const answers = this.#answers
    this.#answers = []
    const isTaken = this.#stream.write({ answers })
    if (isTaken) this.#onTaken(answers.length)
    else this.#stream.once('drain', () => this.#onTaken(answers.length))
  }

  #onTaken(count: number): void {
    this.#open -= count
    this.#isFlushing = false
    if (this.#open <= OPEN_CALLS_MAX / 2) this.#stream.resume()
    if (this.#answers.length > 0) {
      this.#isFlushing = true
      setImmediate(() => this.#flush())
    }
    this.#maybeEnd()
  }

  #maybeEnd(): void {
    if (!this.#isEnded || this.#open > 0 || this.#isOver) return
    this.#isOver = true
    this.#stream.end()
  }
}
