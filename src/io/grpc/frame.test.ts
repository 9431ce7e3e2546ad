/** The bytes of `Frame`: those that the general codec makes of proto/raft.proto. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSync } from '@grpc/proto-loader'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from './frame.ts'
import { EXCHANGE, framesMethod, PEERS, protoFile } from './service.ts'

interface General {
  readonly Frames: {
    requestSerialize(message: object): Buffer
    responseDeserialize(bytes: Buffer): { readonly bytes?: Uint8Array }
  }
}

const general = (loadSync(protoFile('raft.proto'))['weir.raft.Peers'] as unknown as General).Frames

/** What the general codec reads; it leaves out a field that was not sent. */
const readByGeneral = (message: Uint8Array) =>
  general.responseDeserialize(Buffer.from(message)).bytes ?? new Uint8Array(0)

const frame = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 2_097_152).map(size => new Uint8Array(size)),
)

test('are the same, and are read in the same way', () => {
  fc.assert(
    fc.property(frame, bytes => {
      const encoded = encodeFrame(bytes)
      const theirs = general.requestSerialize({ bytes })
      expect(encoded.equals(bytes.length === 0 ? Buffer.alloc(0) : theirs)).toBe(true)
      expect(Buffer.compare(readByGeneral(encoded), bytes)).toBe(0)
      expect(Buffer.compare(decodeFrame(theirs), bytes)).toBe(0)
    }),
  )
})

test('are read as one frame, or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), bytes => {
      try {
        const read = decodeFrame(Uint8Array.from(bytes))
        expect(Buffer.compare(readByGeneral(bytes), read)).toBe(0)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
    { numRuns: 2000, examples: [[Uint8Array.of(10, 2, 7, 8)], [Uint8Array.of(10, 0)]] },
  )
})

test.each([
  ['another field', [18, 1, 5]],
  ['a length that is too large', [10, 2, 5]],
  ['bytes behind the field', [10, 1, 5, 0]],
  ['a length that does not end', [10, 255, 255, 255, 255, 255, 255]],
  ['half a head', [10]],
])('%s is no frame', (_, bytes) => {
  expect(() => decodeFrame(Uint8Array.from(bytes))).toThrow('no Frame of proto/raft.proto')
})

test('a frame is a plain array of bytes, whatever it came in', () => {
  const read = decodeFrame(encodeFrame(Uint8Array.of(1, 2)))
  expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype)
})

test.each([
  [PEERS, '/weir.raft.Peers/Frames', 'rpc Frames(stream Frame)'],
  [EXCHANGE, '/weir.exchange.Exchange/Channels', 'rpc Channels(stream Parcel)'],
])('the service is the one of the file: $service', (service, path, said) => {
  expect(framesMethod(service).path).toBe(path)
  expect(readFileSync(protoFile(service.file), 'utf8')).toContain(said)
})

test('the file is found from a bundle too, wherever the process was started', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-'))
  const cwd = process.cwd()
  const entry = join(folder, 'entry.ts')
  const service = join(cwd, 'src/io/grpc/service.ts')
  writeFileSync(
    entry,
    `import { protoFile } from ${JSON.stringify(service)}
    process.stdout.write(protoFile('raft.proto'))`,
  )
  const run = [join(cwd, 'scripts/run.mjs'), entry]
  const found = execFileSync(process.execPath, run, { cwd: folder, encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(found).toBe(join(cwd, 'proto', 'raft.proto'))
})
