/**
 * What the host itself costs: three of them in one process, with real time and real packets, over a
 * log store and links that are nothing but memory. Run by hand:
 *
 *     node scripts/run.mjs bench/raft/inside.ts
 *
 * prints, for each load, proposals a second, latency, and the CPU time of all three hosts.
 */

import type { Clock } from '../../src/base/env.ts'
import type { GroupId, NodeId } from '../../src/base/ids.ts'
import { groupId, nodeId, replicaId } from '../../src/base/ids.ts'
import { Prng } from '../../src/base/prng.ts'
import { defaultBounds } from '../../src/raft/host/bounds.ts'
import type { Group } from '../../src/raft/host/group.ts'
import { Host } from '../../src/raft/host/host.ts'
import type { GroupMachine } from '../../src/raft/host/machine.ts'
import type {
  HostLinks,
  HostLinksListener,
  HostStore,
  HostStoreListener,
} from '../../src/raft/host/ports.ts'
import { defaultLimits, defaultTimes } from '../../src/raft/options.ts'
import type { Stored } from '../../src/raft/types.ts'

const clock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, fire) => {
    if (delayMs <= 0) {
      const immediate = setImmediate(fire)
      return { cancel: () => clearImmediate(immediate) }
    }
    const timer = setTimeout(fire, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

const listeners = new Map<NodeId, HostLinksListener>()

function links(self: NodeId): HostLinks {
  return {
    listen: listener => listeners.set(self, listener),
    send: (to, _lane, bytes) => {
      setImmediate(() => listeners.get(to)?.onFrame(self, bytes))
      return true
    },
  }
}

/** Everything is durable one turn of the event loop later. */
function memoryStore(): HostStore {
  let listener: HostStoreListener | undefined
  const soon = (done: () => void) => void setImmediate(done)
  return {
    boot: 1,
    groups: new Map(),
    listen: one => {
      listener = one
    },
    create: (_group, _replica, _stored, done) => soon(done),
    remove: (_group, done) => soon(done),
    write: (group, { number }) => soon(() => listener?.onPersisted(group, number)),
    saveImage: (_group, _image, source, done) => {
      source.close()
      soon(() => done(true))
    },
    gather: body => body(),
    dropImage: () => {},
    imageLoaded: () => {},
    openImage: () => undefined,
    readChunk: (_group, { to, image, offset }, done) =>
      soon(() => done({ to, imageIndex: image.index, offset, last: false })),
    close: soon,
  }
}

function countingMachine(): GroupMachine {
  let appliedIndex = 0
  return {
    get appliedIndex() {
      return appliedIndex
    },
    apply: (entries, done) => {
      appliedIndex = entries.at(-1)?.index ?? appliedIndex
      done(entries)
    },
    cut: () => ({ next: done => done({ kind: 'end' }), close: () => {} }),
    restore: (_image, _source, done) => done(false),
    close: done => done(),
  }
}

const voters = [1, 2, 3].map(replicaId)
const stored: Stored = {
  hardState: { term: 0, vote: 0, commit: 0 },
  image: {
    index: 0,
    term: 0,
    members: { voters, outgoing: [], learners: [] },
    membersIndex: 0,
    chain: 0,
  },
  entries: [],
}

function startHosts(): readonly Host[] {
  return voters.map(self => {
    const fail = (what: string) => {
      throw new Error(what)
    }
    return new Host({
      clock,
      random: new Prng(self),
      links: links(nodeId(`n${self}`)),
      store: memoryStore(),
      times: defaultTimes,
      limits: defaultLimits,
      bounds: defaultBounds,
      listener: { onFatal: fail, onUnknownGroup: () => {}, onMalformed: () => fail('malformed') },
    })
  })
}

function addGroups(hosts: readonly Host[], ids: readonly GroupId[]): void {
  for (const [i, host] of hosts.entries()) {
    for (const id of ids) {
      const machine = countingMachine()
      const options = { machine, nodeOf: (replica: number) => nodeId(`n${replica}`) }
      host.create(id, replicaId(i + 1), stored, options, () => {})
    }
  }
}

const sleep = (ms: number) => new Promise<void>(resolve => void setTimeout(resolve, ms))
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const print = (line: string) => void process.stdout.write(`${line}\n`)

async function mustLeaders(hosts: readonly Host[], ids: readonly GroupId[]): Promise<Group[]> {
  for (;;) {
    await sleep(100)
    const leaders = ids.flatMap(id => {
      const found = hosts.map(host => host.groups.get(id)).find(it => it?.raft.role === 'leader')
      return found !== undefined && found.raft.log.applied > 0 ? [found] : []
    })
    if (leaders.length === ids.length) return leaders
  }
}

async function idle(hosts: readonly Host[], groups: number): Promise<void> {
  await sleep(1500)
  const seconds = 5
  const began = cpuMs()
  const sentBefore = hosts.map(host => host.stats().sent.packets)
  await sleep(1000 * seconds)
  const perNode = (cpuMs() - began) / seconds / hosts.length
  const packets = hosts.map((host, i) => host.stats().sent.packets - (sentBefore[i] ?? 0))
  const packetsSum = packets.reduce((a, b) => a + b) / seconds / hosts.length
  print(
    `${groups} idle groups: ${perNode.toFixed(1)} ms of CPU per second and node, ` +
      `${packetsSum.toFixed(0)} packets per second and node`,
  )
}

async function load(leaders: readonly Group[], outstanding: number): Promise<void> {
  const data = new Uint8Array(256)
  const tookMs: number[] = []
  let isOver = false
  const next = (group: Group) => {
    if (isOver) return
    const beganMs = performance.now()
    group.propose(group.raft.term, data, outcome => {
      if (outcome.kind === 'applied') tookMs.push(performance.now() - beganMs)
      next(group)
    })
  }
  const began = cpuMs()
  const beganMs = performance.now()
  for (let i = 0; i < outstanding; i++) next(leaders[i % leaders.length] as Group)
  await sleep(4000)
  isOver = true
  const seconds = (performance.now() - beganMs) / 1000
  const cpu = cpuMs() - began
  const sorted = Float64Array.from(tookMs).sort()
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(3)
  print(
    `${leaders.length} groups, ${outstanding} outstanding: ` +
      `${(sorted.length / seconds).toFixed(0)} proposals/s, p50 ${at(0.5)} ms, ` +
      `p99 ${at(0.99)} ms, ${((cpu / sorted.length) * 100).toFixed(2)} CPU s per 100 k (all three)`,
  )
  await sleep(300)
}

async function main(): Promise<void> {
  const hosts = startHosts()
  const ids = Array.from({ length: 100 }, (_, i) => groupId(i + 1))
  addGroups(hosts, ids)
  const leaders = await mustLeaders(hosts, ids)
  await idle(hosts, ids.length)
  for (const groups of [1, 16, 100]) {
    for (const outstanding of [1, 64, 1000]) {
      await load(leaders.slice(0, groups), outstanding)
    }
  }
  await idle(hosts, ids.length)
  process.exit(0)
}

await main()
