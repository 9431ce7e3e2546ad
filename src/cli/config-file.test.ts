/** Configuration files: what is read, and where what cannot be read is wrong. */

import { Command } from 'commander'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readConfig, splitList } from './config-file.ts'
import { addNodeOptions, saidBy } from './node-options.ts'

const read = (text: string, environment: Record<string, string> = {}) =>
  readConfig(text, environment)

test('everything that a flag says, and what only a file can', () => {
  const text = `
id: n1
listen: 127.0.0.1:7170
advertise: node-1:7170
http: 127.0.0.1:7070
join: [127.0.0.1:7171, 127.0.0.1:7172]
data: /tmp/n1
bootstrap: true
groups: 16
insecure: false
log-level: debug
tls-ca: ca.pem
tls-cert: cert.pem
tls-key: key.pem
dial:
  n2: 127.0.0.1:9001
  n3: 127.0.0.1:9002
`
  expect(read(text).values).toEqual({
    id: 'n1',
    listen: '127.0.0.1:7170',
    advertise: 'node-1:7170',
    http: '127.0.0.1:7070',
    join: ['127.0.0.1:7171', '127.0.0.1:7172'],
    data: '/tmp/n1',
    bootstrap: true,
    groups: 16,
    insecure: false,
    logLevel: 'debug',
    tlsCa: 'ca.pem',
    tlsCert: 'cert.pem',
    tlsKey: 'key.pem',
    dial: { n2: '127.0.0.1:9001', n3: '127.0.0.1:9002' },
  })
})

test('JSON is YAML, an empty file says nothing, a list may be one text', () => {
  expect(read('{"id": "n1", "dial": {}}').values).toEqual({ id: 'n1', dial: {} })
  expect(read('').values).toEqual({})
  expect(read('# only a comment\n').values).toEqual({})
  expect(read('join: a:1, b:2').values).toEqual({ join: ['a:1', 'b:2'] })
  expect(read('id: 7').values).toEqual({ id: '7' })
})

test('names of the environment are filled in, with a default or without', () => {
  const name = (text: string) => `\${${text}}`
  const text = `id: ${name('NAME')}\ndata: ${name('DATA:/tmp/x')}\nhttp: ${name('NOBODY')}`
  expect(read(text, { NAME: 'n9' }).values).toEqual({
    id: 'n9',
    data: '/tmp/x',
    http: name('NOBODY'),
  })
  expect(read(text, { NAME: 'n9', DATA: '/d' }).values).toMatchObject({ data: '/d' })
})

test.each([
  ['a slip', 'id: n1\nlisen: a:1', '2:1: lisen is not known; did you mean listen?'],
  ['two letters in the wrong order', 'dial:\n  a: b:1\nidl: x', '3:1: idl is not known'],
  ['letters swapped', 'htpt: a:1', '1:1: htpt is not known; did you mean http?'],
  ['a stranger', 'colour: red', '1:1: colour is not known'],
  ['a text for a number', 'groups: many', '1:1: groups is to be a whole number'],
  ['half a number', 'groups: 1.5', 'groups is to be a whole number'],
  ['a word for a flag', 'bootstrap: yes please', 'bootstrap is to be true or false'],
  ['a list for a text', 'id: [a]', 'id is to be a text'],
  ['numbers in a list', 'join: [1]', 'join is to be a list of texts'],
  ['a text for a table', 'dial: a:1', 'dial is to be NODE: HOST:PORT'],
  ['numbers in a table', 'dial: {n1: 7}', 'dial is to be NODE: HOST:PORT'],
  ['a list for everything', '- id', '1:1: NAME: VALUE is expected'],
  ['broken YAML', 'id: [a', '1:'],
  ['a name twice', 'id: a\nid: b', '2:1: '],
  ['a name of every object', 'constructor: a', 'constructor is not known'],
])('%s is told with its place', (_, text, trouble) => {
  expect(read(text).trouble).toContain(trouble)
})

test('whatever is in a file, it is read or its trouble is told', () => {
  const word = fc.constantFrom(
    'id',
    'dial',
    ':',
    '\n',
    ' ',
    '[',
    ']',
    '{',
    '}',
    '-',
    'x',
    '"',
    '${',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), words => {
      const answer = read(words.join(''))
      if (answer.trouble !== undefined) expect(answer.trouble).toMatch(/^\d+:\d+: ./)
    }),
  )
})

test('a list is split at commas, and blanks do not count', () => {
  expect(splitList(' a:1, ,b:2,')).toEqual(['a:1', 'b:2'])
  expect(splitList('')).toEqual([])
})

function said(args: readonly string[], file: Parameters<typeof saidBy>[2] = {}) {
  const command = addNodeOptions(new Command('node')).exitOverride()
  command.parse(args as string[], { from: 'user' })
  return saidBy(command.opts(), process.env, file)
}

test('a flag is before the file, and what neither says is left to the defaults', () => {
  expect(said(['--id', 'n1', '--groups', '4', '--bootstrap', '--join', 'a:1,b:2'])).toEqual({
    id: 'n1',
    groups: 4,
    bootstrap: true,
    join: ['a:1', 'b:2'],
  })
  const file = { id: 'file', data: '/file', bootstrap: true, dial: { n2: 'x:1' } }
  expect(said(['--id', 'flag'], file)).toEqual({ ...file, id: 'flag' })
  expect(said([], file)).toEqual(file)
})

test('the environment is between them', () => {
  const file = { id: 'file', data: '/file', groups: 2 }
  process.env['WEIR_ID'] = 'environment'
  process.env['WEIR_DATA'] = '/environment'
  process.env['WEIR_BOOTSTRAP'] = '0'
  try {
    expect(said(['--id', 'flag'], file)).toEqual({
      id: 'flag',
      data: '/environment',
      groups: 2,
      bootstrap: false,
    })
    process.env['WEIR_BOOTSTRAP'] = '1'
    expect(said([], file)).toMatchObject({ id: 'environment', bootstrap: true })
  } finally {
    for (const name of ['WEIR_ID', 'WEIR_DATA', 'WEIR_BOOTSTRAP']) delete process.env[name]
  }
})
