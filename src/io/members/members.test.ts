/** Questions between nodes, over real sockets: asked, answered, and not answered. */

import { createServer, type Server } from 'node:net'
import { Client, credentials, type MethodDefinition, status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Authority } from '../grpc/testing/certificates.ts'
import { credentialsOf, type TlsFiles } from '../grpc/tls.ts'
import { type GrpcTransport, openTransport } from '../grpc/transport.ts'
import { MembersClient } from './client.ts'
import { membersDesk } from './server.ts'
import { type GreetAnswer, type JoinAnswer, type JoinRequest, membersService } from './service.ts'

const greeting: GreetAnswer = {
  node: 'n1',
  process: 'p1',
  formerly: '',
  cluster: 'c1',
  founds: true,
  address: 'a:1',
  http: 'a:2',
}
const who = {
  replica: 0,
  node: 'n2',
  store: 's2',
  boot: 2 ** 40,
  opening: 'o',
  address: 'b:1',
  http: 'b:2',
}
const answer: JoinAnswer = {
  code: '',
  message: '',
  groups: [{ group: 1, replica: 2, leader: 'a:1', places: [{ ...who, replica: 2 }] }],
}

let transport: GrpcTransport
let address = ''
const asked: JoinRequest[] = []
const proved: unknown[] = []
const client = new MembersClient(credentials.createInsecure())

const desk = () =>
  membersDesk({
    greet: ({ node }) => ({ ...greeting, node: `${greeting.node} to ${node}` }),
    join(request, names, done) {
      asked.push(request)
      proved.push(names)
      setImmediate(done, answer)
    },
    wish({ cluster, command }, done) {
      const message = `${cluster} ${command.join(' ')}`
      setImmediate(done, { code: 'not-leader', message })
    },
  })

function opened(tls?: TlsFiles): Promise<GrpcTransport> {
  const options = { listen: '127.0.0.1:0', frameBytesMax: 1024, services: [desk()] }
  return new Promise((resolve, reject) => {
    openTransport({ ...options, ...(tls && { tls }) }, made => {
      if ('transport' in made) resolve(made.transport)
      else reject(new Error(made.refused.message))
    })
  })
}

beforeAll(async () => {
  transport = await opened()
  address = `127.0.0.1:${transport.port}`
})
afterAll(() => transport.destroy())

/** A whole request, some bytes of it replaced. */
const mutated = fc.array(fc.tuple(fc.nat(1000), fc.nat(255)), { maxLength: 3 }).map(changes => {
  const join = membersService().service['Join'] as MethodDefinition<JoinRequest, JoinAnswer>
  const bytes = Uint8Array.from(join.requestSerialize({ cluster: 'c1', who }))
  for (const [at, byte] of changes) bytes[at % bytes.length] = byte
  return bytes
})

test('who is there says who he is', async () => {
  expect(await client.greet(address, { node: 'n2' })).toEqual({ ...greeting, node: 'n1 to n2' })
})

test('who asks to join is told his seats', async () => {
  expect(await client.join(address, { cluster: 'c1', who })).toEqual(answer)
  expect(asked).toEqual([{ cluster: 'c1', who }])
  // Without TLS nobody proves anything.
  expect(proved).toEqual([undefined])
})

test('a wish is carried in bytes, and answered', async () => {
  const wished = await client.wish(address, { cluster: 'c1', command: Uint8Array.of(1, 0, 255) })
  expect(wished).toEqual({ code: 'not-leader', message: 'c1 1 0 255' })
})

test('nobody there is a sentence', async () => {
  await expect(client.greet('127.0.0.1:1', { node: 'n2' })).rejects.toThrow('ECONNREFUSED')
})

/** Who takes the call and says nothing. */
async function silence(onCall: () => void): Promise<{ readonly server: Server; at: string }> {
  const server = createServer(onCall)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return { server, at: `127.0.0.1:${port}` }
}

test('who takes the call and says nothing is not waited for', async () => {
  const { server, at } = await silence(() => {})
  await expect(client.greet(at, { node: 'n2' })).rejects.toThrow(/deadline/i)
  server.close()
})

test('who asks for seats and is to end asks nobody any more, and still greets', async () => {
  const ending = new MembersClient(credentials.createInsecure())
  const under = new Promise<string>(resolve => {
    const called = silence(() => ending.endJoins())
    void called.then(({ server, at }) => {
      ending.join(at, { cluster: 'c1', who }).catch((error: Error) => {
        server.close()
        resolve(error.message)
      })
    })
  })
  expect(await under).toMatch(/cancelled/i)
  asked.length = 0
  await expect(ending.join(address, { cluster: 'c1', who })).rejects.toThrow('no seats any more')
  expect(asked).toEqual([])
  expect(await ending.greet(address, { node: 'n2' })).toMatchObject({ node: 'n1 to n2' })
})

test('many questions at once are each answered', async () => {
  const nodes = Array.from({ length: 20 }, (_, at) => `m${at}`)
  const said = await Promise.all(nodes.map(node => client.greet(address, { node })))
  expect(said.map(one => one.node)).toEqual(nodes.map(node => `n1 to ${node}`))
})

test('who has a certificate is known by it, whatever he says', async () => {
  const authority = new Authority('weir-test')
  const secure = await opened(authority.issue('n1'))
  const channel = credentialsOf(authority.issue('other', ['n2', 'n2.local']))
  if ('refused' in channel) throw new Error(channel.refused.message)
  proved.length = 0
  await new MembersClient(channel.channel).join(`127.0.0.1:${secure.port}`, { cluster: 'c1', who })
  expect(proved).toEqual([['n2', 'n2.local']])
  secure.destroy()
})

/** Calls with bytes in place of messages. */
function callRaw(raw: Client, method: string, bytes: Uint8Array): Promise<number> {
  const path = `/weir.node.Members/${method}`
  const same = (given: Uint8Array) => Buffer.from(given)
  return new Promise(resolve => {
    raw.makeUnaryRequest(
      path,
      same,
      given => given,
      bytes,
      error => resolve(error?.code ?? 0),
    )
  })
}

test('whatever bytes are sent, the next who asks is answered', async () => {
  const raw = new Client(address, credentials.createInsecure())
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated)
  const codes = new Set<number>()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('Join', 'Greet'), bytes, async (method, sent) => {
      codes.add(await callRaw(raw, method, sent))
    }),
    { numRuns: 300 },
  )
  // Some are read, as a message that leaves out what it likes; others are told that they are not.
  expect([...codes].sort((a, b) => a - b)).toEqual([status.OK, status.INTERNAL])
  expect(asked.some(one => one.who === null)).toBe(true)
  expect(await client.greet(address, { node: 'n2' })).toMatchObject({ node: 'n1 to n2' })
  raw.close()
})
