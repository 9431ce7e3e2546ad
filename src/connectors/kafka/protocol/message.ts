/**
 * Questions as a connection takes them: in our own codec, or in one of kafkajs. Of the latter's
 * answers the error codes are kept as numbers: what they mean is said in ../codes.ts.
 */

import type { Message } from 'kafkajs/src/network/connection.js'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import apiKeys from 'kafkajs/src/protocol/requests/apiKeys.js'
import library, { type Versions } from 'kafkajs/src/protocol/requests/index.js'
import { invariant } from '../../../base/errors.ts'
import { Trouble } from '../trouble.ts'

/** A question, once it is known which versions the broker speaks. */
export type Question<T> = (versions: Versions) => Message<T>

interface Api {
  readonly apiKey: number
  readonly apiVersion: number
  readonly apiName: string
}

/** With where an answer says how long a quota holds us back from now on. */
interface OwnApi extends Api {
  readonly heldAt?: 'start' | 'end'
}

const HELD_BYTES = 4

function heldMs(answer: Buffer, heldAt: OwnApi['heldAt']): number {
  if (heldAt === undefined || answer.length < HELD_BYTES) return 0
  return answer.readInt32BE(heldAt === 'start' ? 0 : answer.length - HELD_BYTES)
}

function mustSpeak(versions: Versions, { apiKey, apiVersion, apiName }: Api): void {
  const spoken = versions[apiKey]
  if (spoken !== undefined && spoken.minVersion <= apiVersion && apiVersion <= spoken.maxVersion) {
    return
  }
  throw new Trouble(
    'unsupported',
    `the broker does not speak version ${apiVersion} of ${apiName}: take Kafka 2.3 or newer`,
  )
}

export function own<T>(
  { heldAt, ...api }: OwnApi,
  encode: () => Buffer,
  decode: (answer: Buffer) => T,
): Question<T> {
  return versions => {
    mustSpeak(versions, api)
    const bytes = encode()
    // As it is: written into an encoder of its own, a large one would be copied once more.
    const encoder = Object.assign(new Encoder(0), { buf: bytes, offset: bytes.length })
    return {
      request: { ...api, encode: () => Promise.resolve(encoder) },
      response: {
        decode: answer => {
          return Promise.resolve({ answer, clientSideThrottleTime: heldMs(answer, heldAt) })
        },
        parse: decoded =>
          Promise.resolve(decoded as { answer: Buffer }).then(one => decode(one.answer)),
      },
    }
  }
}

/** In the newest version that kafkajs and the broker both speak; `T` is what it decodes. */
export function theirs<T extends object>(name: string, fields: object): Question<T> {
  return versions => {
    const definition = library.requests[name]
    const apiKey = apiKeys[name]
    invariant(definition !== undefined && apiKey !== undefined, 'library-has-the-api', name)
    const { request, response } = library.lookup(versions)(apiKey, definition)(fields)
    return {
      request,
      response: {
        decode: answer => response.decode(answer),
        parse: decoded => Promise.resolve(decoded as T),
      },
    }
  }
}
