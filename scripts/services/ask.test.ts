/** What may be asked, and what the services answer when nothing runs yet. */

import { expect, test } from 'vitest'
import { askOf } from './ask.ts'
import { etcd, memberCommand, membersOf } from './etcd.ts'
import { services } from './services.ts'
import { echo } from './testing/echo.ts'
import { toxiproxy } from './toxiproxy.ts'

const known = [echo(), echo({ name: 'other' })]
const namesOf = (...args: string[]) => {
  const ask = askOf(args, known)
  return 'misuse' in ask ? ask.misuse : ask.services.map(({ name }) => name)
}

test('names choose, and without names all are meant', () => {
  expect(namesOf('up', 'other')).toEqual(['other'])
  expect(namesOf('down')).toEqual(['echo', 'other'])
  expect(namesOf('status', 'echo', 'other')).toEqual(['echo', 'other'])
})

test.each([
  [[], 'what to do?'],
  [['start'], "no verb 'start'"],
  [['up'], 'up which? echo, other'],
  [['build'], 'build which? echo, other'],
  [['down', 'kafka'], "no service 'kafka': echo, other"],
])('%j is refused: %s', (args, misuse) => {
  expect(namesOf(...args)).toBe(misuse)
})

test('names and variables are their own', () => {
  expect(new Set(services.map(({ name }) => name)).size).toBe(services.length)
  for (const { name, variable } of services) {
    expect(variable).toBe(`WEIR_TEST_${name.toUpperCase()}`)
  }
})

test('toxiproxy listens on loopback alone', () => {
  const run = toxiproxy.run({ programs: '/p', ports: [4711], data: '/d' })
  expect(run.processes).toEqual([
    { command: '/p/server', args: ['-host', '127.0.0.1', '-port', '4711'] },
  ])
  expect(run.address).toBe('http://127.0.0.1:4711')
})

test('three members of etcd know each other and have data of their own', () => {
  const ports = [1, 2, 3, 4, 5, 6]
  const run = etcd.run({ programs: '/p', ports, data: '/d' })
  expect(run.address).toBe('http://127.0.0.1:1,http://127.0.0.1:3,http://127.0.0.1:5')
  const { args } = memberCommand('/p/etcd', membersOf(ports), 1, '/d')
  expect(args).toContain('--data-dir=/d/m2')
  expect(args).toContain(
    '--initial-cluster=m1=http://127.0.0.1:2,m2=http://127.0.0.1:4,m3=http://127.0.0.1:6',
  )
  expect(run.processes[1]?.args).toEqual(args)
})

test('the edition of etcd is that of the source that builds it', () => {
  expect(etcd.recipe.edition).toMatch(/^[0-9a-f]{12}$/)
  expect(etcd.recipe.edition).toBe(etcd.recipe.edition)
})
