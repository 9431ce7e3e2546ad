/**
 * Test support: real nodes in this process, on real folders and sockets, with the test machine.
 * Killing one is leaving it with nothing put away.
 */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { encodeCommand } from '../../../chaos/kv/command.ts'
import { KvMachine } from '../../../chaos/kv/machine.ts'
import { freePorts } from '../../../scripts/services/ports.ts'
import { groupId, nodeId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import { realClock } from '../../io/clock.ts'
import type { TlsFiles } from '../../io/grpc/tls.ts'
import { SystemRandom } from '../../io/random.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import type { GroupReport } from '../face.ts'
import type { ProposeOutcome, ReadOutcome } from '../group.ts'
import type { Meter } from '../meter.ts'
import { WeirNode } from '../node.ts'
import type { NodeParts } from '../node-parts.ts'
import type { NodeSettings } from '../settings.ts'

export interface Logged {
  readonly level: string
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

type Meta = NonNullable<NodeParts<KvMachine>['meta']>

const open = new Set<TestNode>()

afterAll(async () => {
  await Promise.all([...open].map(one => one.stop()))
})

export class TestNode {
  readonly node: WeirNode<KvMachine>
  readonly settings: NodeSettings
  readonly logged: Logged[] = []
  readonly fatal: string[] = []
  readonly measured = { syncs: 0, applies: 0, images: 0 }
  address = ''
  /** Of joining. */
  failure: Error | undefined

  /** `onListening`: it has its folder, and is about to take its port. */
  constructor(settings: NodeSettings, tls?: TlsFiles, onListening?: () => void, meta?: Meta) {
    this.settings = settings
    const logger: Logger = {
      log: (level, message, facts = {}) => this.logged.push({ level, message, facts }),
    }
    const meter: Meter = {
      onSync: () => this.measured.syncs++,
      onApply: () => this.measured.applies++,
      onImage: () => this.measured.images++,
    }
    this.node = new WeirNode({
      ...{ settings, logger, meter, clock: realClock, random: new SystemRandom() },
      tls,
      ...(meta && { meta }),
      makeMachine: (space, done) => KvMachine.open(space, done),
      services: () => {
        onListening?.()
        return []
      },
      onFatal: code => this.fatal.push(code),
    })
  }

  /** As a process whose log takes long to open: it can be asked, and is no member yet. */
  async listen(): Promise<string> {
    open.add(this)
    this.address = `127.0.0.1:${await this.node.listen()}`
    return this.address
  }

  async start(): Promise<this> {
    await this.listen()
    this.node.join({ address: this.address, http: `http-${this.address}` }).catch(error => {
      this.failure = error as Error
    })
    return this
  }

  async stop(): Promise<void> {
    if (open.delete(this)) await this.node.stop()
  }

  /** Its connections break; it says nothing more to anybody, but still has its folder. */
  die(): Promise<void> {
    this.node.abort()
    return Promise.resolve()
  }

  /** As its process would behind a fatal ending: nothing more is waited for. */
  async end(): Promise<void> {
    open.delete(this)
    await this.die()
  }

  /** What the fall of the machine would do to what is believed of the state. */
  forgetMarks(): void {
    for (const name of ['state-clean', 'state-run']) {
      rmSync(join(this.settings.data, name), { force: true })
    }
  }

  has(message: string): boolean {
    return this.logged.some(one => one.message === message)
  }

  get isReady(): boolean {
    return this.node.face?.readiness().every(one => one.isGood) === true
  }

  reports(): readonly GroupReport[] {
    return this.node.face?.reports() ?? []
  }

  /** Of one group: who votes, as node/replica. */
  voters(group = 1): readonly string[] {
    const members = this.reports()[group - 1]?.members ?? []
    return members.filter(one => one.kind === 'voter').map(one => `${one.node}/${one.replica}`)
  }

  write(group: number, key: string, value: string): Promise<ProposeOutcome> {
    const data = encodeCommand({ kind: 'write', key, value: new TextEncoder().encode(value) })
    const found = this.node.find(groupId(group))
    if (found === undefined) return Promise.resolve({ kind: 'unknown' })
    return new Promise(resolve => found.propose(data, resolve))
  }

  async read(group: number, key: string): Promise<string | ReadOutcome> {
    const found = this.node.find(groupId(group))
    if (found === undefined) return { kind: 'lost' }
    const outcome = await new Promise<ReadOutcome>(resolve => found.read(resolve))
    return outcome.kind === 'ready' ? new TextDecoder().decode(found.machine.read(key)) : outcome
  }
}

export function settingsOf(id: string, more: Partial<NodeSettings> = {}): NodeSettings {
  const nowhere = { host: '127.0.0.1', port: 0 }
  return {
    node: nodeId(id),
    listen: nowhere,
    advertise: undefined,
    http: nowhere,
    join: [],
    data: join(tempFolder(), id),
    founds: false,
    groups: 1,
    zone: '',
    log: undefined,
    logLevel: 'info',
    tls: undefined,
    dial: new Map(),
    ...more,
  }
}

/** A founder, and others who were told of it; each life of a node on a port of its own. */
export function cluster(count: number, groups = 1): Promise<readonly TestNode[]> {
  return started(Array<number>(count).fill(0), groups)
}

/** The same, on ports that they mostly find free when they come back. */
export async function settledCluster(count: number): Promise<readonly TestNode[]> {
  return started(await freePorts(count), 1)
}

async function started(ports: readonly number[], groups: number): Promise<readonly TestNode[]> {
  const [first, ...more] = ports.map((port, at) => {
    return settingsOf(`n${at + 1}`, { listen: { host: '127.0.0.1', port } })
  }) as [NodeSettings, ...NodeSettings[]]
  const founder = await new TestNode({ ...first, founds: true, groups }).start()
  const join = [founder.address]
  const others = more.map(settings => ({ ...settings, join }))
  return [founder, ...(await Promise.all(others.map(one => new TestNode(one).start())))]
}
