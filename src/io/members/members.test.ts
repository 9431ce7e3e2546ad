/** Questions between nodes, over real sockets: asked, answered, and not answered. */

import { createServer } from 'node:net'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GrpcTransport, openTransport } from '../grpc/transport.ts'
import { MembersClient } from './client.ts'
import { membersDesk } from './server.ts'
import type { GreetAnswer, JoinAnswer, JoinRequest } from './service.ts'

const greeting: GreetAnswer = {
  node: 'n1',
  process: 'p1',
  cluster: 'c1',
  founds: true,
  address: 'a:1',
  http: 'a:2',
}
const who = { replica: 0, node: 'n2', store: 's2', boot: 2 ** 40, address: 'b:1', http: 'b:2' }
const answer: JoinAnswer = {
  code: '',
  message: '',
  groups: [{ group: 1, replica: 2, leader: 'a:1', places: [{ ...who, replica: 2 }] }],
}

let transport: GrpcTransport
let address = ''
const asked: JoinRequest[] = []
const client = new MembersClient(credentials.createInsecure())

beforeAll(async () => {
  const desk = membersDesk({
    greet: ({ node }) => ({ ...greeting, node: `${greeting.node} to ${node}` }),
    join(request, done) {
      asked.push(request)
      setImmediate(done, answer)
    },
  })
  const options = { listen: '127.0.0.1:0', frameBytesMax: 1024, services: [desk] }
  transport = await new Promise((resolve, reject) => {
    openTransport(options, opened => {
      if ('transport' in opened) resolve(opened.transport)
      else reject(new Error(opened.refused.message))
    })
  })
  address = `127.0.0.1:${transport.port}`
})
afterAll(() => transport.destroy())

test('who is there says who he is', async () => {
  expect(await client.greet(address, { node: 'n2' })).toEqual({ ...greeting, node: 'n1 to n2' })
})

test('who asks to join is told his seats', async () => {
  expect(await client.join(address, { cluster: 'c1', who })).toEqual(answer)
  expect(asked).toEqual([{ cluster: 'c1', who }])
})

test('nobody there is a sentence', async () => {
  await expect(client.greet('127.0.0.1:1', { node: 'n2' })).rejects.toThrow('ECONNREFUSED')
})

test('who takes the call and says nothing is not waited for', async () => {
  const silent = createServer(() => {})
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  const bound = silent.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  await expect(client.greet(`127.0.0.1:${port}`, { node: 'n2' })).rejects.toThrow(/deadline/i)
  silent.close()
})

test('many questions at once are each answered', async () => {
  const nodes = Array.from({ length: 20 }, (_, at) => `m${at}`)
  const said = await Promise.all(nodes.map(node => client.greet(address, { node })))
  expect(said.map(one => one.node)).toEqual(nodes.map(node => `n1 to ${node}`))
})
