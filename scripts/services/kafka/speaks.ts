/**
 * Asks a broker for the versions that it speaks (ApiVersions, version 0), in Kafka's protocol by
 * hand: whether the service is there must not be decided by what it is there to test.
 */

import { connect } from 'node:net'

const API_VERSIONS = 18
/** Any number: the answer bears it again. */
const CORRELATION = 20_26
/** Size, correlation, error code: the answer's beginning. */
const HEAD_BYTES = 10

/** Size, API key, version 0, correlation, no client id. */
function question(): Buffer {
  const bytes = Buffer.alloc(14)
  bytes.writeInt32BE(bytes.length - 4, 0)
  bytes.writeInt16BE(API_VERSIONS, 4)
  bytes.writeInt32BE(CORRELATION, 8)
  bytes.writeInt16BE(-1, 12)
  return bytes
}

const isGood = (answer: Buffer) =>
  answer.readInt32BE(4) === CORRELATION && answer.readInt16BE(8) === 0

/** False: it answers something else; whoever does not answer at all is an error. */
export function speaks(url: string, patienceMs: number): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    let answer = Buffer.alloc(0)
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`${url} is silent`)))
    socket.on('connect', () => socket.write(question()))
    socket.on('data', chunk => {
      answer = Buffer.concat([answer, chunk])
      if (answer.length < HEAD_BYTES) return
      socket.destroy()
      resolve(isGood(answer))
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`${url} hung up`)))
  })
}
