/** HTTP over real sockets: listening, asking, and the sentences when either fails. */

import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { askHttp, type HttpServer, listenHttp } from './http.ts'

const open: HttpServer[] = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const here = { host: '127.0.0.1', port: 0 }

async function serve(onRequest: Parameters<typeof listenHttp>[1]): Promise<string> {
  const server = await listenHttp(here, onRequest)
  open.push(server)
  return `http://127.0.0.1:${server.port}`
}

test('JSON there and back', async () => {
  const url = await serve((request, response) => {
    let body = ''
    request.on('data', data => {
      body += data
    })
    request.on('end', () => {
      response.statusCode = 201
      response.end(JSON.stringify({ method: request.method, path: request.url, body }))
    })
  })
  expect(await askHttp(`${url}/a?b=c`, { timeoutMs: 5000 })).toEqual({
    status: 201,
    body: { method: 'GET', path: '/a?b=c', body: '' },
  })
  expect(await askHttp(url, { timeoutMs: 5000, post: { to: 'n1' } })).toMatchObject({
    body: { method: 'POST', body: '{"to":"n1"}' },
  })
})

test('an answer that is no JSON is not one of a node', async () => {
  const url = await serve((_request, response) => response.end('<html>'))
  await expect(askHttp(url, { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'no-weir-there' })
})

test('nobody there, and nobody in time', async () => {
  const gone = await listenHttp(here, () => {})
  await gone.close()
  await expect(askHttp(`http://127.0.0.1:${gone.port}`, { timeoutMs: 5000 })).rejects.toMatchObject(
    {
      code: 'node-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    },
  )
  const url = await serve(() => {})
  await expect(askHttp(url, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'node-unreachable',
    message: expect.stringContaining('no answer in time'),
  })
})

test('a port in use is refused with what to do', async () => {
  const url = await serve(() => {})
  const port = Number(new URL(url).port)
  await expect(listenHttp({ ...here, port }, () => {})).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining('choose another port'),
  })
})

test.each([
  ['an address of another machine', '192.0.2.1', 'address-unknown'],
  ['a host that nobody knows', 'nobody.invalid', 'address-unknown'],
])('%s cannot be listened on', async (_, host, code) => {
  await expect(listenHttp({ host, port: 0 }, () => {})).rejects.toMatchObject({
    code: expect.stringMatching(`${code}|cannot-listen`),
  })
})

test('closing lets what is under way end, and takes nothing new', async () => {
  let answer = () => {}
  const server = await listenHttp(here, (_request, response) => {
    answer = () => response.end('{}')
  })
  const url = `http://127.0.0.1:${server.port}`
  const asked = askHttp(url, { timeoutMs: 5000 })
  await expect.poll(() => answer.toString()).toContain('response.end')
  const closed = server.close()
  answer()
  expect(await asked).toEqual({ status: 200, body: {} })
  await closed
  await expect(askHttp(url, { timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'node-unreachable',
  })
})

test('connections that stay open are cut in the end', async () => {
  const server = await listenHttp(here, () => {})
  const asked = askHttp(`http://127.0.0.1:${server.port}`, { timeoutMs: 30_000 })
  const failed = expect(asked).rejects.toMatchObject({ code: 'node-unreachable' })
  await new Promise(resolve => setImmediate(resolve))
  await server.close()
  await failed
})

test('a server that another program made is asked as well', async () => {
  const server: Server = createServer((_request, response) => response.end('[1]'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  expect(await askHttp(`http://127.0.0.1:${port}`, { timeoutMs: 5000 })).toMatchObject({
    body: [1],
  })
  await new Promise(resolve => server.close(resolve))
})
