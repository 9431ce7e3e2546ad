/** Logs of a node: opened when first needed, closed when last used. */

import { expect, test } from 'vitest'
import { WeirError } from '../base/errors.ts'
import { ModelLog } from '../journal/testing/model-log.ts'
import type { Connection } from './connection.ts'
import { Logs, openerOf } from './logs.ts'

function rig() {
  const told: string[] = []
  const log = new ModelLog()
  const logs = new Logs(connection => {
    told.push(`open ${connection.kind}`)
    log.topics.set('t', { partitions: 3, replication: 1, settings: {} })
    return { log, close: () => void told.push(`close ${connection.kind}`) }
  })
  return { logs, told, log }
}

const home: Connection = { kind: 'log' }
const away: Connection = { kind: 'kafka', brokers: ['a:1'], options: {} }

test('a log is opened once and closed behind its last user', () => {
  const { logs, told } = rig()
  const [one, other] = [logs.use(home), logs.use({ ...home })]
  expect(other.log).toBe(one.log)
  expect(other.budget).toBe(one.budget)
  const third = logs.use(away)
  one.giveBack()
  expect(told).toEqual(['open log', 'open kafka'])
  other.giveBack()
  third.giveBack()
  expect(told).toEqual(['open log', 'open kafka', 'close log', 'close kafka'])
  expect(logs.size).toBe(0)
})

test('it is opened anew for who comes later', () => {
  const { logs, told } = rig()
  logs.use(home).giveBack()
  logs.use(home)
  expect(told).toEqual(['open log', 'close log', 'open log'])
})

test('nobody gives back twice', () => {
  const { logs } = rig()
  const used = logs.use(home)
  used.giveBack()
  expect(() => used.giveBack()).toThrow('given back once')
})

test('partitions are known once somebody asked', () => {
  const { logs, log: model } = rig()
  const { log, partitionsOf } = logs.use(home)
  expect(partitionsOf('t')).toBeUndefined()
  log.describe('t', () => {})
  model.settle()
  expect(partitionsOf('t')).toBe(3)
})

const kafka = () => {
  throw new Error('nobody opens a Kafka here')
}

test('a Kafka is opened with what the job says, under our name', () => {
  const told: unknown[] = []
  const opened = openerOf({
    clientId: 'n1',
    kafka: options => {
      told.push(options)
      return Object.assign(new ModelLog(), { close: () => void told.push('closed') })
    },
  })(away)
  opened.close()
  expect(told).toEqual([{ brokers: ['a:1'], clientId: 'n1' }, 'closed'])
})

test('without an address there is no embedded log', () => {
  expect(() => openerOf({ clientId: 'n1', kafka })(home)).toThrow(WeirError)
})
