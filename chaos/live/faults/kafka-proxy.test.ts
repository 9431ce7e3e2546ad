/** The proxy between two plain sockets: what is passed on, and what befalls a planned call. */

import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { apiKeys, KafkaFates, KafkaProxy } from './kafka-proxy.ts'

const { EndTxn, Fetch, Produce } = apiKeys
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function request(apiKey: number, correlation: number, text = ''): Buffer {
  const head = Buffer.alloc(12)
  head.writeInt32BE(8 + text.length, 0)
  head.writeInt16BE(apiKey, 4)
  head.writeInt32BE(correlation, 8)
  return Buffer.concat([head, Buffer.from(text)])
}

/** Answers each whole request with its correlation and API; notes what it heard. */
async function listening(heard: number[]): Promise<number> {
  const server = createServer(socket => {
    let bytes = Buffer.alloc(0)
    socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const end = 4 + bytes.readInt32BE(0)
        heard.push(bytes.readInt16BE(4))
        const answer = Buffer.alloc(10)
        answer.writeInt32BE(6, 0)
        bytes.copy(answer, 4, 8, 12)
        answer.writeInt16BE(bytes.readInt16BE(4), 8)
        socket.write(answer)
        bytes = bytes.subarray(end)
      }
    })
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return (server.address() as { port: number }).port
}

class Client {
  readonly answers: string[] = []
  isClosed = false
  readonly #socket: Socket
  #wake = () => {}

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    let bytes = Buffer.alloc(0)
    this.#socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk])
      for (; bytes.length >= 10; bytes = bytes.subarray(10)) {
        this.answers.push(`${bytes.readInt32BE(4)}:${bytes.readInt16BE(8)}`)
      }
      this.#wake()
    })
    this.#socket.on('close', () => {
      this.isClosed = true
      this.#wake()
    })
    closing.push(() => this.#socket.destroy())
  }

  send(...frames: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(frames))
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}

async function scene() {
  const heard: number[] = []
  const fates = new KafkaFates()
  const broker = await listening(heard)
  const proxy = await KafkaProxy.open(0, broker, fates)
  closing.push(() => proxy.close())
  return { heard, fates, proxy, client: new Client(proxy.port) }
}

test('all is passed on, however it is cut', async () => {
  const { heard, client } = await scene()
  const frame = request(Produce, 7, 'x'.repeat(100_000))
  client.send(frame.subarray(0, 5))
  client.send(frame.subarray(5, 50_000))
  client.send(frame.subarray(50_000), request(Fetch, 8))
  await client.until(() => client.answers.length === 2)
  expect(client.answers).toEqual([`7:${Produce}`, `8:${Fetch}`])
  expect(heard).toEqual([Produce, Fetch])
})

test('a lost call is heard by nobody, and others are', async () => {
  const { heard, fates, client } = await scene()
  fates.plan('EndTxn', 'lost-call')
  client.send(request(Produce, 1), request(EndTxn, 2), request(Fetch, 3))
  await client.until(() => client.answers.length === 2)
  expect(client.answers).toEqual([`1:${Produce}`, `3:${Fetch}`])
  expect(heard).toEqual([Produce, Fetch])
  expect(fates.hits).toEqual([{ api: 'EndTxn', fate: 'lost-call' }])
})

test('of a lost answer the call was heard; it befalls one call only', async () => {
  const { heard, fates, client } = await scene()
  fates.plan('EndTxn', 'lost-answer')
  client.send(request(EndTxn, 1), request(EndTxn, 2))
  await client.until(() => client.answers.length === 1)
  expect(client.answers).toEqual([`2:${EndTxn}`])
  expect(heard).toEqual([EndTxn, EndTxn])
  expect(fates.isOpen).toBe(false)
})

test('hanging up closes the connection instead of the answer', async () => {
  const { heard, fates, client } = await scene()
  fates.plan('EndTxn', 'hang-up')
  client.send(request(EndTxn, 1))
  await client.until(() => client.isClosed)
  expect([client.answers, heard]).toEqual([[], [EndTxn]])
})

test('what was passed on is counted by kind, and what was lost is not', async () => {
  const { fates, proxy, client } = await scene()
  fates.plan('Fetch', 'lost-call')
  client.send(request(Fetch, 1), request(Fetch, 2), request(Produce, 3), request(Fetch, 4))
  await client.until(() => client.answers.length === 3)
  expect((['Produce', 'Fetch', 'EndTxn'] as const).map(api => proxy.passed(api))).toEqual([1, 2, 0])
})
