/**
 * The load on a cluster of Weir, in a process of its own: calls over one pipelined stream to each
 * node that leads, each to the leader of its group. Prints its figures as one line of JSON.
 */

import { parseArgs } from 'node:util'
import { callKinds, outcomes } from '../../chaos/kv/service/calls.ts'
import { KvClient } from '../../chaos/kv/service/client.ts'
import { keyOf } from '../../chaos/kv/service/fill.ts'
import { Flow } from '../../chaos/kv/service/flow.ts'
import { figuresOf } from './flown.ts'

const { values } = parseArgs({
  options: {
    /** JSON: by group the address of its leader. */
    leaders: { type: 'string' },
    outstanding: { type: 'string' },
    seconds: { type: 'string' },
    'warm-seconds': { type: 'string' },
    'size-bytes': { type: 'string' },
  },
})

const number = (name: 'outstanding' | 'seconds' | 'warm-seconds' | 'size-bytes') =>
  Number(values[name])
const leaders = JSON.parse(values.leaders ?? '{}') as Record<string, string>
const groups = Object.keys(leaders).map(Number)
const clients = new Map<string, KvClient>()

function clientOf(group: number): KvClient {
  const address = leaders[group] ?? ''
  const client = clients.get(address) ?? new KvClient(address)
  clients.set(address, client)
  return client
}

const value = Buffer.alloc(number('size-bytes'), 'v')
let keys = 0
const reasons = new Map<string, number>()

const flow = new Flow(
  {
    outstanding: number('outstanding'),
    warmMs: number('warm-seconds') * 1000,
    measuredMs: number('seconds') * 1000,
  },
  () => performance.now(),
  (slot, done) => {
    const group = groups[slot % groups.length] as number
    const key = keyOf(keys++)
    clientOf(group).call({ group, kind: callKinds.WRITE, key, value }, answer => {
      const { outcome, code = '' } = answer
      if (outcome !== outcomes.OK) reasons.set(code, (reasons.get(code) ?? 0) + 1)
      done(outcome === outcomes.OK)
    })
  },
)

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const say = (line: string) => process.stdout.write(`${line}\n`)

let cpuAtBegin = 0
const warmMs = number('warm-seconds') * 1000
setTimeout(() => {
  say('begin')
  cpuAtBegin = cpuSeconds()
}, warmMs)
setTimeout(() => say('end'), warmMs + number('seconds') * 1000)

flow.start(flown => {
  const figures = figuresOf([flown], number('seconds'))
  const clientCpuSeconds = cpuSeconds() - cpuAtBegin
  setImmediate(() => say(JSON.stringify({ ...figures, clientCpuSeconds })))
  for (const [code, count] of reasons) process.stderr.write(`${code}: ${count}\n`)
  for (const client of clients.values()) client.close()
})
